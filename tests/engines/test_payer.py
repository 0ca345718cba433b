"""The payer in whole numbers against the kernel in decimals: to the minor unit, for every method it takes on itself."""

from decimal import Decimal as D

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gongying.engines.ladders import METHODS, Tier
from gongying.engines.money import Rounding
from gongying.engines.payer import LINES, payer
from gongying.engines.rebates import NOTHING, Given, Terms, derive, pays

numbers = st.tuples(st.integers(0, 3_000_000), st.integers(0, 5)).map(lambda n: D(n[0]).scaleb(-n[1]))
ladders = st.dictionaries(numbers, numbers, min_size=1, max_size=6).map(
    lambda rows: tuple(Tier(start, rate) for start, rate in sorted(rows.items()))
)
everything = st.builds(
    Terms,
    method=st.sampled_from(sorted(METHODS)),
    tiers=ladders,
    basis=st.sampled_from(["value", "gross", "quantity", "weight", "volume", "points"]),
    currency=st.sampled_from(["CNY", "JPY", "KWD", "CLF"]),
    base_cap=st.one_of(st.none(), numbers),
    payout_cap=st.one_of(st.none(), st.integers(0, 10**9)),
    guarantee=st.integers(0, 10**7),
    rounding=st.sampled_from([Rounding.HALF_UP, Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.DOWN]),
    measure=st.sampled_from(["base", "base", "base", "target"]),
    guarantee_runs=st.sampled_from([False, False, True]),
)
bases = st.one_of(st.integers(-(10**6), 10**9), st.integers(-(10**30), 10**30))


def test_no_method_is_left_out():
    assert LINES.keys() == METHODS.keys()


@settings(max_examples=2500, deadline=None)
@given(everything, st.lists(bases, min_size=1, max_size=6))
def test_any_programme_pays_any_base_what_the_kernel_pays(terms, each):
    pay = payer(terms)
    for base in each:
        assert pay(base, NOTHING) == pays(base, terms) == derive(base, terms).entitled


@settings(max_examples=1200, deadline=None)
@given(everything, st.integers(-2, 2), st.data())
def test_on_and_beside_a_boundary_too(terms, off, data):
    """The minor units next to the start of a tier, where one too many or too few would be a whole tier."""
    start = data.draw(st.sampled_from(terms.tiers)).start
    base = int(start * 10 ** {"value": 2, "gross": 2, "weight": 3, "volume": 3}.get(terms.basis, 0)) + off
    assert payer(terms)(base, NOTHING) == pays(base, terms)


@settings(max_examples=800, deadline=None)
@given(
    everything,
    bases,
    st.builds(
        Given,
        reference=st.one_of(st.none(), st.integers(-1000, 3_000_000)),
        deducted=st.integers(0, 500_000),
        factor=st.integers(0, 30).map(lambda n: D(n) / 10),
        closed=st.sampled_from([(), (), ("gate",)]),
    ),
)
@example(Terms("slab", (Tier(D(0), D("0.1")),)), 1000_00, Given(deducted=500_00))
def test_what_else_is_known_is_not_forgotten(terms, base, known):
    assert payer(terms)(base, known) == pays(base, terms, known)


@pytest.mark.parametrize("number", ["1E+29", "1E-29", "1E+31", "1E-31", "0.1234567890123456789012345678901"])
@pytest.mark.parametrize("method", sorted(METHODS))
def test_numbers_of_more_digits_than_decimals_keep_are_the_kernels(method, number):
    for tiers in (
        (Tier(D(0), D(number)), Tier(D(900), D("0.02"))),
        (Tier(D("0.5"), D("0.01")), Tier(D(number) + 1, D("0.1"))),
        (Tier(D(0), D("0.07")), Tier(D("123.456"), D(number))),
    ):
        terms = Terms(method, tiers, base_cap=D(number) if D(number) > 1 else None)
        for base in (-5, 0, 1, 12_345, 99_999, 90_000, 10**17 + 1, 10**18, 10**27 + 1):
            assert payer(terms)(base, NOTHING) == pays(base, terms)
