"""What many programmes pay on: grouped sums of the lines each of them selects, in one scan of the lake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis

from gongying.books.lake.read import LINES, PARTIES, PRODUCTS, Snapshot, snapshot


@dataclass(frozen=True, slots=True)
class Selection:
    """Lines of a level and currency with business dates in [start, end); empty scopes mean everything.

    `places` are codes of cities, provinces or sales regions; `up_to` is the number of the newest line that counts.
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


@dataclass(frozen=True, slots=True)
class Base:
    """The cumulative base of one party: net value (minor units), quantity (base units), number of lines."""

    party_id: int
    net_minor: int
    quantity: int
    lines: int


MOST_KEPT = 32
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
    key = (moment.serial, tuple(selections))
    known = _kept.get(key)
    if known is not None:
        return known
    rows = moment.ask(expression, tuple(selections))
    found: list[list[Base]] = [[] for _each in selections]
    for party_id, *values in rows:
        for place in range(len(selections)):
            net, quantity, lines = values[3 * place : 3 * place + 3]
            if lines:
                found[place].append(Base(party_id, int(net), int(quantity), int(lines)))
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = found
    return found


def expression(selections: Sequence[Selection]) -> Any:
    """One row for each party with three sums for each selection."""
    start, end = min(s.start for s in selections), max(s.end for s in selections)
    held = LINES.filter(LINES.business_date >= start, LINES.business_date < end, LINES.party_id.notnull())
    keys = ["party_id"]
    marks: dict[str, Any] = {}
    for place, each in enumerate(selections):
        marks[f"window_{place}"] = _window(held, each)
    windows = {str(mark): name for name, mark in reversed(list(marks.items()))}  # equal windows share one column
    shared = {name: mark for name, mark in marks.items() if windows[str(mark)] == name}
    if any(s.categories or s.products or s.without for s in selections):
        keys.append("product_id")
    marked = held.mutate(**shared)
    cells = marked.group_by([*keys, *shared])
    cells = cells.aggregate(net=marked.net_minor.sum(), pieces=marked.quantity.sum(), n=marked.count())
    if len(keys) > 1:
        cells = cells.left_join(PRODUCTS, "product_id", rname="{name}_of_product")
    if any(s.places for s in selections):
        cells = cells.left_join(PARTIES, "party_id", rname="{name}_of_party")
    sums: dict[str, Any] = {}
    for place, each in enumerate(selections):
        wanted = _wanted(cells, each, windows[str(marks[f"window_{place}"])])
        for name in ("net", "pieces", "n"):
            sums[f"{name}_{place}"] = cells[name].sum(where=wanted).fill_null(0)
    return cells.group_by("party_id").aggregate(**sums).order_by("party_id")


def _window(held: Any, each: Selection) -> Any:
    """Whether a line lies in the selection's level, currency, dates and state of knowledge."""
    inside = (held.level == each.level) & (held.currency == each.currency)
    inside &= (held.business_date >= each.start) & (held.business_date < each.end)
    return inside & (held.id <= each.up_to) if each.up_to is not None else inside


def _wanted(cells: Any, each: Selection, window: str) -> Any:
    """Whether a cell belongs to the selection."""
    wanted = cells[window]
    scoped = [cells.category.isin(each.categories)] if each.categories else []
    if each.products:
        scoped.append(cells["product"].isin(each.products))
    if scoped:
        wanted &= ibis.or_(*scoped)  # a programme names groups, single products, or both
    if each.without:
        wanted &= ~cells["product"].isin(each.without)
    if each.places:
        places = [cells[name].isin(each.places).fill_null(False) for name in ("city", "province", "region")]
        wanted &= ibis.or_(*places)
    return wanted
