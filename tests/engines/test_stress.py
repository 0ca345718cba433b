"""The cash book under shocks: nothing is lost between months, dearer and later never helps, the same seed draws the same."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongying.engines.stress import STANDARD, Firm, Shock, breaking, chance, path, run, wilson, with_line

DAYS = st.integers(0, 200)
FIRMS = st.builds(
    Firm, revenue=st.integers(0, 10**9), cost=st.integers(0, 10**9), fixed=st.integers(0, 10**8),
    cash=st.integers(0, 10**9), dso=DAYS, dio=DAYS, dpo=DAYS, line=st.integers(0, 10**8),
)  # fmt: skip
SHOCKS = st.builds(
    Shock,
    st.just("x"),
    st.decimals("0.1", "1.5", places=2),
    st.decimals("0.1", "1.5", places=2),
    st.integers(0, 120),
)
SMALL = Firm(revenue=100_00, cost=80_00, fixed=15_00, cash=30_00, dso=45, dio=30, dpo=30, line=10_00)


@given(FIRMS, SHOCKS)
def test_every_month_is_what_came_in_less_what_went_out(firm, shock):
    cash = firm.cash
    for month in path(firm, shock):
        cash += month.received - month.paid - month.fixed
        assert month.closing == cash


@given(FIRMS, st.integers(1, 60))
def test_nothing_that_was_sold_is_lost_or_paid_twice(firm, later):
    months = path(firm, Shock(later=later), months=60)
    opening = firm.revenue * firm.dso / 30
    sold, received = sum(m.sold for m in months), sum(m.received for m in months)
    assert received <= opening + sold + 1
    due = sum(m.sold for m in months[: max(0, 60 - 2 - (firm.dso + later) // 30)])
    assert received >= due - 60


@given(FIRMS, st.decimals("0.05", "1", places=2))
def test_a_lower_price_never_leaves_more(firm, price):
    plain, cheaper = path(firm), path(firm, Shock(price=price))
    assert all(low.closing <= high.closing for low, high in zip(cheaper, plain, strict=True))


@given(FIRMS, st.integers(0, 120))
def test_money_that_comes_later_never_leaves_more(firm, later):
    plain, delayed = path(firm), path(firm, Shock(later=later))
    assert all(low.closing <= high.closing for low, high in zip(delayed, plain, strict=True))


@given(FIRMS, st.integers(0, 10**9))
def test_more_money_is_more_money_in_every_month(firm, more):
    richer = replace(firm, cash=firm.cash + more)
    assert [m.closing + more for m in path(firm)] == [m.closing for m in path(richer)]


def test_the_standard_shocks_of_a_small_firm():
    found = {shock.code: run(SMALL, shock) for shock in STANDARD}
    assert found["base"].breach is None
    assert found["base"].lowest == 3500
    assert (found["price_10"].out_of_cash, found["price_10"].breach) == (10, 12)
    assert found["late_30"].breach == 1
    assert found["together"].breach == 1


def test_the_breaking_points_are_the_mildest_that_break():
    found = breaking(SMALL)
    for kind, fall in (("price", found["price"]), ("demand", found["demand"])):
        assert run(SMALL, Shock(kind, **{kind: 1 - fall})).breach is not None
        assert run(SMALL, Shock(kind, **{kind: 1 - fall + Decimal("0.01")})).breach is None
    assert run(SMALL, Shock(later=int(found["later"]))).breach is not None
    assert run(SMALL, Shock(later=int(found["later"]) - 1)).breach is None
    assert breaking(replace(SMALL, cash=10**9)) == {"demand": None, "price": None, "later": None}


def test_the_same_seed_draws_the_same_and_another_another():
    shock = STANDARD[1]
    one, same, other = (chance(SMALL, shock, seed=seed, runs=300) for seed in (5, 5, 6))
    assert one == same
    assert one.breaches != other.breaches or one.seed != other.seed
    assert one.low <= one.share <= one.high


@settings(max_examples=10)
@given(st.integers(0, 10**6))
def test_a_larger_line_never_makes_a_breach_likelier(seed):
    small = chance(SMALL, STANDARD[3], seed=seed, runs=60).breaches
    assert chance(with_line(SMALL, 50_00), STANDARD[3], seed=seed, runs=60).breaches <= small


def test_without_spread_chance_is_certainty():
    still = {"demand_spread": Decimal(0), "price_spread": Decimal(0), "seed": 1, "runs": 5}
    assert chance(SMALL, STANDARD[4], **still).share == 1
    assert chance(SMALL, STANDARD[0], **still).share == 0


def test_bounds_are_kept():
    for wrong in ({"runs": 0}, {"runs": 20_001}, {"months": 61}):
        with pytest.raises(ValueError, match="1 to"):
            chance(SMALL, STANDARD[0], seed=1, **wrong)
    assert wilson(50, 100) == (Decimal("0.4038"), Decimal("0.5962"))
