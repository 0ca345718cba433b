"""Sharing out what is too little: laws that hold for every rule, and examples reckoned by hand."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongying.engines.fault import Fault
from gongying.engines.rationing import RULES, Wish, measures, ration

LEVELS = ["gold", "silver", ""]
AMOUNTS = st.integers(0, 400)


@st.composite
def wanted(draw):
    rows = draw(st.lists(st.tuples(AMOUNTS, st.sampled_from(LEVELS)), min_size=1, max_size=12))
    return [Wish(f"w{place:02d}", amount, level) for place, (amount, level) in enumerate(rows)]


CASE = {
    "rule": st.sampled_from(RULES),
    "inside": st.sampled_from(RULES[:2]),
    "supply": st.integers(0, 3000),
    "wishes": wanted(),
    "step": st.sampled_from([1, 1, 4, 12]),
}
ORDER = ["gold", "silver"]


@given(**CASE, smallest=st.integers(0, 60))
def test_never_more_than_there_is_or_is_wished_and_only_whole_packs(rule, inside, supply, wishes, step, smallest):
    """C036: whatever the rule, nobody gets more than he asked for and not more is given than there is."""
    done = ration(rule, supply, wishes, step=step, smallest=smallest, classes=ORDER, inside=inside)
    assert done.given + done.left == supply
    assert done.left >= 0
    assert [share.key for share in done.shares] == [wish.key for wish in wishes]
    for share in done.shares:
        assert 0 <= share.given <= share.wish
        assert share.given % step == 0
        worth = min(smallest, share.wish // step * step)
        assert share.given == 0 or share.given >= worth, "a lot that is too small for a delivery"


@given(**CASE)
def test_nothing_is_kept_back_while_a_whole_pack_is_wished(rule, inside, supply, wishes, step):
    done = ration(rule, supply, wishes, step=step, classes=ORDER, inside=inside)
    assert done.given == min(supply // step, sum(wish.amount // step for wish in wishes)) * step


@given(**CASE)
def test_who_wishes_more_never_gets_less_within_his_class(rule, inside, supply, wishes, step):
    done = ration(rule, supply, wishes, step=step, classes=ORDER, inside=inside)
    held = dict(zip((wish.key for wish in wishes), done.shares, strict=True))
    for one in wishes:
        for other in wishes:
            if one.amount > other.amount and (rule != "priority" or one.level == other.level):
                assert held[one.key].given >= held[other.key].given


@given(**CASE, more=st.integers(0, 100))
def test_more_supply_takes_from_nobody_but_a_pack_by_rounding(rule, inside, supply, wishes, step, more):
    """Max-min is monotone; the largest remainders of proportional may cost one pack (the Alabama paradox), never two."""
    low = ration(rule, supply, wishes, step=step, classes=ORDER, inside=inside).shares
    high = ration(rule, supply + more, wishes, step=step, classes=ORDER, inside=inside).shares
    loss = 0 if (inside if rule == "priority" else rule) == "max_min" else step
    assert all(after.given >= before.given - loss for before, after in zip(low, high, strict=True))


@given(supply=st.integers(0, 3000), wishes=wanted())
def test_max_min_cannot_be_made_better_for_the_poor(supply, wishes):
    """Nobody who is short has two units less than somebody else got: there is nothing to take from the richer."""
    done = ration("max_min", supply, wishes).shares
    most = max(share.given for share in done)
    assert all(share.given >= most - 1 for share in done if share.short)


@given(supply=st.integers(0, 3000), wishes=wanted(), step=st.sampled_from([1, 6]))
def test_a_proportional_share_is_its_quota_rounded(supply, wishes, step):
    total = sum(wish.amount for wish in wishes)
    for share in ration("proportional", supply, wishes, step=step).shares:
        assert share.quota.__floor__() * step <= share.given <= share.quota.__ceil__() * step
        if step == 1 and 0 < supply <= total:
            assert share.quota == Fraction(supply * share.wish, total)


@given(**CASE)
@settings(max_examples=60)
def test_the_order_of_the_list_decides_nothing(rule, inside, supply, wishes, step):
    given_to = {}
    for rows in (wishes, wishes[::-1]):
        done = ration(rule, supply, rows, step=step, classes=ORDER, inside=inside, smallest=10)
        given_to[len(given_to)] = {share.key: share.given for share in done.shares}
    assert given_to[0] == given_to[1]


@given(supply=st.integers(0, 3000), wishes=wanted(), inside=st.sampled_from(RULES[:2]))
def test_a_later_class_gets_nothing_before_the_earlier_has_all(supply, wishes, inside):
    done = ration("priority", supply, wishes, classes=ORDER, inside=inside)
    place = {"gold": 0, "silver": 1, "": 2}
    for one, share in zip(wishes, done.shares, strict=True):
        for other, theirs in zip(wishes, done.shares, strict=True):
            if place[one.level] < place[other.level] and theirs.given:
                assert share.short == 0


def test_the_worked_example_of_the_three_rules():
    """240 pieces for wishes of 100 (gold), 300 and 50: docs/algorithms/allocation.md."""
    wishes = [Wish("a", 100, "gold"), Wish("b", 300), Wish("c", 50)]
    found = {rule: [share.given for share in ration(rule, 240, wishes, classes=["gold"]).shares] for rule in RULES}
    assert found == {"proportional": [53, 160, 27], "max_min": [95, 95, 50], "priority": [100, 90, 50]}
    shares = ration("proportional", 240, wishes).shares
    assert [str(share.quota) for share in shares] == ["160/3", "160", "80/3"]
    assert [share.why for share in shares] == ["share", "share", "rounded"]
    assert [share.short for share in shares] == [47, 140, 23]


def test_packs_and_the_smallest_lot():
    """Cases of 12 and no delivery under 24: the last one gives up his case, the others share it."""
    wishes = [Wish("a", 60), Wish("b", 60), Wish("c", 30)]
    assert [s.given for s in ration("proportional", 80, wishes, step=12).shares] == [36, 24, 12]
    done = ration("proportional", 80, wishes, step=12, smallest=24)
    assert [(s.given, s.why) for s in done.shares] == [(36, "share"), (36, "share"), (0, "smallest")]
    assert done.left == 8
    rest = ration("max_min", 500, [Wish("a", 23)], step=4).shares[0]
    assert (rest.given, rest.short, rest.why) == (20, 3, "rest")


def test_a_weight_that_is_not_the_wish_makes_inflated_orders_useless():
    """Sharing by last year's purchases: who orders ten times as much gets no more."""
    honest = [Wish("a", 100, weight=300), Wish("b", 100, weight=100)]
    greedy = [Wish("a", 100, weight=300), Wish("b", 1000, weight=100)]
    assert [s.given for s in ration("proportional", 80, honest).shares] == [60, 20]
    assert [s.given for s in ration("proportional", 80, greedy).shares] == [60, 20]
    new = [Wish("a", 50, weight=300), Wish("b", 100, weight=0)]
    assert [s.given for s in ration("proportional", 80, new).shares] == [50, 30], (
        "without history he has what is left"
    )


