"""The settlement kernel: limits keep the laws, every currency its own minor unit, who is outside gives back."""

from decimal import Decimal as D
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.ladders import Section, Tier, cliffs, from_sections, marginal, slab, tier_of
from gongying.engines.money import exponent
from gongying.engines.rebates import Terms, derive, outside

CURRENCIES = ("CNY", "JPY", "KWD", "CLF")
ladders = st.lists(
    st.tuples(st.integers(0, 10**5), st.integers(0, 500)), min_size=1, max_size=5, unique_by=lambda row: row[0]
).map(
    lambda rows: tuple(
        Tier(D(start), D(rate) / 1000)
        for start, rate in zip(sorted(s for s, _ in rows), sorted(r for _, r in rows), strict=True)
    )
)
terms = st.builds(
    Terms,
    method=st.sampled_from(["slab", "marginal", "fixed", "rolling", "total"]),
    tiers=ladders,
    basis=st.sampled_from(["value", "quantity"]),
    currency=st.sampled_from(CURRENCIES),
    base_cap=st.none() | st.integers(1, 10**5).map(D),
    payout_cap=st.none() | st.integers(0, 10**7),
    guarantee=st.integers(0, 10**6),
)


@given(terms, st.integers(-(10**8), 10**8), st.integers(0, 10**8))
def test_more_never_earns_less_whatever_limits(terms, base, more):
    assert derive(base, terms).entitled <= derive(base + more, terms).entitled


@given(terms, st.integers(-(10**8), 10**8))
def test_limits_hold_and_every_part_is_accounted_for(terms, base):
    found = derive(base, terms)
    assert sum(part.amount for part in found.parts) == found.entitled >= 0
    assert terms.payout_cap is None or found.entitled <= terms.payout_cap
    assert found.entitled >= min(terms.guarantee, found.entitled if terms.payout_cap is None else terms.payout_cap)
    for part in found.parts:
        assert not part.children or sum(child.amount for child in part.children) == part.amount


@given(terms, st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=4))
def test_the_order_of_lines_does_not_matter(terms, pieces):
    found = set()
    for order in permutations(pieces):
        settled = reached = 0
        for piece in order:
            reached += piece
            settled += derive(reached, terms, settled).due
        found.add(settled)
    assert len(found) == 1


@given(terms, st.integers(-(10**8), 10**8))
def test_who_is_outside_gives_back_exactly_what_was_settled(terms, base):
    before = derive(base, terms).entitled
    assert before + outside(before).due == 0
    assert outside(before).parts[0].code == "outside"


@given(ladders)
def test_a_slab_jumps_at_a_boundary_by_its_cliff_and_a_marginal_ladder_never_jumps(tiers):
    tiny = D("1e-9")
    for cliff in cliffs(tiers):
        low, high = cliff.start - tiny, cliff.start
        assert abs(slab(high, tiers) - slab(low, tiers) - cliff.jump) < D("1e-6")
        assert marginal(high, tiers) - marginal(low, tiers) < D("1e-6")


def test_F20_a_base_between_two_written_sections_is_in_exactly_one_tier():
    """Sections to 100.00 and from 100.01 leave 100.005 unpaid; written half-open there is no such place."""
    tiers = from_sections([Section(D(0), D("100.01"), D("0.1")), Section(D("100.01"), None, D("0.2"))])
    assert [tier_of(D(base), tiers) for base in ("100.00", "100.005", "100.01")] == [0, 0, 1]
    held = derive(100_00, Terms("slab", tuple(tiers))), derive(100_01, Terms("slab", tuple(tiers)))
    assert [found.entitled for found in held] == [10_00, 20_00]


@pytest.mark.parametrize(
    ("currency", "base", "right"), [("CNY", 1234_56, 18_52), ("JPY", 123456, 1852), ("KWD", 1234_567, 18_519)]
)
def test_one_and_a_half_percent_is_rounded_once_to_the_minor_unit(currency, base, right):
    assert derive(base, Terms("slab", (Tier(D(0), D("0.015")),), currency=currency)).entitled == right


def test_iso_4217_minor_units():
    assert [exponent(code) for code in ("CNY", "JPY", "UGX", "XOF", "KWD", "LYD", "IQD", "CLF")] == [
        2,
        0,
        0,
        0,
        3,
        3,
        3,
        4,
    ]
