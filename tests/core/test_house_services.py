"""The door, the journal and the scope: what they promise."""

from datetime import date

import pytest

from gongying.areas.accounts.actions import create_user, disable_user
from gongying.core.actor import SYSTEM, Actor
from gongying.core.audit.models import ActionKey, AuditRow
from gongying.core.calendar import period
from gongying.core.doors import ACTIONS, QUERIES, call
from gongying.core.journal.models import Entry
from gongying.core.people.models import User
from gongying.core.refusal import Forbidden, Missing, Refused

pytestmark = pytest.mark.django_db
WHO = {"login": "Li@x.cn", "name": "李", "role": "finance", "password": "correct-horse-9"}


def test_a_key_is_answered_once_and_the_same():
    first = create_user(SYSTEM, idempotency_key="k1", **WHO)
    again = create_user(SYSTEM, idempotency_key="k1", **WHO)
    assert first == again
    assert User.objects.count() == 1
    with pytest.raises(Refused) as no:
        create_user(SYSTEM, idempotency_key="k1", **(WHO | {"name": "王"}))
    assert no.value.code == "key_reused"


def test_a_refusal_is_stored_and_replayed_and_leaves_no_row():
    create_user(SYSTEM, **WHO)
    for _ in range(2):
        with pytest.raises(Refused) as no:
            create_user(SYSTEM, idempotency_key="k2", **WHO)
        assert no.value.field == "login"
    assert ActionKey.objects.get(key="k2").status == "refused"
    assert Entry.objects.count() == 1


def test_no_permission_no_verb_and_an_audit_line():
    with pytest.raises(Forbidden):
        create_user(Actor("guest"), **WHO)
    assert AuditRow.objects.get().outcome == "forbidden"
    assert not User.objects.exists()


def test_secrets_stay_out_of_the_audit_line():
    create_user(SYSTEM, **WHO)
    assert "correct-horse" not in AuditRow.objects.get().inputs


def test_an_owner_cannot_reach_a_stranger_or_head_office(network):
    own, other = network.ids["D1"], network.ids["D2"]
    owner = Actor(
        "owner",
        user_id=99,
        may=frozenset({"accounts.create_user", "accounts.disable_user"}),
        parties=frozenset({own}),
    )
    with pytest.raises(Missing):
        create_user(owner, **(WHO | {"role": "clerk", "scope_kind": "party", "scope_key": str(other)}))
    with pytest.raises(Missing):
        create_user(owner, **WHO)
    boss = create_user(SYSTEM, **WHO)
    with pytest.raises(Missing):
        disable_user(owner, user_id=boss)
    assert create_user(
        owner, **(WHO | {"login": "bo", "role": "clerk", "scope_kind": "party", "scope_key": str(own)})
    )


def test_outside_input_is_checked_by_the_verbs_own_signature():
    with pytest.raises(Refused) as no:
        call("accounts.disable_user", SYSTEM, {"user_id": "x"})
    assert no.value.field == "user_id"


def test_every_verb_says_what_it_does_and_who_may():
    for name, verb in (ACTIONS | QUERIES).items():
        assert verb.doc, name
        assert verb.roles or not verb.exposed, name
        assert not verb.exposed or verb.inputs.model_json_schema()["type"] == "object"


def test_periods():
    assert period("2026H2").start == date(2026, 7, 1)
    assert len(period("2026").months()) == 12
    for bad in ("2026Q5", "2026-13", "26Q1", "x"):
        with pytest.raises(Refused):
            period(bad)
