"""Promotions on a basket: what each gives, on which base, within which limits, whatever the order they are asked in.

    R_j = F_j(base_j),  base_j = B - sum of R_i over the promotions i that j is declared after

The declared order is a graph without circles (`promotions_order`), so every R_j has one value: nothing depends on the order
in which promotions or lines are given (F2). Free goods are whole: floor(q / n) * m (F6). A cumulative promotion counts what
the caller says was counted before, which is the customer's own (F19). Amounts are minor units without tax, quantities base
units. Method: docs/algorithms/pricing.md.

>>> goods = Goods(frozenset({"P1"}))
>>> deal = Promotion("b10g1", "buy_get", goods, "gift", buy=10, get=1)
>>> found = apply([Item("1", "P1", "A", 15, 1500)], [deal])
>>> [(gift.product, gift.units) for gift in found.applied[0].gifts]
[('P1', 1)]
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from math import lcm

from . import promotions_order as order
from .fault import Fault
from .ladders import Tier, fixed, marginal, slab, tier_of
from .money import split, whole
from .promotions_terms import (
    FORMS,
    REWARDS,
    Applied,
    Gift,
    Goods,
    Item,
    Limits,
    Outcome,
    Packs,
    Progress,
    Promotion,
    Skipped,
)

__all__ = [
    "FORMS",
    "REWARDS",
    "Applied",
    "Gift",
    "Goods",
    "Item",
    "Limits",
    "Outcome",
    "Packs",
    "Progress",
    "Promotion",
    "Skipped",
    "apply",
]


@dataclass(frozen=True, slots=True)
class _Shop:
    """What is looked up while a basket is judged: packs, and what a base unit of a product costs in minor units."""

    packs: Packs
    values: Mapping[str, Fraction]

    def factor(self, product: str, unit: str) -> int | None:
        return 1 if not unit else self.packs.get(product, {}).get(unit)


def apply(
    items: Sequence[Item],
    promotions: Iterable[Promotion],
    progress: Mapping[str, Progress] | None = None,
    packs: Packs | None = None,
    values: Mapping[str, Fraction] | None = None,
) -> Outcome:
    """What the promotions give on a basket. Raises Fault for a circle or for one code borne twice.

    `progress` is by code, `values` what a base unit of a product costs in minor units (gifts are worth that).
    """
    known, before = _by_code(promotions), progress or {}
    shop, lines = _Shop(packs or {}, values or {}), sorted(items, key=lambda item: item.key)
    sequence = order.sequence({code: deal.after for code, deal in known.items()})
    alone = {code: _judge(deal, lines, {}, before.get(code, Progress()), shop) for code, deal in known.items()}
    live = {
        code: deal for code, deal in known.items() if alone[code].worth or alone[code].units or alone[code].limits
    }
    chosen, losers = order.choose(
        {code: alone[code].worth for code in live}, {code: deal.against for code, deal in live.items()}
    )
    given: dict[str, Applied] = {}
    for code in sequence:
        if code in chosen or (code not in live and known[code].cumulative and alone[code].counted):
            earlier = {each: given[each].lines for each in known[code].after if each in given}
            given[code] = _judge(known[code], lines, earlier, before.get(code, Progress()), shop)
    within = _within(lines, given)
    skipped = [
        Skipped(code, "excluded", losers[code]) if code in losers else Skipped(code, _why(alone[code]))
        for code in sorted(known)
        if code not in within or not (within[code].worth or within[code].units)
    ]
    return Outcome(tuple(within[code] for code in sorted(within)), tuple(skipped))


def _why(found: Applied) -> str:
    return "used_up" if found.limits else "not_reached" if found.counted else "no_goods"


def _by_code(promotions: Iterable[Promotion]) -> dict[str, Promotion]:
    known: dict[str, Promotion] = {}
    for deal in promotions:
        if known.setdefault(deal.code, deal) is not deal:
            raise Fault("promotions.twice", f"{deal.code} is there twice", promotion=deal.code)
    return known


@dataclass(frozen=True, slots=True)
class _Earned:
    """Before limits: a discount to be shared by weights over lines, and gifts as (line, product, units of one gift, count)."""

    counted: int
    reached: int | None = None
    discount: int = 0
    weights: tuple[Fraction, ...] = ()
    gifts: tuple[tuple[str, str, int, int], ...] = ()


def _judge(
    deal: Promotion,
    items: Sequence[Item],
    earlier: Mapping[str, Mapping[str, int]],
    before: Progress,
    shop: _Shop,
) -> Applied:
    """One promotion on the goods it is for; `earlier` are the discounts it is declared after."""
    held = [item for item in items if deal.goods.hold(item)]
    bases = [max(0, item.amount - sum(given.get(item.key, 0) for given in earlier.values())) for item in held]
    start = before.counted if deal.cumulative else 0
    if deal.form == "bundle":
        earned = _bundle(deal, held, bases, shop)
    elif deal.form == "buy_get":
        earned = _buy_get(deal, held, bases, start, shop)
    else:
        earned = _steps(deal, held, bases, start, shop)
    most, names = _least(earned.discount, deal.limits.cap_value, before.own_value, deal.limits.budget_value, before.all_value, "value")  # fmt: skip
    shares = split(most, _whole(earned.weights)) if most else [0] * len(held)
    lines = {item.key: share for item, share in zip(held, shares, strict=True) if share}
    gifts, units, fewer = _granted(deal.limits, earned.gifts, before, shop)
    return Applied(
        deal.code, earned.counted, start, sum(bases), earned.reached, lines, gifts, earned.discount, units, names + fewer
    )  # fmt: skip


def _whole(weights: Sequence[Fraction]) -> list[int]:
    """The same proportions in whole numbers."""
    common = lcm(*(weight.denominator for weight in weights))
    return [int(weight * common) for weight in weights]


def _least(
    wanted: int, cap: int | None, own: int, budget: int | None, everybody: int, what: str
) -> tuple[int, tuple[str, ...]]:
    """As much of `wanted` as cap and budget leave, and the names of the limits that held."""
    left = {f"cap_{what}": None if cap is None else cap - own, f"budget_{what}": None if budget is None else budget - everybody}  # fmt: skip
    most = min([wanted, *(max(0, each) for each in left.values() if each is not None)])
    held = tuple(name for name, each in left.items() if most < wanted and each is not None and max(0, each) == most)
    return most, held


def _granted(
    limits: Limits, earned: Sequence[tuple[str, str, int, int]], before: Progress, shop: _Shop
) -> tuple[tuple[Gift, ...], int, tuple[str, ...]]:
    """Gifts within the limits, only whole ones; how many base units were earned; the limits that held."""
    found, names, own, everybody = [], dict[str, None](), before.own_units, before.all_units
    for line, product, size, count in earned:
        most, held = _least(size * count, limits.cap_units, own, limits.budget_units, everybody, "units")
        names |= dict.fromkeys(held)
        units = most // size * size
        own, everybody = own + units, everybody + units
        if units:
            value = shop.values.get(product, Fraction(0)) * units
            found.append(Gift(line, product, units, _nearest(value)))
    return tuple(found), sum(size * count for _line, _product, size, count in earned), tuple(names)


def _nearest(value: Fraction) -> int:
    """Half up, from an exact fraction."""
    return (value + Fraction(1, 2)).__floor__()


def _units(deal: Promotion, items: Sequence[Item], shop: _Shop) -> dict[str, int]:
    """Whole counted units of every product; a product that has no such pack does not count."""
    pieces: dict[str, int] = {}
    for item in items:
        pieces[item.product] = pieces.get(item.product, 0) + item.quantity
    factors = {product: shop.factor(product, deal.unit) for product in pieces}
    return {product: pieces[product] // factor for product, factor in factors.items() if factor}


def _measure(deal: Promotion, items: Sequence[Item], bases: Sequence[int], shop: _Shop) -> int:
    return sum(bases) if deal.basis == "value" else sum(_units(deal, items, shop).values())


def _gift(
    deal: Promotion, line: str, bought: str, count: int, shop: _Shop
) -> tuple[tuple[str, str, int, int], ...]:
    """`count` gift units that hang on a line; none where the product has no such pack."""
    product = deal.gift or bought
    size = shop.factor(product, deal.gift_unit or (deal.unit if not deal.gift else ""))
    return ((line, product, size, count),) if size and count > 0 else ()


def _every(deal: Promotion, before: int, now: int) -> int:
    """floor(all / n) * m less what was given for what was counted before.

    >>> _every(Promotion("x", "buy_get", Goods(), "gift", buy=10, get=1), 7, 5)
    1
    """
    return ((before + now) // deal.buy - before // deal.buy) * deal.get


def _buy_get(deal: Promotion, items: Sequence[Item], bases: Sequence[int], before: int, shop: _Shop) -> _Earned:
    if not items:
        return _Earned(0)
    if deal.together or deal.cumulative or deal.basis == "value":
        counted = _measure(deal, items, bases, shop)
        return _Earned(
            counted, gifts=_gift(deal, items[0].key, items[0].product, _every(deal, before, counted), shop)
        )
    units, found = _units(deal, items, shop), list[tuple[str, str, int, int]]()
    for product, lines in groupby(
        sorted(items, key=lambda item: (item.product, item.key)), lambda item: item.product
    ):
        found += _gift(deal, next(lines).key, product, _every(deal, 0, units.get(product, 0)), shop)
    return _Earned(sum(units.values()), gifts=tuple(found))


def _steps(deal: Promotion, items: Sequence[Item], bases: Sequence[int], before: int, shop: _Shop) -> _Earned:
    if not items:
        return _Earned(0)
    counted, base = _measure(deal, items, bases, shop), sum(bases)
    now = Decimal(before + counted)
    reached = tier_of(now, deal.steps)
    if deal.reward == "gift":
        count = int(fixed(now, deal.steps) - fixed(Decimal(before), deal.steps))
        return _Earned(counted, reached, gifts=_gift(deal, items[0].key, items[0].product, count, shop))
    exact = _laddered(deal, Decimal(before), Decimal(counted), Decimal(base))
    discount = max(0, min(base, whole(exact)))
    return _Earned(counted, reached, discount, tuple(Fraction(each) for each in bases))


def _laddered(deal: Promotion, before: Decimal, counted: Decimal, base: Decimal) -> Decimal:
    """The discount of a ladder, exact. Retroactive: the reached rate on this basket. Incremental: each rate on its part."""
    now, tiers = before + counted, deal.steps
    if deal.reward == "amount":
        return fixed(now, tiers) - fixed(before, tiers)
    if deal.method == "marginal":
        return marginal(now, tiers) - marginal(before, tiers)
    index = tier_of(now, tiers)
    if index is None:
        return Decimal(0)
    return slab(base if deal.reward == "percent" else counted, (Tier(Decimal(0), tiers[index].rate),))


def _bundle(deal: Promotion, items: Sequence[Item], bases: Sequence[int], shop: _Shop) -> _Earned:
    units = _units(deal, items, shop)
    sets = min((units.get(product, 0) // need for product, need in deal.parts), default=0)
    if not sets:
        return _Earned(0)
    if deal.reward == "gift":
        return _Earned(sets, gifts=_gift(deal, items[0].key, items[0].product, int(deal.rate) * sets, shop))
    weights = _inside(deal, items, bases, sets, shop)
    inside = sum(weights, Fraction(0))
    exact = inside * Fraction(deal.rate) if deal.reward == "percent" else Fraction(deal.rate) * sets
    return _Earned(sets, None, min(_nearest(exact), inside.__floor__()), tuple(weights))


def _inside(deal: Promotion, items: Sequence[Item], bases: Sequence[int], sets: int, shop: _Shop) -> list[Fraction]:
    """The part of every line's base that belongs to whole sets."""
    pieces: dict[str, int] = {}
    for item in items:
        pieces[item.product] = pieces.get(item.product, 0) + item.quantity
    needed = {product: need * sets * (shop.factor(product, deal.unit) or 0) for product, need in deal.parts}
    return [
        Fraction(base) * min(needed.get(item.product, 0), pieces[item.product]) / pieces[item.product]
        for item, base in zip(items, bases, strict=True)
    ]


def _within(items: Sequence[Item], given: dict[str, Applied]) -> dict[str, Applied]:
    """The same with no line below zero: where the promotions together exceed a line they give way in proportion."""
    found = {code: dict(each.lines) for code, each in given.items()}
    for item in items:
        codes = sorted(code for code, lines in found.items() if lines.get(item.key))
        amounts = [found[code][item.key] for code in codes]
        if sum(amounts) > item.amount:
            for code, share in zip(codes, split(item.amount, amounts), strict=True):
                found[code][item.key] = share
    return {
        code: each if found[code] == each.lines else _replaced(each, found[code]) for code, each in given.items()
    }


def _replaced(each: Applied, lines: dict[str, int]) -> Applied:
    left = {key: share for key, share in lines.items() if share}
    return Applied(
        each.code, each.counted, each.before, each.base, each.reached, left, each.gifts, each.earned,
        each.earned_units, (*each.limits, "line"),
    )  # fmt: skip
