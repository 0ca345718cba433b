"""Promotions as the engine counts them: whatever the order, whole gifts, within their limits (F2, F6, F19)."""

from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.fault import Fault
from gongying.engines.ladders import Tier
from gongying.engines.promotions import Goods, Item, Limits, Progress, Promotion, apply
from gongying.engines.promotions_order import choose, circle, sequence

ALL = Goods()
P1 = Goods(frozenset({"P1"}))


def percent(code, rate, **more):
    return Promotion(code, "steps", ALL, "percent", "value", steps=(Tier(Decimal(0), Decimal(rate)),), **more)


def got(outcome):
    return {each.code: each.discount for each in outcome.applied}


def published(net_of):
    """The four deals of F2: 10, 15, 20 and 25 % on 1,000; deal 2 stands outside the net-of set of the others."""
    return [
        percent("deal1", "0.10"),
        percent("deal2", "0.15"),
        percent("deal3", "0.20", after=frozenset(net_of & {"deal1"})),
        percent("deal4", "0.25", after=frozenset(net_of & {"deal1", "deal3"})),
    ]


def test_F2_the_result_never_depends_on_the_processing_order():
    """X06, F2: over all 24 orders of the four deals there is one result; a peer gives four."""
    net_of = {"deal1", "deal3"}
    results = {
        tuple(sorted(got(apply([Item("1", "P1", "A", 1, 100_000)], list(way))).items()))
        for way in permutations(published(net_of))
    }
    assert results == {(("deal1", 10_000), ("deal2", 15_000), ("deal3", 18_000), ("deal4", 18_000))}
    assert sum(amount for _code, amount in results.pop()) == 61_000


def test_F2_twin_processing_in_list_order_depends_on_it():
    mixed = [percent("a", "0.10"), Promotion("b", "steps", ALL, "amount", steps=(Tier(Decimal(0), Decimal(50)),))]

    def peer(deals):
        left = 1000
        for deal in deals:
            rate = deal.steps[0].rate
            left -= int(left * rate) if deal.reward == "percent" else int(rate)
        return left

    assert peer(mixed) != peer(mixed[::-1]), "the twin must fail where the engine does not"
    item = [Item("1", "P1", "A", 1, 1000)]
    assert apply(item, mixed) == apply(item, mixed[::-1])


CODES = ("a", "b", "c", "d", "e")


@st.composite
def baskets(draw):
    items = [
        Item(str(n), draw(st.sampled_from(["P1", "P2"])), draw(st.sampled_from(["A", "B"])), draw(st.integers(1, 40)), draw(st.integers(0, 90_000)))
        for n in range(draw(st.integers(1, 5)))
    ]  # fmt: skip
    deals = []
    for place, code in enumerate(CODES[: draw(st.integers(1, 5))]):
        after = frozenset(draw(st.sets(st.sampled_from(CODES[:place]), max_size=3))) if place else frozenset()
        against = frozenset(draw(st.sets(st.sampled_from(CODES), max_size=2)) - {code})
        goods = draw(st.sampled_from([ALL, P1, Goods(groups=frozenset({"A"})), Goods(without=frozenset({"P2"}))]))
        steps = (Tier(Decimal(0), draw(st.sampled_from([Decimal("0.05"), Decimal("0.6")]))),)
        limits = Limits(draw(st.none() | st.integers(0, 9)), draw(st.none() | st.integers(0, 5000)), draw(st.none() | st.integers(0, 9)), draw(st.none() | st.integers(0, 5000)))  # fmt: skip
        if draw(st.booleans()):
            deal = Promotion(code, "steps", goods, "percent", "value", steps=steps, after=after, against=against, limits=limits)  # fmt: skip
        else:
            deal = Promotion(code, "buy_get", goods, "gift", buy=draw(st.integers(1, 7)), get=draw(st.integers(1, 3)), after=after, against=against, limits=limits)  # fmt: skip
        deals.append(deal)
    return items, deals


VALUES = {"P1": Fraction(700), "P2": Fraction(55, 3)}


@given(baskets(), st.randoms(use_true_random=False))
def test_F2_any_order_of_promotions_and_lines_is_the_same_and_no_line_falls_below_zero(given_, random):
    items, deals = given_
    found = apply(items, deals, values=VALUES)
    random.shuffle(items)
    random.shuffle(deals)
    assert apply(items, deals, values=VALUES) == found
    for item in items:
        assert 0 <= sum(each.lines.get(item.key, 0) for each in found.applied) <= item.amount
    by_code = {deal.code: deal for deal in deals}
    chosen = {each.code for each in found.applied if each.worth}
    for code in chosen:
        assert not by_code[code].against & chosen, "what excludes each other is not given together"
    for each in found.applied:
        limits = by_code[each.code].limits
        for name in ("cap_units", "budget_units"):
            assert getattr(limits, name) is None or each.units <= getattr(limits, name)
        for name in ("cap_value", "budget_value"):
            assert getattr(limits, name) is None or each.discount <= getattr(limits, name)


def test_F6_buy_ten_get_one_gives_one_for_fifteen():
    """F6: gifts are whole; a peer gave 1.5."""
    deal = Promotion("b10g1", "buy_get", P1, "gift", buy=10, get=1)
    for quantity, free in ((9, 0), (10, 1), (15, 1), (19, 1), (20, 2)):
        found = apply([Item("1", "P1", "A", quantity, 100)], [deal])
        assert sum(gift.units for each in found.applied for gift in each.gifts) == free
    assert 15 / 10 * 1 == 1.5, "the twin: what it must not be"


