"""Accrual of variable consideration: the published examples (F9, IFRS 15 Example 24, F10) and the laws that hold for all. C129, X05."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.accrual import Month, Outcome, earned, estimate, move, pace
from gongying.engines.ladders import Tier
from gongying.engines.money import Rounding
from gongying.engines.rebates import Terms, derive
from gongying.engines.vat import Invoiced, shares, tax_in

CENT = 100


def revenue(price, quarters, terms, expected):
    """Revenue quarter by quarter: price × pieces less the catch-up of the refund liability. `expected` are the outcomes of the
    year as they are seen at the end of each quarter: (pieces, probability)."""
    found, sold, stands = [], 0, 0
    for pieces, seen in zip(quarters, expected, strict=True):
        sold += pieces
        outcomes = [Outcome(year, derive(year, terms).entitled, D(p)) for year, p in seen]
        guess = estimate(outcomes, "most_likely")
        step = move(stands, 0, earned(guess.amount, sold, guess.base))
        stands = step.closing
        found.append(price * CENT * pieces - step.change)
    return [each // CENT for each in found]


def test_F9_a_retroactive_price_is_caught_up_in_the_period_of_the_change():
    terms = Terms("per_unit", (Tier(D(0), D(0)), Tier(D(601), D(48))), "quantity")
    seen = [[(300, "0.9"), (700, "0.1")], [(560, "0.1"), (700, "0.9")]]
    assert revenue(480, [75, 225], terms, seen) == [36_000, 93_600]


def test_IFRS_15_example_24_volume_discount():
    """100 a piece, 90 for all above 1,000 a year: 75 in the first quarter, 500 in the second after the customer grew."""
    terms = Terms("per_unit", (Tier(D(0), D(0)), Tier(D(1001), D(10))), "quantity")
    seen = [[(300, "0.85"), (1200, "0.15")], [(900, "0.05"), (1600, "0.95")]]
    assert revenue(100, [75, 500], terms, seen) == [7_500, 44_250]


def test_F10_input_tax_of_a_rebate_of_113_000_goes_down_by_13_000():
    assert tax_in(113_000_00, D("0.13")) == 13_000_00


def test_the_constraint_keeps_revenue_out_that_may_have_to_be_given_back():
    two = [Outcome(500, 0, D("0.7")), Outcome(1500, 15_000, D("0.3"))]
    free, held = estimate(two, "most_likely", D("0.7")), estimate(two, "most_likely", D("0.8"))
    assert (free.amount, free.constrained, free.kept) == (0, False, D("0.7"))
    assert (held.amount, held.unconstrained, held.constrained, held.kept) == (15_000, 0, True, D(1))
    assert estimate(two, "most_likely", D("0.8"), significant=15_000).amount == 0


def test_expected_value_weighs_and_most_likely_chooses():
    three = [Outcome(80, 800, D("0.25")), Outcome(100, 1500, D("0.5")), Outcome(120, 2400, D("0.25"))]
    assert estimate(three, "expected", D("0.5")).amount == 1550
    assert estimate(three, "most_likely", D("0.5")).amount == 1500
    with pytest.raises(ValueError, match="sum to 1"):
        estimate(three[:2])
    with pytest.raises(ValueError, match="no method"):
        estimate(three, "guess")


def test_a_season_weighs_more_than_days():
    spring = [Month(10, 31, 31), Month(10, 28, 28), Month(80, 31, 0)]
    assert pace(200, spring).final == 1000
    assert pace(200, [Month(1, m.days, m.over) for m in spring]).final == 300
    assert pace(-50, spring).final == -50
    assert pace(200, [Month(10, 31, 31)]).by == "over"


@given(st.integers(0, 10**9), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_a_movement_always_adds_up(opening, settled, liability):
    step = move(opening, settled, liability)
    assert step.closing == max(liability, 0)
    assert step.accrued >= 0 >= step.used
    assert step.released <= 0
    assert -step.used <= opening
    assert step.used == 0 or settled > 0


@given(st.integers(0, 10**9), st.integers(1, 10**7), st.integers(1, 10**7))
def test_what_is_earned_never_exceeds_the_rebate_and_grows_with_the_base(amount, base, final):
    assert 0 <= earned(amount, base, final) <= amount
    assert earned(amount, base, final) <= earned(amount, base + 1, final)


MANY = st.lists(st.tuples(st.sampled_from(["0.13", "0.09", "0"]), st.integers(1, 10**8)), min_size=1, max_size=30)


@given(st.integers(-(10**9), 10**9), MANY, st.booleans(), st.sampled_from(Rounding))
def test_shares_of_a_rebate_carry_it_whole_and_the_tax_of_every_rate(amount, held, inclusive, rounding):
    rows = [Invoiced(f"A{place}", D(rate), net) for place, (rate, net) in enumerate(held)]
    found = shares(amount, rows, inclusive=inclusive, rounding=rounding)
    assert sum(each.gross if inclusive else each.net for each in found) == amount
    assert all(each.gross == each.net + each.tax for each in found)
    assert all(abs(each.tax) <= abs(each.gross) for each in found)
    assert all(each.tax == 0 for each in found if each.rate == 0)
