"""Trust: the identity of a count, the weighing of parts, digit tests against known values, samples anybody can draw again."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongying.engines import trust, trust_digits, trust_sample
from gongying.engines.trust import CUT_OFFS, GRADES, Line, Part, graded, jumps, score

UNITS = st.integers(-10_000, 10_000)


@given(UNITS, UNITS, UNITS, UNITS, UNITS)
def test_C099_the_identity_of_a_count_closes(opening, received, sold, adjusted, counted):
    line = Line(opening, received, sold, adjusted, counted)
    assert line.opening + line.received - line.sold + line.adjusted + line.difference == counted
    assert line.uncovered >= 0


def test_units_that_were_never_there():
    assert Line(10, 5, 20, 0).uncovered == 5
    assert Line(10, 5, 20, 5).uncovered == 0, "found goods cover a sale"
    assert Line(10, 5, 20, -5).uncovered == 5, "breakage does not make a sale worse"
    assert Line(-3, 0, 2, 0).uncovered == 2, "nothing is there below zero"


def part(code, weight, value):
    return Part(code, weight, None if value is None else Decimal(value), ())


def test_the_worked_example_of_the_document():
    """docs/algorithms/trust.md, step by step."""
    parts = [
        part("completeness", 20, "95.0"), part("timeliness", 15, "80.0"), part("identity", 20, score(2, 180, Decimal("0.10"))),
        part("spot", 20, None), part("receipts", 15, "100.0"), part("jumps", 10, "100.0"),
    ]  # fmt: skip
    assert parts[2].score == Decimal("88.9")
    found = graded(parts, CUT_OFFS, hint=Decimal("2.5"))
    assert (found.grade, found.score, found.covered, found.hint) == (
        "B",
        Decimal("89.7"),
        Decimal("0.80"),
        Decimal("2.5"),
    )
    assert found.points("completeness") == Decimal(20) * 95 / 80
    assert found.points("spot") is None


@given(
    st.lists(st.tuples(st.integers(1, 50), st.none() | st.integers(0, 1000)), min_size=1, max_size=8),
    st.integers(0, 200),
)
def test_a_grade_is_its_parts(rows, tenths):
    """The points of all parts less the hint are the score; the hint lowers by one grade at most; no score, no grade."""
    parts = [
        Part(f"p{n}", weight, None if value is None else Decimal(value) / 10, ())
        for n, (weight, value) in enumerate(rows)
    ]
    plain, found = (graded(parts, CUT_OFFS, hint=Decimal(hint) / 10) for hint in (0, tenths))
    if found.score is None:
        assert found.grade == ""
        assert found.covered < trust.LEAST_COVERED
        return
    whole = sum((found.points(each.code) or Decimal(0) for each in parts), Decimal(0))
    assert abs(whole - found.hint - found.score) <= Decimal("0.1")
    assert 0 <= GRADES.index(found.grade) - GRADES.index(plain.grade) <= 1
    assert 0 <= found.score <= 100


def test_too_little_is_no_grade():
    thin = graded([part("a", 30, "100"), part("b", 70, None)], CUT_OFFS, hint=Decimal(0))
    assert (thin.grade, thin.score, thin.covered) == ("", None, Decimal("0.30"))
    assert graded([], CUT_OFFS, hint=Decimal(0)).grade == ""


@pytest.mark.parametrize(
    ("value", "grade"),
    [("100", "A"), ("90", "A"), ("89.9", "B"), ("65", "C"), ("50", "D"), ("49.9", "E"), ("0", "E")],
)
def test_cut_offs_hold_at_their_value(value, grade):
    assert graded([part("a", 1, value)], CUT_OFFS, hint=Decimal(0)).grade == grade


def test_jumps_need_a_history_and_are_told_with_the_usual():
    now = {"old": 500, "new": 500, "small": 9, "same": 100}
    before = {"old": [40, 50, 60], "new": [50, 60], "small": [1, 1, 1], "same": [90, 100, 110]}
    found = jumps(now, before, factor=Decimal(4), least=20)
    assert [(each.name, each.usual) for each in found] == [("old", 50)]
    assert jumps({"old": 200}, before, factor=Decimal(4), least=20) == [], "four times is not more than four times"


def test_chi_square_against_tables():
    """Upper critical values of the chi-square distribution as tables print them (NIST handbook, 1.3.6.7.4)."""
    for freedom, at_05, at_001 in (
        (1, 3.841, 10.828),
        (8, 15.507, 26.125),
        (9, 16.919, 27.877),
        (30, 43.773, 59.703),
    ):
        assert trust_digits.chi_square_tail(at_05, freedom) == pytest.approx(0.05, abs=2e-4)
        assert trust_digits.chi_square_tail(at_001, freedom) == pytest.approx(0.001, abs=2e-5)
    assert trust_digits.chi_square_tail(1e-12, 8) == pytest.approx(1)
    assert trust_digits.chi_square_tail(5000, 8) < 1e-300


def test_benford_takes_powers_and_refuses_even_digits():
    powers = [2**n for n in range(1, 400)]
    honest = trust_digits.first_digits(powers)
    assert honest.p > 0.5
    made_up = trust_digits.first_digits([digit * 100 + n for digit in range(1, 10) for n in range(40)])
    assert made_up.p < 1e-6
    assert sum(made_up.expected) == pytest.approx(made_up.count)


def test_last_digits_find_rounding_and_leave_small_numbers_out():
    rnd = Random(4)  # noqa: S311 - the same numbers every time
    assert trust_digits.last_digits([rnd.randint(10, 999) for _n in range(500)]).p > 0.001
    assert trust_digits.last_digits([5 * rnd.randint(2, 99) for _n in range(100)]).p < 1e-9
    assert trust_digits.last_digits([1, 2, 3] * 100).count == 0


def test_too_few_values_say_nothing():
    few = trust_digits.first_digits(range(1, 100))
    assert (few.count, few.p) == (99, None)
    assert trust_digits.last_digits([10] * 49).p is None
    assert trust_digits.first_digits([]).p is None


def test_honest_numbers_fail_a_test_as_often_as_they_should():
    """At p < 0.05 about one in twenty: the tail is the tail (it would not hold with the wrong degrees of freedom)."""
    rnd = Random(1)  # noqa: S311 - the same numbers every time
    failed = sum(
        trust_digits.last_digits([rnd.randint(100, 9999) for _n in range(200)]).p < 0.05 for _round in range(400)
    )
    assert 8 <= failed <= 36


def test_a_sample_is_drawn_again_by_its_seed_whatever_the_order():
    weights = {f"P{n}": n * 100 for n in range(40)}
    first = trust_sample.sample(weights, 5, "s1")
    turned = trust_sample.sample(dict(reversed(weights.items())), 5, "s1")
    assert first == turned
    assert "P0" not in {each.name for each in trust_sample.sample(weights, 40, "s1")}, "weight 0 is never drawn"
    assert first != trust_sample.sample(weights, 5, "s2")


def test_the_heavier_is_drawn_the_more_often():
    """Of two things with weights 3 : 1 the first draw takes the heavier three times in four."""
    heavy = sum(trust_sample.sample({"A": 300, "B": 100}, 1, f"s{n}")[0].name == "A" for n in range(2000))
    assert 1420 <= heavy <= 1580


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.integers(0, 10**12), max_size=20), st.integers(-2, 30))
def test_a_sample_has_no_thing_twice(weights, size):
    names = [each.name for each in trust_sample.sample(weights, size, "x")]
    assert len(names) == len(set(names)) == min(max(0, size), sum(weight > 0 for weight in weights.values()))
