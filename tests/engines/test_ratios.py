"""Ratios, the DuPont identity on ten thousand random statements, the bridge whose parts add up, quartiles nobody can be read from."""

from decimal import Decimal
from fractions import Fraction
from math import prod
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.ratios import (
    ORDER,
    Factor,
    bridge,
    decimal_of,
    dupont,
    quartiles,
    ratio,
    ratios,
    shown,
    standing,
)

AMOUNT = st.integers(1, 10**4)


def statement(draw):
    """A random statement whose results are what its lines give; equity may be below nothing."""
    revenue = draw.randint(1, 10**11)
    sheet = {
        "revenue": revenue, "cogs": draw.randint(0, revenue), "operating_expenses": draw.randint(0, revenue // 2),
        "other_income": draw.randint(-(10**6), 10**6), "interest": draw.randint(0, 10**7),
        "income_tax": draw.randint(-(10**6), 10**7), "cash": draw.randint(0, 10**10), "receivables": draw.randint(0, 10**10),
        "inventory": draw.randint(1, 10**10), "fixed_assets": draw.randint(0, 10**10), "payables": draw.randint(0, 10**10),
        "short_debt": draw.randint(0, 10**9),
    }  # fmt: skip
    equity = (
        sum(sheet[x] for x in ("cash", "receivables", "inventory", "fixed_assets"))
        - sheet["payables"]
        - sheet["short_debt"]
    )
    return sheet | {"capital": 10**6, "retained_earnings": equity - 10**6}


def test_the_dupont_identity_holds_on_ten_thousand_random_statements():
    draw, five = Random(53), 0  # noqa: S311 - repeatable
    for _each in range(10_000):
        year, before = statement(draw), statement(draw)
        for held in (None, before):
            tree = dupont(year, held)
            if tree is None:
                continue
            assert prod((f.value for f in tree.steps3), start=Fraction(1)) == tree.roe
            if tree.steps5:
                five += 1
                assert prod((f.value for f in tree.steps5), start=Fraction(1)) == tree.roe
    assert five > 15_000


def test_the_bridge_adds_up_on_random_statements():
    draw, methods = Random(7), set()  # noqa: S311 - repeatable
    for _each in range(2_000):
        trees = [dupont(statement(draw)) for _year in range(2)]
        if all(tree is not None and tree.steps5 for tree in trees):
            found = bridge(trees[0].steps5, trees[1].steps5)
            methods.add(found.method)
            assert sum(part for _code, part in found.parts) == found.change
            assert found.change == decimal_of(trees[1].roe) - decimal_of(trees[0].roe)
    assert methods == {"logs", "order"}


FACTORS = st.lists(st.tuples(AMOUNT, AMOUNT), min_size=5, max_size=5)


@given(FACTORS, FACTORS)
def test_parts_of_a_bridge_add_up_exactly(first, second):
    old, new = (
        [Factor(str(n), Fraction(a), Fraction(b)) for n, (a, b) in enumerate(side)] for side in (first, second)
    )
    found = bridge(old, new)
    assert sum(part for _code, part in found.parts) == found.change


@given(FACTORS, st.integers(0, 4), st.integers(1, 10**4))
def test_who_alone_changed_bears_the_whole_change(first, place, more):
    old = [Factor(str(n), Fraction(a), Fraction(b)) for n, (a, b) in enumerate(first)]
    new = [f if n != place else Factor(f.code, f.above + more, f.below) for n, f in enumerate(old)]
    found = bridge(old, new)
    small = max(Decimal("0.00001"), abs(found.change) * Decimal("1e-9"))
    assert all(abs(part) <= small for code, part in found.parts if code != str(place))


def test_a_bridge_by_logarithms_is_the_share_of_the_logarithm():
    old = [Factor("a", Fraction(2), Fraction(1)), Factor("b", Fraction(3), Fraction(1))]
    new = [Factor("a", Fraction(4), Fraction(1)), Factor("b", Fraction(3), Fraction(1))]
    found = bridge(old, new)
    assert (found.method, found.change, found.parts) == ("logs", Decimal(6), (("a", Decimal(6)), ("b", Decimal(0))))
    with pytest.raises(ValueError, match="different factors"):
        bridge(old, new[:1])


def test_a_loss_is_bridged_over_every_order():
    old = [Factor("margin", Fraction(1), Fraction(10)), Factor("turnover", Fraction(2), Fraction(1))]
    new = [Factor("margin", Fraction(-1), Fraction(10)), Factor("turnover", Fraction(4), Fraction(1))]
    found = bridge(old, new)
    assert found.method == "order"
    assert dict(found.parts) == {"margin": Decimal("-0.6"), "turnover": Decimal(0)}


YEAR = {
    "cash": 120, "receivables": 300, "inventory": 200, "fixed_assets": 80, "payables": 250, "short_debt": 50, "long_debt": 100,
    "capital": 200, "retained_earnings": 100, "revenue": 3650, "cogs": 2920, "operating_expenses": 500, "interest": 30,
    "income_tax": 50, "credit_line": 80,
}  # fmt: skip


def test_ratios_of_a_small_distributor():
    found = {each.code: each for each in ratios(YEAR)}
    assert tuple(found) == ORDER
    values = {
        code: str(shown(found[code]).normalize())
        for code in ("current", "quick", "debt", "dso", "dio", "dpo", "ccc")
    }
    assert values == {
        "current": "2.066667", "quick": "1.4", "debt": "0.571429", "dso": "3E+1", "dio": "25", "dpo": "31.25", "ccc": "23.75",
    }  # fmt: skip
    assert dict(found["ccc"].above) == {"dso": 30, "dio": 25, "dpo": Fraction(-125, 4)}
    assert found["interest_cover"].value == Fraction(230, 30)
    assert found["runway"].value == Fraction(200 * 12, 2920 + 500 + 30)
    assert dict(found["quick"].above) == {"current_assets": 620, "inventory": -200}


def test_flows_are_measured_against_average_balances():
    before = YEAR | {"receivables": 100}
    assert ratio(YEAR, "dso", before).value == 20
    assert ratio(YEAR, "dso", before).averaged
    assert ratio(YEAR, "current", before).value == ratio(YEAR, "current").value


def test_what_lacks_is_named_and_nothing_is_made_up():
    found = {each.code: each for each in ratios({"revenue": 100, "interest": 0})}
    assert (found["dso"].value, found["dso"].why) == (None, "receivables")
    assert found["interest_cover"].why == "interest"
    assert (found["ccc"].value, found["ccc"].why) == (None, "receivables")
    assert found["runway"].why == "cash"
    assert dupont({"revenue": 100}) is None
    none = ratio({"total_equity": 0, "capital": 0, "net_income": 5, "revenue": 9}, "roe")
    assert none.value is None


def test_quartiles_want_a_group_of_five():
    values = [Fraction(n) for n in (10, 20, 30, 40)]
    assert quartiles(values) is None
    found = quartiles([*values, Fraction(50)])
    assert (found.low, found.middle, found.high, found.count) == (20, 30, 40, 5)
    assert [standing(Fraction(v), found, high_is_good=True) for v in (10, 20, 30, 45)] == [1, 2, 3, 4]
    assert [standing(Fraction(v), found, high_is_good=False) for v in (10, 20, 30, 45)] == [4, 4, 3, 1]


@given(st.lists(st.integers(-(10**9), 10**9).map(Fraction), min_size=5, max_size=60))
def test_quartiles_are_in_order_and_within_the_group(values):
    found = quartiles(values)
    assert min(values) <= found.low <= found.middle <= found.high <= max(values)
