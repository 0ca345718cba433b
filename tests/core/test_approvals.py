"""C017: the authority matrix and delegations, without any business."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from gongying.core.actor import SYSTEM, Actor
from gongying.core.approvals import actions, matrix, read
from gongying.core.approvals.matrix import Matrix, Rule, allows, applying, lint
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing, Refused

VERB = "ordering.approve"
DAY = date(2026, 7, 1)


def rules(*rows):
    return Matrix(rules=[Rule(verb=VERB, **row) for row in rows])


def test_the_widest_fitting_rule_allows():
    held = rules(
        {"role": "regional", "limit": "100", "regions": ["HD"]},
        {"role": "regional", "limit": "50"},
        {"role": "director"},
    ).rules
    assert allows(held, "regional", 100_00, "CNY", {"HD"}, ()) is held[0]
    assert allows(held, "regional", 100_01, "CNY", {"HD"}, ()) is None
    assert allows(held, "regional", 60_00, "CNY", {"HN"}, ()) is None
    assert allows(held, "regional", 50_00, "USD", {"HD"}, ()) is None  # a limit in another currency says nothing
    assert allows(held, "director", 10**12, "USD", (), ()) is held[2]
    assert allows(held, "clerk", 1, "CNY", (), ()) is None


def test_a_rule_of_product_groups_wants_all_of_them_inside():
    held = rules({"role": "regional", "groups": ["A", "B"]}).rules
    assert allows(held, "regional", 1, "CNY", (), {"A"})
    assert not allows(held, "regional", 1, "CNY", (), {"A", "C"})
    assert not allows(held, "regional", 1, "CNY", (), ())


def test_a_rule_holds_on_its_days_only():
    held = rules({"role": "regional", "since": DAY, "until": DAY})
    assert applying(held, VERB, DAY)
    assert not applying(held, VERB, DAY + timedelta(days=1))
    assert not applying(held, "other.verb", DAY)


def test_the_linter_finds_what_would_wait_for_ever_and_what_is_idle():
    top = lint(rules({"role": "regional", "limit": "100"}))
    assert [(f.level, f.code) for f in top] == [("error", "top")]
    idle = lint(rules({"role": "director"}, {"role": "director", "limit": "5", "regions": ["HD"]}))
    assert [(f.level, f.code, f.where) for f in idle] == [("warning", "idle", "2")]
    assert lint(rules({"role": "director"}, {"role": "regional", "limit": "5"})) == []


def test_a_rule_that_makes_no_sense_is_refused():
    for bad in (
        {"role": "king"},
        {"role": "director", "limit": "-1"},
        {"role": "director", "since": "2026-02-01", "until": "2026-01-01"},
    ):
        with pytest.raises(ValueError, match=r"role|limit|until|greater"):
            Rule(verb=VERB, **bad)


@pytest.fixture
def house(network):
    document = {
        "rules": [
            {"verb": VERB, "role": "regional", "limit": "100", "regions": ["HD"]},
            {"verb": VERB, "role": "director"},
        ]
    }
    version = policies.draft(
        SYSTEM, kind=matrix.KIND, key=matrix.KEY, title="权限", document=document, effective_from=date(2026, 1, 1)
    )
    policies.publish(SYSTEM, version_id=version)
    sync_roles()
    found = {}
    for login, role, kind, key in (
        ("east", "regional", "region", "HD"), ("south", "regional", "region", "HN"), ("boss", "director", "all", ""),
        ("money", "finance", "all", ""),
    ):  # fmt: skip
        user = User.objects.create_user(login, None, name=login, role=role)
        UserScope.objects.create(user=user, kind=kind, key=key)
        found[login] = Actor(login, user.pk, role, frozenset({"*"}), None)
    network.people = found
    return network


def may(house, who, amount, party="D1", **more):
    return read.may(
        house.people[who],
        VERB,
        amount_minor=amount,
        currency="CNY",
        on=timezone.localdate(),
        party_id=house.ids[party],
        **more,
    )


@pytest.mark.django_db
def test_who_may_and_who_could(house):
    assert may(house, "east", 100_00).allowed
    assert not may(house, "east", 100_01).allowed
    assert not may(house, "east", 1, party="D2").allowed
    assert not may(house, "boss", 1, made_by={"boss"}).allowed
    asked = {"amount_minor": 50_00, "currency": "CNY", "on": timezone.localdate(), "party_id": house.ids["D1"]}
    assert [each.login for each in read.who(VERB, **asked)] == ["boss", "east"]
    assert [each.login for each in read.who(VERB, **asked, made_by={"boss"})] == ["east"]


@pytest.mark.django_db
def test_what_the_matrix_does_not_name_the_permission_decides(house):
    assert read.may(house.people["money"], "other.verb", amount_minor=10**9, currency="CNY", on=DAY).allowed


@pytest.mark.django_db
def test_a_delegation_and_its_bounds(house):
    today, boss = timezone.localdate(), house.people["boss"]
    lend = {"receiver": "south", "until": today + timedelta(days=3), "reason": "休假"}
    for bad, code in (
        ({"receiver": "nobody"}, "refused"), ({"receiver": "boss"}, "self"), ({"until": today - timedelta(days=1)}, "span"),
        ({"until": today + timedelta(days=200)}, "span"), ({"verb": "no.verb"}, "verb"), ({"reason": " "}, "reason"),
        ({"receiver": "money", "verb": "ordering.approve"}, "permission"),
    ):  # fmt: skip
        with pytest.raises(Refused) as no:
            actions.delegate(boss, **(lend | bad))
        assert no.value.code == code
    lent = actions.delegate(boss, **lend, limit_minor=500_00)
    assert may(house, "south", 500_00).stead == "boss"
    assert not may(house, "south", 500_01).allowed
    assert not may(house, "south", 150_00, made_by={"boss"}).allowed
    asked = {"amount_minor": 200_00, "currency": "CNY", "on": today, "party_id": house.ids["D1"]}
    assert [(each.login, each.stead) for each in read.who(VERB, **asked)] == [("boss", ""), ("south", "boss")]
    with pytest.raises(Missing):
        actions.end(house.people["east"], delegation_id=lent)
    actions.end(boss, delegation_id=lent)
    assert not may(house, "south", 500_00).allowed
    with pytest.raises(Refused):
        actions.end(boss, delegation_id=lent)


@pytest.mark.django_db
def test_a_delegation_ends_with_its_last_day_and_with_who_gave_it(house):
    today, boss = timezone.localdate(), house.people["boss"]
    actions.delegate(boss, receiver="south", until=today, reason="x")
    ask = {"amount_minor": 10**8, "currency": "CNY", "party_id": house.ids["D1"]}
    assert read.may(house.people["south"], VERB, on=today, **ask).allowed
    assert not read.may(house.people["south"], VERB, on=today + timedelta(days=1), **ask).allowed
    User.objects.filter(login="boss").update(is_active=False)
    assert not read.may(house.people["south"], VERB, on=today, **ask).allowed
