"""C006: a published programme is put before those it is for; each says once that he has read the text with its hash."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gongying.areas.rewards import actions, queries
from gongying.core.actor import SYSTEM, Actor
from gongying.core.journal import book
from gongying.core.journal.models import Entry
from gongying.core.notices.models import Notice
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.refusal import Forbidden, Missing, Refused

pytestmark = pytest.mark.django_db
EVERY = frozenset({"*"})


def owner(network, code):
    return Actor(f"owner {code}", None, "owner", EVERY, frozenset({network.ids[code]}))


def settle():
    while book.seal() + book.deliver():
        pass


def publish(key="drive", **document):
    body = {"method": "slab", "period": "year", "tiers": [{"start": "0", "rate": "0.02"}]} | document
    version = policies.draft(
        SYSTEM, kind="rewards.programme", key=key, title="年度返利", title_en="Yearly", document=body,
        effective_from=date(2026, 1, 1),
    )  # fmt: skip
    actions.replay(SYSTEM, version_id=version, period="2025")
    policies.publish(SYSTEM, version_id=version)
    settle()
    return version


def test_everybody_it_is_for_is_asked_and_told(network):
    User.objects.create_user("d1", None, name="d1", role="owner", party_id=network.ids["D1"])
    both, one = publish(), publish("only", parties=["D1"])
    asked = queries.acknowledgements(SYSTEM)
    assert set(asked.values_list("version_id", "party__code")) == {(both, "D1"), (both, "D2"), (one, "D1")}
    today = timezone.localdate()
    assert set(asked.values_list("due_on", flat=True)) == {today + timedelta(days=14)}
    assert Notice.objects.filter(link=f"/rewards/terms/{both}/").count() == 1
    assert actions.ask_to_read(SYSTEM, version_id=both) == 0, "nobody is asked twice"


def test_the_days_are_those_of_the_policy(network):
    version = policies.draft(
        SYSTEM, kind="rewards.answers", key="rewards.answers", title="期限", document={"days": 5, "read_days": 3},
        effective_from=date(2026, 1, 1),
    )  # fmt: skip
    policies.publish(SYSTEM, version_id=version)
    publish()
    row = queries.acknowledgements(SYSTEM).first()
    today = timezone.localdate()
    assert row.due_on == today + timedelta(days=3)
    assert queries.state_of_reading(row, row.due_on) == "waiting"
    assert queries.state_of_reading(row, row.due_on + timedelta(days=1)) == "late"


def test_it_is_said_once_by_the_owner_for_his_company(network):
    version = publish()
    mark = actions.acknowledge(owner(network, "D1"), version_id=version)
    row = queries.acknowledgements(SYSTEM, version).get(party__code="D1")
    assert (row.read_by, row.policy_hash) == ("owner D1", mark)
    assert queries.state_of_reading(row, row.due_on + timedelta(days=9)) == "read"
    assert mark in Entry.objects.get(name="rewards.programme_acknowledged").payload
    with pytest.raises(Refused):
        actions.acknowledge(owner(network, "D1"), version_id=version)
    assert queries.acknowledgements(SYSTEM, version).get(party__code="D2").read_at is None
    with pytest.raises(Forbidden):
        actions.acknowledge(Actor("clerk", None, "clerk", frozenset(), None), version_id=version)


def test_terms_for_others_alone_are_nobody_elses(network):
    version = publish("only", parties=["D1"])
    with pytest.raises(Missing):
        actions.acknowledge(owner(network, "D2"), version_id=version)
    with pytest.raises(Refused):
        actions.ask_to_read(
            SYSTEM,
            version_id=policies.draft(
                SYSTEM, kind="rewards.programme", key="new", title="x", effective_from=date(2027, 1, 1),
                document={"method": "slab", "period": "year", "tiers": [{"start": "0", "rate": "0.02"}]},
            ),
        )  # fmt: skip


def test_the_pages_show_the_terms_take_the_word_and_name_no_stranger(network):
    sync_roles()
    version = publish(parties=["D1", "D2"], budget="500000")
    user = User.objects.create_user("o", None, name="o", role="owner", party_id=network.ids["D1"])
    UserScope.objects.create(user=user, kind="party", key=str(network.ids["D1"]))
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    assert "to be read" in browser.get("/rewards/terms/?state=waiting").content.decode().lower()
    page = browser.get(f"/rewards/terms/{version}/").content.decode()
    assert "2 %" in page or "2.0 %" in page or "2%" in page or "2.00%" in page
    assert "D2" not in page.replace("csrf", "")[page.index("<main") :]
    assert "500,000" not in page, "what the house has set aside is its own affair"
    assert browser.post(f"/rewards/terms/{version}/").status_code == 302
    assert browser.post(f"/rewards/terms/{version}/").status_code == 409
    chief = User.objects.create_user("c", None, name="c", role="director")
    UserScope.objects.create(user=chief, kind="all", key="")
    browser.force_login(chief)
    assert "D2" in browser.get(f"/rewards/terms/{version}/").content.decode()
    listed = browser.get(f"/rewards/programmes/{version}/").content.decode()
    assert "/rewards/terms/?q=drive" in listed


def test_nobody_publishes_what_he_drafted_himself(network):
    """Publishing is the approval: the drafter's own word is not one."""
    director = Actor("director", None, "director", EVERY, None)
    version = policies.draft(
        director, kind="rewards.programme", key="own", title="x", effective_from=date(2026, 1, 1),
        document={"method": "slab", "period": "year", "tiers": [{"start": "0", "rate": "0.02"}]},
    )  # fmt: skip
    actions.replay(director, version_id=version, period="2025")
    with pytest.raises(Refused) as no:
        policies.publish(director, version_id=version)
    assert no.value.code == "four_eyes"
    assert policies.publish(Actor("another", None, "director", EVERY, None), version_id=version)
