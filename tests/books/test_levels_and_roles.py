"""X01: levels and roles of parties hold from a day on; a level is a scope of policies between the party and its regions."""

from datetime import date

import pytest

from gongying.books.parties import post, read
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.policies.read import scopes_of
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db
SPRING, SUMMER = date(2026, 3, 1), date(2026, 6, 1)


@action(needs="tests.level", roles=("admin",), name="tests.level", exposed=False)
def _level(actor: Actor, *, party: int, level: str, since: date) -> int:
    """A level."""
    return post.set_levels(actor, {party: level}, since=since, document="PJ-1")


@action(needs="tests.role", roles=("admin",), name="tests.role", exposed=False)
def _role(actor: Actor, *, party: int, role: str, other: int, since: date) -> None:
    """A role."""
    post.set_role(actor, party_id=party, role=role, other_id=other, valid_from=since)


for _name in ("tests.level", "tests.role"):
    ACTIONS.pop(_name, None)


def test_a_level_holds_until_the_next_one(network):
    party = network.ids["D1"]
    assert _level(SYSTEM, party=party, level="silver", since=SPRING) == 1
    assert _level(SYSTEM, party=party, level="gold", since=SUMMER) == 1
    days = (date(2026, 2, 28), SPRING, date(2026, 5, 31), SUMMER)
    assert [read.level_of(party, day) for day in days] == ["", "silver", "silver", "gold"]
    assert scopes_of(party, SUMMER) == [
        ("party", "D1"), ("level", "gold"), ("region", "HD"), ("region", "CN"), ("network", ""),
    ]  # fmt: skip


def test_the_same_level_again_is_nothing_new_and_a_second_word_of_the_day_counts(network):
    party = network.ids["D1"]
    _level(SYSTEM, party=party, level="silver", since=SPRING)
    assert _level(SYSTEM, party=party, level="silver", since=SUMMER) == 0
    _level(SYSTEM, party=party, level="gold", since=SUMMER)
    _level(SYSTEM, party=party, level="", since=SUMMER)
    assert read.level_of(party, SUMMER) == ""
    assert ("level", "") not in scopes_of(party, SUMMER)


def test_a_role_is_played_by_oneself_until_another_is_named_and_again_after(network):
    one, two = network.ids["D1"], network.ids["D2"]
    _role(SYSTEM, party=one, role="payer", other=two, since=SPRING)
    _role(SYSTEM, party=one, role="payer", other=one, since=SUMMER)
    days = (date(2026, 2, 1), SPRING, SUMMER)
    assert [read.role(one, "payer", day) for day in days] == [one, two, one]
    assert read.role(one, "bill_to", SPRING) == one
    mine = Actor("d1", parties=frozenset({one}))
    assert [(each.role, each.other_id) for each in read.role_spans(mine, one)] == [("payer", two)]


def test_roles_are_three_and_history_is_not_rewritten(network):
    one, two = network.ids["D1"], network.ids["D2"]
    with pytest.raises(Refused):
        _role(SYSTEM, party=one, role="boss", other=two, since=SPRING)
    _role(SYSTEM, party=one, role="ship_to", other=two, since=SUMMER)
    with pytest.raises(Refused):
        _role(SYSTEM, party=one, role="ship_to", other=one, since=SPRING)
