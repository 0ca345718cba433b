"""Clearing with notice, grace and appeal, one of several methods whose cost is shown first (C136)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from purse import DIRECTOR, PLANNER, awarded, catalogue, owner, programme

from gongying.areas.points import actions, queries
from gongying.areas.points.models import PointLot
from gongying.core import soundness
from gongying.core.actor import SYSTEM, Actor
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db


def sound():
    found = {
        name: list(each.ask())
        for name, each in soundness.SOUND.items()
        if name.split(".")[0] in ("points", "money")
    }
    assert not any(found.values()), found


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def world(network, today):
    """Both bought in the quarter before last; their points expire with the quarter that is over."""
    network.sell(
        network.line(yuan=50_000, on=today - timedelta(days=200)),
        network.line("D2", 10_000, doc="B1", on=today - timedelta(days=200)),
    )
    return network


def quarter(day):
    return f"{day.year}Q{(day.month + 2) // 3}"


def cleared_world(world, today, **more):
    programme(method="quarter", protect_days=0, **more)
    day = today - timedelta(days=200)
    awarded(quarter(day), day)
    return PointLot.objects.unscoped("test").filter(party_id=world.ids["D1"]).get().expires_on


def backdate(clearing, days):
    """As if notice had been given so many days ago."""
    row = queries.clearing_row(clearing)
    row.noticed_on, row.clears_from = row.noticed_on - timedelta(days=days), row.clears_from - timedelta(days=days)
    row.save()


def test_nothing_is_cleared_before_the_notice_and_the_grace_are_over(world, today):
    due = cleared_world(world, today, notice_days=30, grace_days=7)
    made = actions.announce(PLANNER, due_on=due)
    row = queries.clearing_row(made)
    assert row.clears_from == today + timedelta(days=37)
    with pytest.raises(Refused) as no:
        actions.clear(DIRECTOR, clearing_id=made)
    assert no.value.code == "notice"
    assert queries.balance(SYSTEM, world.ids["D1"]) == 500
    backdate(made, 37)
    with pytest.raises(Refused) as no:
        actions.clear(PLANNER, clearing_id=made)
    assert no.value.code == "four_eyes"
    assert actions.clear(DIRECTOR, clearing_id=made) == 600
    assert queries.balance(SYSTEM, world.ids["D1"]) == 0
    with pytest.raises(Refused) as no:
        actions.clear(DIRECTOR, clearing_id=made)
    assert no.value.code == "decided"
    sound()


def test_what_is_used_after_the_notice_is_not_lost(world, today):
    due = cleared_world(world, today)
    catalogue()
    made = actions.announce(PLANNER, due_on=due)
    actions.redeem(owner(world), party_id=world.ids["D1"], reward="FUND", quantity=2)
    backdate(made, 60)
    assert actions.clear(DIRECTOR, clearing_id=made) == 200
    losses = {loss.party_id: (loss.announced, loss.cleared) for loss in queries.losses(SYSTEM)}
    assert losses == {world.ids["D1"]: (500, 100), world.ids["D2"]: (100, 100)}
    sound()


def test_nobody_loses_more_than_he_was_told(world, today):
    due = cleared_world(world, today)
    made = actions.announce(PLANNER, due_on=due)
    day = today - timedelta(days=200)
    world.sell(world.line(yuan=10_000, doc="LATE", on=day))
    awarded(quarter(day), day)  # a true-up after the notice, which expires on the same day
    backdate(made, 60)
    actions.clear(DIRECTOR, clearing_id=made)
    assert queries.balance(SYSTEM, world.ids["D1"]) == 100
    sound()


def test_exempt_distributors_and_a_minimum_are_kept(world, today):
    due = cleared_world(world, today, exempt=["D2"], keep=120)
    made = actions.announce(PLANNER, due_on=due)
    rows = {loss.party_id: (loss.announced, loss.exempt) for loss in queries.losses(SYSTEM)}
    assert rows[world.ids["D1"]] == (380, "")
    assert world.ids["D2"] not in rows or rows[world.ids["D2"]][1] == "party"
    backdate(made, 60)
    actions.clear(DIRECTOR, clearing_id=made)
    assert [queries.balance(SYSTEM, world.ids[code]) for code in ("D1", "D2")] == [120, 100]
    sound()


def test_a_clearing_is_called_off_with_a_reason_and_only_one_is_announced(world, today):
    due = cleared_world(world, today)
    made = actions.announce(PLANNER, due_on=due)
    with pytest.raises(Refused) as no:
        actions.announce(PLANNER, due_on=due)
    assert no.value.code == "pending"
    with pytest.raises(Refused):
        actions.call_off(PLANNER, clearing_id=made, reason="")
    actions.call_off(PLANNER, clearing_id=made, reason="季节性经销商反映集中")
    assert queries.balance(SYSTEM, world.ids["D1"]) == 500
    actions.announce(PLANNER, due_on=due)
    part = Actor("li", role="regional", may=frozenset({"*"}), parties=frozenset({world.ids["D1"]}))
    with pytest.raises(Refused):
        actions.announce(part, due_on=due)


def test_where_nothing_expires_no_notice_is_given(world, today):
    programme(method="none")
    day = today - timedelta(days=200)
    awarded(quarter(day), day)
    with pytest.raises(Refused) as no:
        actions.announce(PLANNER, due_on=today)
    assert no.value.code == "nothing"


def test_an_appeal_gives_points_back_by_ruling_of_somebody_else(world, today):
    due = cleared_world(world, today, appeal_days=30)
    made = actions.announce(PLANNER, due_on=due)
    backdate(made, 60)
    actions.clear(DIRECTOR, clearing_id=made)
    me = owner(world)
    with pytest.raises(Refused) as no:
        actions.appeal(me, clearing_id=made, points=501, reason="x")
    assert no.value.code == "points"
    asked = actions.appeal(me, clearing_id=made, points=300, reason="旺季在四季度，请求返还")
    with pytest.raises(Refused) as no:
        actions.appeal(me, clearing_id=made, points=201, reason="x")  # 200 are left to ask for
    assert no.value.code == "points"
    with pytest.raises(Missing):
        actions.decide(
            Actor("x", role="director", may=frozenset({"*"}), parties=frozenset({world.ids["D2"]})),
            adjustment_id=asked, grant=True, answer="x",
        )  # fmt: skip
    assert actions.decide(DIRECTOR, adjustment_id=asked, grant=True, answer="同意返还") == "approved"
    lot = PointLot.objects.unscoped("test").get(source="back")
    assert (lot.amount, lot.earned_on) == (300, today)
    assert lot.expires_on >= today
    assert queries.balance(SYSTEM, world.ids["D1"]) == 300
    sound()


def test_an_appeal_comes_too_late_or_from_who_lost_nothing(world, today):
    due = cleared_world(world, today, appeal_days=5, exempt=["D2"])
    made = actions.announce(PLANNER, due_on=due)
    backdate(made, 60)
    actions.clear(DIRECTOR, clearing_id=made)
    row = queries.clearing_row(made)
    row.decided_on = today - timedelta(days=6)
    row.save()
    with pytest.raises(Refused) as no:
        actions.appeal(owner(world), clearing_id=made, points=1, reason="x")
    assert no.value.code == "late"


def test_the_cost_and_the_fairness_of_a_clearing_are_shown_first(world, today):
    due = cleared_world(world, today, value="0.5", breakage="fixed", breakage_rate="0.2")
    document = queries.programme_on(today).document
    found = queries.threatened(SYSTEM, document, due, queries.rate_on(document, today))
    assert (found.points, found.hit, found.gross_minor, found.released_minor) == (600, 2, 30_000, 24_000)
    assert round(found.fairness, 4) == Decimal("0.3333")  # 500 and 100
    assert [(row.party_id, row.points) for row in found.rows] == [(world.ids["D1"], 500), (world.ids["D2"], 100)]
    assert [(share.group, share.held, share.lost) for share in found.shares] == [("", 600, 600)]


def test_who_earned_in_the_last_weeks_is_named(network, today):
    day = date(today.year - 1, 9, 20)
    network.sell(network.line(yuan=50_000, on=day - timedelta(days=40)))
    programme(method="quarter", protect_days=0, start=date(2024, 1, 1))
    awarded(quarter(day), day)
    document = queries.programme_on(today).document
    assert queries.threatened(SYSTEM, document, date(day.year, 9, 30), document.breakage_rate).fresh == 500


def test_the_methods_stand_side_by_side_on_our_own_history(world, today):
    cleared_world(world, today)
    catalogue()
    actions.redeem(owner(world), party_id=world.ids["D1"], reward="FUND", quantity=1)
    document = queries.programme_on(today).document
    found = {each.code: each for each in queries.compared(SYSTEM, document, today)}
    assert [code for code, each in found.items() if each.current] == ["quarter"]
    assert (found["none"].lost, found["none"].missed, found["none"].open) == (0, 0, 400)
    assert (found["quarter"].lost, found["quarter"].missed, found["quarter"].hit) == (600, 200, 2)
    assert found["quarter"].cost_minor == 6_000
    assert found["rolling"].lost == 0
    for each in found.values():
        assert each.earned == 600


def test_points_keep_the_last_day_they_were_awarded_with(world, today):
    """A new method counts for new points: what was promised is not shortened afterwards."""
    day = today - timedelta(days=200)
    programme(method="rolling", months=24)
    awarded(quarter(day), day)
    before = PointLot.objects.unscoped("test").filter(party_id=world.ids["D1"]).get().expires_on
    programme(method="quarter", protect_days=0, start=today)
    world.sell(world.line(yuan=1_000, doc="N", on=day))
    awarded(quarter(day), today)
    days = list(
        PointLot.objects.unscoped("test")
        .filter(party_id=world.ids["D1"])
        .order_by("id")
        .values_list("expires_on", flat=True)
    )
    assert days[0] == before
