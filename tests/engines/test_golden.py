"""Golden cases F1, F3, F4, F5, F20 and the laws every ladder obeys."""

from decimal import Decimal as D
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.ladders import (
    METHODS,
    Section,
    Tier,
    check_sections,
    cliffs,
    from_sections,
    marginal,
    rolling,
    slab,
    tier_of,
    total,
)
from gongying.engines.money import CarryRounder, Money, split
from gongying.engines.rebates import Terms, derive

TWO = [Tier(D(0), D("0.10")), Tier(D(1000), D("0.25"))]


@pytest.mark.parametrize(("method", "right"), [(marginal, 350), (slab, 500), (rolling, 600), (total, 700)])
def test_F1_four_readings_of_one_ladder(method, right):
    assert method(D(2000), TWO) == right


def test_F3_cumulative_settlement():
    terms = Terms("slab", (Tier(D(5000), D("0.02")), Tier(D(27000), D("0.04"))))
    settled, dues = 0, []
    for base in (3000, 7000, 27000):
        step = derive(base * 100, terms, settled)
        dues.append(step.due)
        settled += step.due
    assert dues == [0, 140_00, 940_00]


def test_F4_sections_prorated():
    first = from_sections(
        [Section(D(0), D(100), D("0.1")), Section(D(100), D(300), D("0.2")), Section(D(300), D(6000), D("0.3"))]
    )
    second = [Tier(D(0), D("0.05")), Tier(D(1000), D("0.10")), Tier(D(5000), D("0.20"))]
    assert marginal(D(3800), first) == 1100
    assert marginal(D(11500), second) == 1750


def test_F5_settling_twice_pays_the_difference():
    terms = Terms("slab", tuple(TWO))
    first = derive(2000_00, terms)
    assert derive(2000_00, terms, first.due).due == 0
    assert derive(2400_00, terms, first.due).due == 600_00 - 500_00


def test_F20_a_boundary_belongs_to_exactly_one_tier():
    assert tier_of(D(1000), TWO) == 1
    assert tier_of(D("999.999"), TWO) == 0
    gap = [Section(D(0), D("100.00"), D("0.1")), Section(D("100.01"), None, D("0.2"))]
    assert [f.code for f in check_sections(gap)] == ["gap"]
    overlap = [Section(D(0), D(100), D("0.1")), Section(D(90), None, D("0.2"))]
    assert [f.code for f in check_sections(overlap)] == ["overlap"]
    with pytest.raises(ValueError, match=r"100.00 to 100.01"):
        from_sections(gap)


def test_a_cliff_has_a_size():
    (cliff,) = cliffs(TWO)
    assert cliff.jump == 150
    assert cliff.per_missing_unit(D(900)) == D("1.5")


ladders = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 500)), min_size=1, max_size=6, unique_by=lambda t: t[0]
).map(
    lambda rows: tuple(
        Tier(D(s), D(r) / 1000) for s, r in zip(sorted(s for s, _ in rows), sorted(r for _, r in rows), strict=True)
    )
)


@given(
    ladders,
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.sampled_from(["slab", "marginal", "rolling", "total", "fixed"]),
)
def test_more_base_never_earns_less(tiers, one, other, method):
    low, high = sorted((one, other))
    terms = Terms(method, tiers)
    assert derive(low, terms).entitled <= derive(high, terms).entitled


@given(ladders, st.integers(-(10**9), 10**9))
def test_no_gap_no_overlap(tiers, base):
    holding = [
        k for k, t in enumerate(tiers) if t.start <= base and (k + 1 == len(tiers) or base < tiers[k + 1].start)
    ]
    index = tier_of(D(base), tiers)
    assert holding == ([] if index is None else [index])


@given(
    ladders,
    st.lists(st.integers(-(10**7), 10**7), min_size=1, max_size=8),
    st.sampled_from(sorted(METHODS)),
    st.integers(0, 10**6),
    st.none() | st.integers(0, 10**7),
)
def test_true_up_after_any_split_equals_one_run(tiers, pieces, method, guarantee, cap):
    terms = Terms(method, tiers, guarantee=guarantee, payout_cap=cap)
    settled = 0
    for reached in accumulate(pieces):
        settled += derive(reached, terms, settled).due
    assert settled == derive(sum(reversed(pieces)), terms).entitled


@given(ladders, st.integers(0, 10**9), st.integers(0, 10**6), st.none() | st.integers(0, 10**7))
def test_parts_sum_to_the_whole(tiers, base, guarantee, cap):
    found = derive(base, Terms("marginal", tiers, guarantee=guarantee, payout_cap=cap))
    assert sum(part.amount for part in found.parts) == found.entitled
    for part in found.parts:
        assert not part.children or sum(child.amount for child in part.children) == part.amount


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 1000), min_size=1, max_size=9).filter(any))
def test_split_conserves_every_unit(amount, weights):
    parts = split(amount, weights)
    assert sum(parts) == amount
    assert all(abs(p * sum(weights) - amount * w) < sum(weights) for p, w in zip(parts, weights, strict=True))


@given(st.lists(st.decimals(-1000, 1000, places=4), max_size=50), st.integers(0, 50))
def test_carry_rounding_never_drifts(amounts, stop):
    carry, given_units = CarryRounder(), []
    for n, amount in enumerate(amounts):
        if n == stop:
            carry = CarryRounder(carry.state())
        given_units.append(carry.take(amount, "USD"))
    assert abs(sum(amounts, D(0)) * 100 - sum(given_units)) <= D("0.5")
    assert all(abs(a * 100 - u) <= 1 for a, u in zip(amounts, given_units, strict=True))


def test_currencies_do_not_mix():
    with pytest.raises(ValueError, match="cannot mix"):
        Money(1, "CNY") + Money(1, "USD")
