"""Weights by comparison and by spread, and whether an order bears other weights."""

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.weights import ahp, entropy, ranked, stability

SCALE = [Decimal(n) for n in range(1, 10)] + [1 / Decimal(n) for n in range(2, 10)]


@st.composite
def comparisons(draw):
    names = [f"c{n}" for n in range(draw(st.integers(2, 7)))]
    return {pair: draw(st.sampled_from(SCALE)) for pair in combinations(names, 2)}


@given(comparisons())
def test_weights_are_positive_add_up_and_the_ratio_is_never_below_nothing(said):
    found = ahp(said)
    assert abs(sum(found.weights.values()) - 1) < 1e-9
    assert all(weight > 0 for weight in found.weights.values())
    assert found.ratio >= 0
    assert found.largest >= len(found.weights) - 1e-9


@given(st.lists(st.integers(1, 3), min_size=3, max_size=7))
def test_comparisons_that_agree_give_back_the_weights_they_were_made_of(sizes):
    said = {
        (f"c{a}", f"c{b}"): Decimal(sizes[a]) / sizes[b] for a, b in combinations(range(len(sizes)), 2)
    }  # fmt: skip
    found = ahp(said)
    assert found.ratio < 1e-6
    assert found.consistent
    for place, size in enumerate(sizes):
        assert abs(found.weights[f"c{place}"] - size / sum(sizes)) < 1e-6


def test_a_contradiction_is_found_and_the_worst_pair_is_named():
    said = {("a", "b"): Decimal(9), ("b", "c"): Decimal(9), ("a", "c"): 1 / Decimal(9)}
    found = ahp(said)
    assert not found.consistent
    assert found.ratio > 1
    assert len(found.worst) == 3


@given(comparisons())
def test_a_pair_may_be_said_either_way_round(said):
    other = {(b, a): 1 / value for (a, b), value in said.items()}
    one, two = ahp(said), ahp(other)
    assert all(abs(one.weights[name] - two.weights[name]) < 1e-9 for name in one.weights)


@pytest.mark.parametrize(
    "said",
    [
        {("a", "b"): Decimal(10)},
        {("a", "b"): Decimal(0)},
        {("a", "b"): Decimal(2), ("a", "c"): Decimal(2)},
        {("a", "b"): Decimal(2), ("b", "a"): Decimal(2)},
        {("a", "b"): Decimal("NaN")},
        {},
    ],
)
def test_what_is_missing_twice_or_out_of_bounds_is_refused(said):
    with pytest.raises(ValueError, match=r"."):
        ahp(said)


DATA = st.integers(2, 6).flatmap(
    lambda n: st.dictionaries(
        st.sampled_from("abcdef"), st.lists(st.integers(0, 1000), min_size=n, max_size=n), min_size=1
    )
)


@given(DATA)
def test_entropy_weights_add_up(data):
    found = entropy(data)
    assert abs(sum(found.values()) - 1) < 1e-9
    assert all(weight >= 0 for weight in found.values())


def test_what_tells_nobody_apart_weighs_nothing():
    assert entropy({"same": [3, 3, 3], "apart": [1, 5, 9]})["same"] < 1e-12
    assert entropy({"a": [2, 2], "b": [7, 7]}) == {"a": 0.5, "b": 0.5}
    for wrong in ({"a": [1, -1]}, {"a": [1, 2], "b": [1]}, {"a": [1]}):
        with pytest.raises(ValueError, match="value"):
            entropy(wrong)


def score(**parts):
    return {name: Decimal(value) for name, value in parts.items()}


def test_an_order_that_hangs_on_one_weight_says_so():
    weights = score(money="0.5", people="0.5")
    near = {"A": score(money=5, people=4), "B": score(money=4, people=5)}
    far = {"A": score(money=5, people=5), "B": score(money=1, people=1)}
    assert [name for name, _total in ranked(near, weights)] == ["A", "B"]
    shaky, firm = stability(near, weights), stability(far, weights)
    assert shaky.same_first < shaky.tried
    assert {turn[2] for turn in shaky.turns} == {"B"}
    assert (firm.same, firm.same_first, firm.turns) == (firm.tried, firm.tried, ())
    with pytest.raises(ValueError, match="candidates"):
        stability({}, weights)
