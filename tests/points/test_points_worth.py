"""What points are worth: liability, breakage from our own history, movements that add up, vouchers that balance (C137)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from purse import DIRECTOR, PLANNER, awarded, catalogue, owner, programme

from gongying.areas.points import actions, queries
from gongying.core.actor import SYSTEM, Actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(network):
    network.sell(
        network.line(yuan=50_000, on=date(2026, 2, 1)), network.line("D2", 10_000, doc="B1", on=date(2026, 2, 1))
    )
    return network


def test_the_liability_is_open_points_by_value_less_breakage(world):
    programme(value="0.2", breakage="fixed", breakage_rate="0.1")
    awarded("2026Q1", date(2026, 4, 10))
    found = queries.worth(SYSTEM, on=date(2026, 4, 30))
    assert (found.now.points, found.now.gross, found.now.amount) == (600, 12_000, 10_800)
    assert queries.worth(SYSTEM, on=date(2026, 4, 9)).now.points == 0


def test_months_add_up_from_one_to_the_next_and_to_the_liability(world):
    programme(value="0.2", breakage="none", start=date(2025, 1, 1))
    catalogue()
    awarded("2026Q1", date(2026, 4, 10))
    programme(value="0.3", breakage="none", start=date(2026, 6, 1))  # a point is dearer from June on
    today = timezone.localdate()
    actions.redeem(owner(world), party_id=world.ids["D1"], reward="FUND")
    made = actions.adjust(PLANNER, party_id=world.ids["D2"], points=-40, reason="x")
    actions.decide(DIRECTOR, adjustment_id=made, grant=True, answer="x")
    found = queries.worth(SYSTEM, on=today)
    for month in found.months:
        assert month.closing == (
            month.opening + month.earned - month.burnt - month.expired + month.other + month.revaluation
        )
    for before, after in zip(found.months, found.months[1:], strict=False):
        assert after.opening == before.closing
    assert found.months[-1].closing == found.now.amount == 360 * 30
    held = {month.month: month for month in found.months}
    assert held["2026-04"].earned == 12_000
    assert held["2026-06"].revaluation == 6_000
    assert (held[f"{today:%Y-%m}"].burnt, held[f"{today:%Y-%m}"].other) == (6_000, -1_200)
    sums = {}
    for line in queries.journal(found):
        debit, credit = sums.get(line.month, (0, 0))
        sums[line.month] = (debit + line.debit_minor, credit + line.credit_minor)
    assert sums
    assert all(debit == credit for debit, credit in sums.values())
    assert {line.code for line in queries.journal(found)} == {"6601.08", "2205.02", "6001.08"}


def test_breakage_is_learnt_from_our_own_cohorts_once_there_are_enough(world):
    programme(method="quarter", protect_days=0, breakage="history", breakage_rate="0.05", least_history=500)
    catalogue()
    day = timezone.localdate() - timedelta(days=200)
    period = f"{day.year}Q{(day.month + 2) // 3}"
    world.sell(world.line(yuan=50_000, doc="X", on=day), world.line("D2", 10_000, doc="Y", on=day))
    awarded(period, day)
    before = queries.worth(SYSTEM)
    assert (before.breakage.source, before.breakage.rate) == ("fixed", Decimal("0.05"))
    actions.redeem(owner(world), party_id=world.ids["D1"], reward="FUND", quantity=2)
    due = queries.due_days(SYSTEM, timezone.localdate())[-1][0]
    made = actions.announce(PLANNER, due_on=due)
    row = queries.clearing_row(made)
    row.clears_from = row.noticed_on
    row.save()
    actions.clear(DIRECTOR, clearing_id=made)
    after = queries.worth(SYSTEM)
    (cohort,) = [each for each in after.breakage.cohorts if each.used]
    assert cohort.earned == cohort.used + cohort.expired
    assert after.breakage.source == "history"
    assert after.breakage.rate == Decimal(cohort.expired * 10_000 // cohort.earned) / 10_000


def test_points_passed_on_are_no_new_points(world):
    programme(transfers=True)
    awarded("2026Q1", date(2026, 4, 10))
    world.join(["D3"])
    from test_points_story import _post

    _post(SYSTEM, links=[(world.ids["D1"], world.ids["D3"])])
    before = queries.worth(SYSTEM)
    actions.transfer(owner(world), party_id=world.ids["D1"], taker="D3", points=100, reason="x")
    after = queries.worth(SYSTEM)
    assert after.now == before.now
    assert [c.earned for c in after.breakage.cohorts] == [c.earned for c in before.breakage.cohorts]
    part = queries.worth(Actor("li", role="regional", may=frozenset({"*"}), parties=frozenset({world.ids["D3"]})))
    assert part.now.points == 100
    assert part.months[-1].closing == part.now.amount
