"""Targets: drawn from history, phased by season to the cent, agreed by two people, posted once."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from gongying.areas.targets import actions, queries
from gongying.areas.targets.models import Plan, PlanLine
from gongying.books.metrics.read import figure
from gongying.books.plans import post as plans
from gongying.books.plans import read as planned
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import joined
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.refusal import Missing, Refused
from gongying.engines.phasing import grown, phase, shape

DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
Y27 = {"start": date(2027, 1, 1), "end": date(2028, 1, 1)}


@pytest.fixture
def sold(network):
    """D1 buys COOK in January and June, D2 FAN in June; the newest day is in December."""
    network.sell(
        network.line(yuan=3000, on=date(2026, 1, 10)),
        network.line(yuan=1000, doc="A2", on=date(2026, 6, 10)),
        network.line("D2", 2000, doc="B1", product="P2", on=date(2026, 6, 11)),
        network.line("D2", 1, doc="B2", product="P2", on=date(2026, 12, 31)),
    )
    return network


def agreed(growth="0.1"):
    plan_id = actions.draft(SYSTEM, year="2027", growth=Decimal(growth))
    actions.submit(SYSTEM, plan_id=plan_id)
    actions.approve(DIRECTOR, plan_id=plan_id)
    return plan_id


@pytest.mark.django_db
def test_a_plan_is_drawn_phased_approved_and_counts_in_the_figures(sold):
    plan_id = agreed()
    plan = Plan.objects.get(pk=plan_id)
    assert (plan.since, plan.until) == (date(2025, 12, 1), date(2026, 12, 1))
    (group,) = queries.groups(SYSTEM, plan, sold.ids["D1"])
    assert (group.line.previous_minor, group.line.amount_minor) == (4000_00, 4400_00)
    assert group.months == [3300_00, 0, 0, 0, 0, 1100_00, 0, 0, 0, 0, 0, 0]
    assert figure(SYSTEM, "target", by=("party",), **Y27).as_dict() == {"D1": 4400_00, "D2": 2200_00}
    assert queries.plan(SYSTEM, plan_id=plan_id).months[5] == 3300_00


@pytest.mark.django_db
def test_the_next_plan_of_the_year_revises_the_first(sold):
    agreed()
    plan_id = actions.draft(SYSTEM, year="2027", growth=Decimal("0.1"))
    actions.adjust(
        SYSTEM, plan_id=plan_id, party_id=sold.ids["D1"], category="COOK", amount_minor=100_01, reason="新店"
    )
    actions.submit(SYSTEM, plan_id=plan_id)
    assert actions.approve(DIRECTOR, plan_id=plan_id) == 2  # the two months that changed
    assert figure(SYSTEM, "target", by=("party",), **Y27).as_dict() == {"D1": 100_01, "D2": 2200_00}
    assert planned.targets(SYSTEM, **Y27).count() == 24


@pytest.mark.django_db
def test_who_is_asked_no_more_by_the_next_plan_has_no_target_left(sold):
    agreed()
    plan_id = actions.draft(SYSTEM, year="2027", growth=Decimal("0.1"))
    PlanLine.objects.unscoped("test").filter(plan_id=plan_id, party_id=sold.ids["D2"]).delete()
    actions.submit(SYSTEM, plan_id=plan_id)
    actions.approve(DIRECTOR, plan_id=plan_id)
    assert figure(SYSTEM, "target", by=("party",), **Y27).as_dict() == {"D1": 4400_00, "D2": 0}


@pytest.mark.django_db
def test_a_target_for_whom_the_history_knows_nothing_of(sold):
    """A new distributor, and a new product group of an old one: equal months where the group has no season."""
    sold.join(["N1"])
    plan_id = actions.draft(SYSTEM, year="2027", growth=Decimal(0))
    for code, category in (("N1", "COOK"), ("D1", "FAN")):
        actions.adjust(
            SYSTEM, plan_id=plan_id, party_id=sold.ids[code], category=category, amount_minor=1200_01, reason="新商"
        )
    with pytest.raises(Refused) as no:
        actions.adjust(SYSTEM, plan_id=plan_id, party_id=sold.ids["N1"], category="NO", amount_minor=1, reason="x")
    assert no.value.field == "category"
    actions.submit(SYSTEM, plan_id=plan_id)
    actions.approve(DIRECTOR, plan_id=plan_id)
    found = figure(SYSTEM, "target", by=("party", "category"), **Y27)
    asked = {tuple(keys): amount for *keys, amount in found.rows}
    assert asked["N1", "COOK"] == asked["D1", "FAN"] == 1200_01
    assert asked["D1", "COOK"] == 4000_00


@pytest.mark.django_db
def test_every_no_is_said_with_its_reason(sold):
    plan_id = actions.draft(SYSTEM, year="2027", growth=Decimal(0))
    d1 = sold.ids["D1"]
    for attempt, code, field in (
        (lambda: actions.draft(SYSTEM, year="2027", growth=Decimal(0)), "open", ""),
        (lambda: actions.draft(SYSTEM, year="2027Q1", growth=Decimal(0)), "refused", "year"),
        (lambda: actions.draft(SYSTEM, year="2028", growth=Decimal(12)), "refused", "growth"),
        (lambda: actions.draft(SYSTEM, year="2027", growth=Decimal(0), currency="USD"), "empty", ""),
        (lambda: actions.adjust(SYSTEM, plan_id=plan_id, party_id=d1, category="COOK", amount_minor=-1, reason="x"), "refused", "amount_minor"),
        (lambda: actions.adjust(SYSTEM, plan_id=plan_id, party_id=d1, category="COOK", amount_minor=10**15 + 1, reason="x"), "refused", "amount_minor"),
        (lambda: actions.adjust(SYSTEM, plan_id=plan_id, party_id=d1, category="COOK", amount_minor=1, reason=" "), "refused", "reason"),
        (lambda: actions.approve(DIRECTOR, plan_id=plan_id), "state", ""),
    ):  # fmt: skip
        with pytest.raises(Refused) as no:
            attempt()
        assert (no.value.code, no.value.field) == (code, field)
    actions.submit(SYSTEM, plan_id=plan_id)
    with pytest.raises(Refused) as no:
        actions.approve(SYSTEM, plan_id=plan_id)
    assert no.value.code == "four_eyes"
    with pytest.raises(Refused):
        actions.adjust(SYSTEM, plan_id=plan_id, party_id=d1, category="COOK", amount_minor=1, reason="late")
    actions.reject(DIRECTOR, plan_id=plan_id)
    assert not planned.targets(SYSTEM, **Y27).exists()


@pytest.mark.django_db
def test_targets_that_were_loaded_are_not_counted_twice(sold):
    with joined("test"):
        plans.targets(SYSTEM, [plans.TargetIn("2027-01", sold.ids["D1"], amount_minor=1)], source="erp")
    with pytest.raises(Refused) as no:
        actions.draft(SYSTEM, year="2027", growth=Decimal(0))
    assert no.value.code == "loaded"


@pytest.mark.django_db
def test_a_regional_manager_sees_and_changes_his_own_only(sold):
    plan_id = actions.draft(SYSTEM, year="2027", growth=Decimal(0))
    plan = Plan.objects.get(pk=plan_id)
    east = Actor("east", 1, "regional", frozenset({"*"}), frozenset({sold.ids["D1"]}))
    assert [row.code for row in queries.asked(east, plan)] == ["D1"]
    with pytest.raises(Missing):
        queries.groups(east, plan, sold.ids["D2"])
    with pytest.raises(Missing):
        actions.adjust(east, plan_id=plan_id, party_id=sold.ids["D2"], category="FAN", amount_minor=1, reason="x")
    assert PlanLine.objects.unscoped("test").filter(adjusted_by="").count() == 2


@pytest.mark.django_db
def test_the_pages_draw_adjust_and_decide(sold):
    sync_roles()
    browsers = {}
    for role in ("planner", "director"):
        user = User.objects.create_user(role, "x", name=role, role=role)
        UserScope.objects.create(user=user, kind="all", key="")
        browsers[role] = Client(raise_request_exception=True)
        browsers[role].force_login(user)
    planner, director = browsers["planner"], browsers["director"]
    planner.post("/targets/draw/", {"year": "2027", "growth": "ten", "currency": "CNY"})
    assert not Plan.objects.exists()
    planner.post("/targets/draw/", {"year": "2027", "growth": "10", "currency": "CNY", "title": "2027"})
    plan = Plan.objects.get()
    one = f"/targets/{plan.pk}/distributors/{sold.ids['D1']}/"
    for amount in ("many", "Infinity", "1e40", "-1"):
        assert planner.post(one, {"category": "COOK", "amount": amount, "reason": "x"}).status_code == 409, amount
    sold.join(["N1"])
    body = planner.get(f"/targets/{plan.pk}/").content.decode()
    assert f'<option value="{sold.ids["N1"]}">N1' in body
    new = f"/targets/{plan.pk}/distributors/{sold.ids['N1']}/"
    assert planner.get(f"/targets/{plan.pk}/?also={sold.ids['N1']}").url == new
    assert planner.get(new).status_code == 200
    assert planner.post(new, {"category": "FAN", "amount": "120", "reason": "新商"}).status_code == 302
    assert planner.post(one, {"category": "COOK", "amount": "5,000", "reason": "新店"}).status_code == 302
    assert "5,000.00" in planner.get(one).content.decode()
    planner.post(f"/targets/{plan.pk}/decide/", {"verdict": "submit"})
    assert planner.post(f"/targets/{plan.pk}/decide/", {"verdict": "approve"}).status_code == 403
    director.post(f"/targets/{plan.pk}/decide/", {"verdict": "approve"})
    assert Plan.objects.get().state == "approved"
    assert figure(SYSTEM, "target", by=("party",), **Y27).as_dict()["D1"] == 5000_00
    for address in ("/targets/", f"/targets/{plan.pk}/", f"/targets/{plan.pk}/?export=csv"):
        assert director.get(address).status_code == 200


@given(st.integers(0, 10**12), st.dictionaries(st.integers(1, 12), st.integers(-(10**9), 10**9)))
def test_the_months_sum_to_the_year_and_follow_their_weights(amount, history):
    weights = shape(history, {})
    parts = phase(amount, weights)
    assert sum(parts) == amount
    assert len(parts) == 12
    assert all(part >= 0 for part in parts)
    order = sorted(range(12), key=lambda month: weights[month])
    assert all(parts[low] <= parts[high] + 1 for low, high in pairwise(order))


@given(st.integers(-(10**9), 10**12), st.decimals(-1, 5, places=2))
def test_growth_never_asks_less_than_nothing(previous, growth):
    assert grown(previous, growth, 10_000) >= 0
    assert grown(previous, growth, 10_000) % 10_000 == 0
