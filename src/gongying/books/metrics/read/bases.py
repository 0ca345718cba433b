"""What many programmes pay on: grouped sums of the lines each of them selects, in one scan of the lake."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add
from typing import Any

import ibis

from gongying.books.lake.read import LINES, PARTIES, PRODUCTS, Snapshot, snapshot


@dataclass(frozen=True, slots=True)
class Selection:
    """Lines of a level and currency with business dates in [start, end); empty scopes mean everything.

    `places` are codes of cities, provinces or sales regions; `up_to` is the number of the newest line that counts. `also` is
    a further sum: gross (minor units), weight (grams) or volume (millilitres).
    """

    start: date
    end: date
    currency: str
    level: str = "sell_in"
    categories: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    up_to: int | None = None
    also: str = ""


@dataclass(frozen=True, slots=True)
class Base:
    """The cumulative base of one party: net value (minor units), quantity (base units), number of lines, what was asked
    besides."""

    party_id: int
    net_minor: int
    quantity: int
    lines: int
    also: int = 0


SIZES = {"weight": "weight_g", "volume": "volume_ml"}  # what a piece of a product measures
MOST_KEPT = 32
MOST_AT_ONCE = 60  # each has a bit of a 64-bit number
_kept: dict[Any, list[list[Base]]] = {}


def bases(selections: Sequence[Selection], on: Snapshot | None = None) -> list[list[Base]]:
    """The bases of each selection, by party. Lines are first summed by everything the selections tell apart, so that
    twenty programmes cost little more than one.

    >>> bases([Selection(date(2026, 1, 1), date(2027, 1, 1), "CNY")])  # doctest: +SKIP
    [[Base(party_id=1, net_minor=900000, quantity=12, lines=3)]]
    """
    if not selections:
        return []
    moment = on or snapshot()
    if len(selections) > MOST_AT_ONCE:
        return [*bases(selections[:MOST_AT_ONCE], moment), *bases(selections[MOST_AT_ONCE:], moment)]
    key = (moment.serial, tuple(selections))
    known = _kept.get(key)
    if known is not None:
        return known
    rows = moment.ask(expression, tuple(selections))
    found: list[list[Base]] = [[] for _each in selections]
    for party_id, *values in rows:
        given = iter(values)
        for place, each in enumerate(selections):
            net, quantity, lines = next(given), next(given), next(given)
            more = next(given) if each.also else 0
            if lines:
                found[place].append(Base(party_id, int(net), int(quantity), int(lines), int(more)))
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = found
    return found


def expression(selections: Sequence[Selection]) -> Any:
    """One row for each party with three sums for each selection, four where something is asked besides.

    Lines are grouped once by party, by the set of product scopes their product lies in and by the set of windows they lie
    in (each set one number, a bit for each), so that what remains to be sorted out is a small table.
    """
    levels, currencies = {s.level for s in selections}, {s.currency for s in selections}
    start, end = min(s.start for s in selections), max(s.end for s in selections)
    held = LINES.filter(LINES.business_date >= start, LINES.business_date < end, LINES.party_id.notnull())
    held = held.filter(held.level.isin(sorted(levels)), held.currency.isin(sorted(currencies)))
    windows = list(dict.fromkeys(_window_of(s) for s in selections))
    scopes = list(dict.fromkeys(_scope_of(s) for s in selections))
    mixed = len(levels) > 1 or len(currencies) > 1
    inside = _bits(_in_window(held, window, mixed) for window in windows)
    further = sorted({s.also for s in selections if s.also})
    heavy = [name for name in further if name in SIZES]
    if scopes == [((), (), ())] and not heavy:
        marked = held.mutate(inside=inside, scope=ibis.literal(1))
    else:
        sizes = {name: PRODUCTS[SIZES[name]] for name in heavy}
        kinds = PRODUCTS.select(PRODUCTS.product_id, scope=_bits(_in_scope(scope) for scope in scopes), **sizes)
        marked = held.mutate(inside=inside).join(kinds, "product_id")
    cells = marked.group_by(["party_id", "inside", "scope"])
    more = {
        name: (marked.quantity * marked[name] if name in SIZES else marked.gross_minor).sum() for name in further
    }
    cells = cells.aggregate(net=marked.net_minor.sum(), pieces=marked.quantity.sum(), n=marked.count(), **more)
    if any(s.places for s in selections):
        cells = cells.left_join(PARTIES, "party_id", rname="{name}_of_party")
    sums: dict[str, Any] = {}
    for place, each in enumerate(selections):
        wanted = _has(cells.inside, windows.index(_window_of(each))) & _has(
            cells.scope, scopes.index(_scope_of(each))
        )
        if each.places:
            wanted &= ibis.or_(
                *[cells[name].isin(each.places).fill_null(False) for name in ("city", "province", "region")]
            )
        for name in ("net", "pieces", "n", each.also) if each.also else ("net", "pieces", "n"):
            sums[f"{name}_{place}"] = cells[name].sum(where=wanted).fill_null(0)
    return cells.group_by("party_id").aggregate(**sums).order_by("party_id")


def widths(each: Selection, on: Snapshot | None = None) -> dict[int, int]:
    """How many different products of a selection each party bought (more than it returned), by party."""
    return {party: int(count) for party, count in (on or snapshot()).ask(_width, each)}


def _width(each: Selection) -> Any:
    held = LINES.filter(LINES.party_id.notnull(), LINES.level == each.level, LINES.currency == each.currency)
    held = held.filter(_in_window(held, _window_of(each), False))
    kinds = PRODUCTS.filter(_in_scope(_scope_of(each))).select("product_id")
    lines = held.join(kinds, "product_id")
    sums = lines.group_by(["party_id", "product_id"]).aggregate(pieces=lines.quantity.sum())
    bought = sums.filter(sums.pieces > 0)
    return bought.group_by("party_id").aggregate(n=bought.count()).order_by("party_id")


def first_sold(on: Snapshot | None = None) -> dict[str, date]:
    """The day on which each product was first sold to anybody in the network (sell-in), by code."""
    return dict((on or snapshot()).ask(_first_sold))


def _first_sold() -> Any:
    held = LINES.filter(LINES.level == "sell_in", LINES.quantity > 0)
    first = held.group_by("product_id").aggregate(day=held.business_date.min())
    return first.join(PRODUCTS, "product_id").select("product", "day").order_by("product")


def _bits(conditions: Iterable[Any]) -> Any:
    """The conditions that hold as one number: bit k is condition k."""
    parts = [ibis.ifelse(each, 1 << place, 0) for place, each in enumerate(conditions)]
    return reduce(add, parts)


def _has(bits: Any, place: int) -> Any:
    return (bits & (1 << place)) != 0


def _window_of(each: Selection) -> tuple[Any, ...]:
    return each.level, each.currency, each.start, each.end, each.up_to


def _in_window(held: Any, window: tuple[Any, ...], mixed: bool) -> Any:
    """Whether a line lies in the dates, the state of knowledge and, where they differ, the level and currency."""
    level, currency, start, end, up_to = window
    inside = (held.business_date >= start) & (held.business_date < end)
    if mixed:
        inside &= (held.level == level) & (held.currency == currency)
    return inside & (held.id <= up_to) if up_to is not None else inside


def _scope_of(each: Selection) -> tuple[tuple[str, ...], ...]:
    return each.categories, each.products, each.without


def _in_scope(scope: tuple[tuple[str, ...], ...]) -> Any:
    """Whether a product is of the groups or products a programme names, and is not left out."""
    categories, products, without = scope
    named = [PRODUCTS.category.isin(categories)] if categories else []
    named += [PRODUCTS["product"].isin(products)] if products else []
    wanted = ibis.or_(*named) if named else ibis.literal(True)  # it names groups, single products, or both
    return (wanted & ~PRODUCTS["product"].isin(without) if without else wanted).fill_null(False)
