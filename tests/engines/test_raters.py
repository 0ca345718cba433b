"""Two raters: agreement beyond chance against a published example, and the talk a distance forces."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.raters import agree, settled

LEVELS = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(1, 5), min_size=2)


@given(LEVELS)
def test_who_says_the_same_agrees_wholly_or_says_nothing(said):
    found = agree(said, dict(said))
    assert found.kappa in (1, None)
    assert (found.kappa is None) == (len(set(said.values())) == 1)
    assert (found.exact, found.talks) == (len(said), ())


@given(LEVELS, st.lists(st.integers(1, 5), min_size=80, max_size=80), st.booleans())
def test_agreement_does_not_depend_on_who_is_first_and_is_never_above_one(first, levels, quadratic):
    second = dict(zip(first, levels, strict=False))
    one, two = agree(first, second, quadratic=quadratic), agree(second, first, quadratic=quadratic)
    assert one.kappa == two.kappa
    assert one.kappa is None or one.kappa <= 1
    assert one.exact <= one.near <= one.count
    assert one.count - one.near == len(one.talks)


def test_a_table_of_counts_gives_the_kappa_worked_out_by_hand():
    # 10 both say 1, 5 say 1 and 2, 5 say 2 and 1, 10 both say 2: po = 2/3, pe = 1/2, kappa = 1/3
    pairs = [(1, 1)] * 10 + [(1, 2)] * 5 + [(2, 1)] * 5 + [(2, 2)] * 10
    first, second = ({str(n): pair[side] for n, pair in enumerate(pairs)} for side in (0, 1))
    found = agree(first, second)
    assert found.kappa == agree(first, second, quadratic=False).kappa == Fraction(1, 3)
    assert found.word == "fair"


def test_quadratic_weights_forgive_a_neighbour_more_than_linear_ones():
    first = dict(zip("abcdef", (1, 2, 3, 4, 5, 3), strict=True))
    second = dict(zip("abcdef", (2, 3, 4, 5, 4, 2), strict=True))
    assert agree(first, second).kappa > agree(first, second, quadratic=False).kappa


def test_more_than_a_level_apart_forces_a_talk():
    found = agree({"people": 2, "money": 5, "only one": 3}, {"people": 4, "money": 4})
    assert [(t.name, t.first, t.second) for t in found.talks] == [("people", 2, 4)]
    assert settled(2, 4) is None
    assert settled(2, 4, agreed=3) == 3
    assert settled(5, 4) == Fraction(9, 2)
    with pytest.raises(ValueError, match="people: 1 to 5"):
        agree({"people": 6}, {"people": 1})
    assert agree({"a": 1}, {"a": 1}).word == "unknown"
