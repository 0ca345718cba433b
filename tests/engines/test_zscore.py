"""Altman's Z'': the two public readings that disagree, and the changes that cross a cut-off."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.zscore import CUTOFFS, INPUTS, crossings, of_year, score, zone_of

RATIOS = st.fixed_dictionaries({code: st.fractions(-5, 5, max_denominator=1000) for code in INPUTS})
YEAR = {
    "cash": 120, "receivables": 300, "inventory": 200, "fixed_assets": 80, "payables": 250, "short_debt": 50, "long_debt": 100,
    "capital": 200, "retained_earnings": 100, "revenue": 3650, "cogs": 2920, "operating_expenses": 500,
}  # fmt: skip


def test_F12_safe_at_2_60_and_grey_at_2_90():
    found = score({"x1": Fraction("0.20"), "x2": Fraction("0.15"), "x3": Fraction("0.08"), "x4": Fraction("0.40")})
    assert round(float(found.value), 3) == 2.759
    assert {each.source: each.zone for each in found.readings} == {"altman": "safe", "popular": "grey"}
    assert found.disputed
    assert found.zone == "safe"


@given(RATIOS)
def test_the_score_is_the_sum_of_its_parts(ratios):
    found = score(ratios)
    assert sum(term.part for term in found.terms) == found.value


@given(RATIOS)
def test_a_crossing_reaches_its_cut_off_exactly(ratios):
    for each in crossings(score(ratios)):
        moved = score(ratios | {each.code: ratios[each.code] + each.ratio})
        assert moved.value == each.cutoff


@given(RATIOS, st.sampled_from(sorted(INPUTS)), st.fractions(0, 3))
def test_more_of_anything_never_lowers_the_score(ratios, code, more):
    assert score(ratios | {code: ratios[code] + more}).value >= score(ratios).value


def test_the_boundaries_are_grey():
    low, high = CUTOFFS["altman"]
    assert [zone_of(value, low, high) for value in (low, high)] == ["grey", "grey"]
    assert zone_of(low - Fraction(1, 10**9), low, high) == "distress"


def test_the_amount_that_crosses_is_told_for_each_line():
    found = of_year(YEAR)
    assert [term.ratio for term in found.terms] == [
        Fraction(320, 700), Fraction(100, 700), Fraction(230, 700), Fraction(300, 400),
    ]  # fmt: skip
    nearest = crossings(found, YEAR)[0]
    assert nearest.cutoff == Fraction("2.90")
    ebit = next(each for each in crossings(found, YEAR) if each.code == "x3" and each.cutoff == Fraction("2.60"))
    worse = YEAR | {"operating_expenses": YEAR["operating_expenses"] - ebit.amount}
    assert ebit.line == "operating_profit"
    assert ebit.amount < 0
    assert of_year(worse).value <= Fraction("2.60") < of_year(worse | {"cogs": 2919}).value + Fraction(1, 50)


def test_no_score_without_the_lines_it_needs():
    assert of_year({"revenue": 5}) is None
    assert (
        of_year({key: value for key, value in YEAR.items() if key not in ("payables", "short_debt", "long_debt")})
        is None
    )