def test_measures_of_fairness():
    wishes = [Wish("a", 100), Wish("b", 300)]
    even, uneven = ration("proportional", 200, wishes), ration("max_min", 200, wishes)
    assert measures([even]).fairness == 1
    assert measures([even]).lowest == Fraction(1, 2)
    told = measures([uneven])
    assert (told.lowest, told.whole, told.served, told.empty) == (Fraction(1, 3), Fraction(1, 2), 1, 0)
    assert told.fairness == Fraction(4, 5)
    assert measures([]).fairness == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"rule": "by eye"}, "ration.rule"),
        ({"rule": "priority", "inside": "priority"}, "ration.rule"),
        ({"supply": -1}, "ration.negative"),
        ({"step": 0}, "ration.negative"),
        ({"wishes": [Wish("a", 1), Wish("a", 2)]}, "ration.twice"),
        ({"wishes": [Wish("a", -1)]}, "ration.negative"),
    ],
)
def test_what_is_no_question_is_refused(said, code):
    given_to = {"rule": "max_min", "supply": 1, "wishes": [Wish("a", 1)]} | said
    with pytest.raises(Fault) as no:
        ration(given_to.pop("rule"), given_to.pop("supply"), given_to.pop("wishes"), **given_to)
    assert no.value.code == code