def test_F6_each_product_counts_by_itself_unless_they_count_together():
    items = [Item("1", "P1", "A", 6, 600), Item("2", "P2", "A", 6, 600)]
    alone = Promotion("x", "buy_get", ALL, "gift", buy=10, get=1)
    assert apply(items, [alone]).applied == ()
    mixed = Promotion("x", "buy_get", ALL, "gift", buy=10, get=1, together=True, gift="P2")
    assert [gift.product for gift in apply(items, [mixed]).applied[0].gifts] == ["P2"]


def test_cases_are_counted_whole_and_given_whole():
    deal = Promotion("x", "buy_get", P1, "gift", unit="CS", buy=5, get=1, limits=Limits(cap_units=11))
    found = apply([Item("1", "P1", "A", 4 * 10 + 3, 1000)], [deal], packs={"P1": {"CS": 4}})
    (gift,) = found.applied[0].gifts
    assert gift.units == 8, "ten whole cases earn two; eleven pieces allow two whole cases"
    less = apply([Item("1", "P1", "A", 43, 1000)], [deal], {"x": Progress(own_units=5)}, {"P1": {"CS": 4}})
    assert less.applied[0].units == 4
    assert (less.applied[0].earned_units, less.applied[0].limits) == (8, ("cap_units",))
    none = apply([Item("1", "P1", "A", 43, 1000)], [deal], {"x": Progress(own_units=9)}, {"P1": {"CS": 4}})
    assert [(each.code, each.reason) for each in none.skipped] == [("x", "used_up")]


def test_F19_a_cumulative_promotion_goes_on_from_what_was_counted_before():
    """F19: 7 bought before and 5 now earn the one that 12 earn; who bought nothing before earns nothing."""
    deal = Promotion("x", "buy_get", P1, "gift", buy=10, get=1, cumulative=True)
    now = [Item("1", "P1", "A", 5, 500)]
    assert apply(now, [deal], {"x": Progress(counted=7)}).applied[0].units == 1
    stranger = apply(now, [deal], {})
    assert stranger.applied[0].units == 0
    assert stranger.applied[0].counted == 5, "what was bought counts towards the next"


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_F19_any_split_of_the_same_purchases_earns_the_same(parts):
    deal = Promotion("x", "buy_get", P1, "gift", buy=7, get=2, cumulative=True)
    before = given = 0
    for part in parts:
        found = apply([Item("1", "P1", "A", part, 1)], [deal], {"x": Progress(counted=before)}).applied[0]
        before, given = before + part, given + found.units
    assert given == sum(parts) // 7 * 2


def test_a_set_gives_its_discount_on_the_pieces_that_belong_to_whole_sets():
    deal = Promotion(
        "x", "bundle", Goods(frozenset({"P1", "P2"})), "percent", parts=(("P1", 2), ("P2", 1)), rate=Decimal("0.1")
    )
    items = [Item("1", "P1", "A", 5, 5000), Item("2", "P2", "A", 2, 4000), Item("3", "P3", "A", 9, 9000)]
    found = apply(items, [deal]).applied[0]
    assert found.counted == 2
    assert found.lines == {"1": 400, "2": 400}, "four of the five, and both"


def test_steps_by_value_count_what_is_left_after_those_they_are_declared_after():
    steps = (Tier(Decimal(100_000), Decimal("0.05")), Tier(Decimal(200_000), Decimal("0.10")))
    big = Promotion("big", "steps", ALL, "percent", "value", steps=steps, after=frozenset({"first"}))
    item = [Item("1", "P1", "A", 1, 210_000)]
    assert got(apply(item, [big])) == {"big": 21_000}
    assert got(apply(item, [big, percent("first", "0.10")])) == {"first": 21_000, "big": 9_450}


def test_incremental_steps_pay_each_rate_on_its_part_across_orders():
    steps = (Tier(Decimal(0), Decimal("0.01")), Tier(Decimal(1000), Decimal("0.03")))
    deal = Promotion("x", "steps", ALL, "percent", "value", method="marginal", steps=steps, cumulative=True)
    assert got(apply([Item("1", "P1", "A", 1, 1000)], [deal], {"x": Progress(counted=500)})) == {"x": 20}


def test_of_those_that_exclude_each_other_the_better_choice_holds():
    a = percent("a", "0.10", against=frozenset({"b", "c"}))
    found = apply([Item("1", "P1", "A", 1, 1000)], [a, percent("b", "0.06"), percent("c", "0.07")])
    assert got(found) == {"b": 60, "c": 70}
    assert [(each.code, each.other) for each in found.skipped] == [("a", "c")]


def test_a_circle_is_a_fault_and_named():
    with pytest.raises(Fault) as fault:
        sequence({"a": {"b"}, "b": {"c"}, "c": {"a"}})
    assert fault.value.code == "promotions.circle"
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert circle({"a": {"b", "gone"}, "b": set()}) == []
    with pytest.raises(Fault):
        apply([], [percent("a", "0.1"), percent("a", "0.2")])


@given(st.dictionaries(st.sampled_from(CODES), st.integers(0, 50), min_size=1), st.data())
def test_a_choice_is_never_worse_than_any_other(worth, data):
    against = {code: data.draw(st.sets(st.sampled_from(CODES), max_size=2)) - {code} for code in worth}
    chosen, losers = choose(worth, against)
    assert chosen | set(losers) == set(worth)
    clash = lambda codes: any(b in against.get(a, ()) for a in codes for b in codes if b in worth)  # noqa: E731
    assert not clash(chosen)
    codes = sorted(worth)
    for mask in range(2 ** len(codes)):
        other = [code for place, code in enumerate(codes) if mask >> place & 1]
        if not clash(other):
            assert sum(worth[code] for code in other) <= sum(worth[code] for code in chosen)
