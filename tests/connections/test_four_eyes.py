"""Four eyes are two people's: what a key of somebody submits he does not approve himself."""

from datetime import date
from decimal import Decimal

import pytest

from gongying.areas.targets import actions as targets
from gongying.core.actor import Actor
from gongying.core.keys.models import ApiKey
from gongying.core.people.access import person, same
from gongying.core.people.models import User
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db


def _person(login):
    return User.objects.create_user(login, None, name=login, role="finance")


def test_a_key_and_its_maker_are_one_person(network):
    li, wang = _person("li@x"), _person("wang@x")
    ApiKey.objects.create(name="erp", user_id=li.pk)
    ApiKey.objects.create(name="erp", user_id=wang.pk, party_id=network.ids["D1"])
    theirs = f"key:erp@{network.ids['D1']}"
    assert [person(name) for name in ("key:erp", theirs, "li@x", "key:nobody")] == [
        "li@x",
        "wang@x",
        "li@x",
        "key:nobody",
    ]
    assert same(Actor("li@x"), "key:erp")
    assert same(Actor("key:erp"), "li@x")
    assert not same(Actor("wang@x"), "key:erp")
    assert not same(Actor("li@x"), theirs)


def test_a_plan_that_a_key_submitted_waits_for_somebody_else(network):
    """The check of every four-eyes verb is this one; targets stand for them."""
    ApiKey.objects.create(name="planning", user_id=_person("li@x").pk)
    network.sell(network.line(yuan=1000, on=date(2026, 6, 10), doc="J"), network.line(yuan=1000))
    key = Actor("key:planning", may=frozenset({"*"}), parties=None)
    plan = targets.draft(key, year="2027", growth=Decimal("0.1"))
    targets.submit(key, plan_id=plan)
    with pytest.raises(Refused) as no:
        targets.approve(Actor("li@x", may=frozenset({"*"}), parties=None), plan_id=plan)
    assert no.value.code == "four_eyes"
    assert targets.approve(Actor("wang@x", may=frozenset({"*"}), parties=None), plan_id=plan) > 0
