"""What activities brought, and what was caught (C021)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from gongying.areas.funds import actions, queries
from gongying.areas.funds.models import Commitment
from gongying.core.actor import SYSTEM

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def told(funds):
    """An activity of two weeks that is over. D1 sold 100 a week before and 200 a week in it; D2 sold 50 and then 55."""
    made = funds.committed(cost_minor=100_00)
    claim = funds.claim(made, 100_00)
    actions.approve(funds.people.finance, claim_id=claim)
    actions.pay(funds.people.cashier, claim_ids=[claim])
    start = funds.today - 2 * WEEK
    Commitment.objects.unscoped("test").filter(pk=made).update(start=start, end=funds.today)
    lines = []
    for code, before, during in (("D1", 100, 200), ("D2", 50, 55)):
        for n in range(1, 9):
            lines.append(funds.line(code, before, on=start - n * WEEK, doc=f"{code}-B{n}"))
        lines += [funds.line(code, during, on=start + n * WEEK, doc=f"{code}-A{n}") for n in range(2)]
    funds.sell(*(line._replace(level="sell_out") for line in lines))
    funds.made = made
    return funds


def test_uplift_is_above_the_weeks_before_and_the_trend_of_the_others(told):
    """C021: uplift against baseline with a control group, explained in parts."""
    found = queries.effect(SYSTEM, queries.commitment(SYSTEM, told.made), told.today)
    u = found.uplift
    assert (found.level, found.paid_minor, u.controls) == ("sell_out", 60_00, 1)
    assert (u.actual_minor, u.baseline_minor, u.trend_minor, u.uplift_minor) == (400_00, 200_00, 20_00, 180_00)
    assert u.margin_minor == 45_00
    assert u.roi == Decimal(-15_00) / 60_00
    assert u.clear


def test_spending_by_type_adds_up_what_its_activities_brought(told):
    span = (told.today - timedelta(days=3), told.today)
    rows = queries.effects(SYSTEM, *span, told.today)
    assert [each.uplift.uplift_minor for each in rows] == [180_00]
    by = queries.by_type(rows, told.today)
    assert [(each.code, each.count, each.paid_minor, each.uplift_minor) for each in by] == [
        ("display", 1, 60_00, 180_00)
    ]
    said = queries.effectiveness(SYSTEM, period=str(told.today.year), on=told.today)
    assert [(each.code, each.margin_minor) for each in said] == [("display", 45_00)]


def test_whoever_has_an_activity_himself_is_no_control(told):
    other = told.committed("D2")
    start = told.today - 2 * WEEK
    Commitment.objects.unscoped("test").filter(pk=other).update(start=start, end=told.today)
    u = queries.effect(SYSTEM, queries.commitment(SYSTEM, told.made), told.today).uplift
    assert (u.controls, u.trend, u.uplift_minor) == (0, 1, 200_00)


def test_an_activity_of_an_outlet_is_measured_by_its_outlet(told):
    start = told.today - 2 * WEEK
    Commitment.objects.unscoped("test").filter(pk=told.made).update(outlet="Corner shop")
    row = queries.commitment(SYSTEM, told.made)
    assert queries.effect(SYSTEM, row, told.today).uplift is None  # nothing of it is known
    base = told.line("D1", 10, doc="X")._replace(level="sell_out", counterparty="Corner shop")
    told.sell(
        *(base._replace(business_date=start - n * WEEK, document=f"X{n}") for n in range(1, 9)),
        base._replace(business_date=start, document="X0", gross_minor=90_00),
    )
    u = queries.effect(SYSTEM, queries.commitment(SYSTEM, told.made), told.today).uplift
    assert (u.actual_minor, u.baseline_minor) == (90_00, 20_00)


def test_nothing_is_measured_before_it_is_over(funds):
    made = funds.committed()
    assert queries.effect(SYSTEM, queries.commitment(SYSTEM, made), funds.today).uplift is None


def test_claims_with_something_used_before_are_counted_with_what_was_not_paid(funds):
    """C021: duplicate-claim detection."""
    funds.claim(funds.committed(), seed=1)
    again = funds.claim(funds.committed("D2"), code="D2", seed=1)  # the same photographs
    actions.reject(funds.people.finance, claim_id=again, answer="these are the photographs of somebody else")
    found = queries.duplicates(SYSTEM, funds.today, funds.today + timedelta(days=1))["CNY"]
    assert (found.claims, found.claimed_minor, found.saved_minor) == (1, 600_00, 600_00)
    assert found.by_code == {"twin_file": 2}
