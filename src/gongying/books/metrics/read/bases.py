"""What many programmes pay on: grouped sums of the lines each of them selects, in one scan of the lake."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add
from typing import Any, NamedTuple

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


class Base(NamedTuple):  # there are as many as distributors × periods
    """The cumulative base of one party: net value (minor units), quantity (base units), number of lines, what was asked
    besides."""

    party_id: int
    net_minor: int
    quantity: int
    lines: int
    also: int = 0


Bare = tuple[int, ...]  # the fields of a base, then the place of its selection
SIZES = {"weight": "weight_g", "volume": "volume_ml"}  # what a piece of a product measures
RESULT = ("party_id", "net", "pieces", "n", "also", "place")
LONGEST_LOOKED_UP = 40 * 366  # days
MOST_KEPT = 32
MOST_AT_ONCE = 60  # each has a bit of a 64-bit number
_kept: dict[Any, list[list[Bare]]] = {}


def bases(selections: Sequence[Selection], on: Snapshot | None = None) -> list[list[Base]]:
    """The bases of each selection, by party. Lines are first summed by everything the selections tell apart, so that
    twenty programmes cost little more than one.

    >>> bases([Selection(date(2026, 1, 1), date(2027, 1, 1), "CNY")])  # doctest: +SKIP
    [[Base(party_id=1, net_minor=900000, quantity=12, lines=3)]]
    """
    return [[Base(*row[:-1]) for row in held] for held in bare(selections, on)]


def bare(selections: Sequence[Selection], on: Snapshot | None = None) -> list[list[Bare]]:
    """As `bases`, in bare tuples, of which the collector of cycles takes no notice: for histories of many periods."""
    if not selections:
        return []
    moment = on or snapshot()
    if len(selections) > MOST_AT_ONCE:
        return [*bare(selections[:MOST_AT_ONCE], moment), *bare(selections[MOST_AT_ONCE:], moment)]
    key = (moment.serial, tuple(selections))
    known = _kept.get(key)
    if known is not None:
        return known
    found: list[list[Bare]] = [[] for _each in selections]
    for row in moment.ask(expression, tuple(selections)):
        found[row[-1]].append(row)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = found
    return found


def expression(selections: Sequence[Selection]) -> Any:
    """(party, net, quantity, lines, what is asked besides, place of the selection) of everybody with a line in it, in order.

    Lines are grouped once by party and by up to three numbers that have a bit for each thing a selection can ask: the dates
    a line lies in, its level, currency and state of knowledge, the products its own is of; what all selections ask alike is
    no number. Then the selections are held against that small table.
    """
    further = sorted({s.also for s in selections if s.also})
    known = {name: _distinct(of, selections) for name, of in BITS.items()}
    bits = [name for name, each in known.items() if len(each) > 1]
    marked = _with_dates(LINES.filter(LINES.party_id.notnull()), known["dates"])
    marked = _with_scopes(_with_sorts(marked, known["sorts"]), known["scopes"], [n for n in further if n in SIZES])
    cells = marked.group_by(["party_id", *bits]).aggregate(
        net=_sum(marked.net_minor),
        pieces=_sum(marked.quantity),
        n=marked.count(),
        **{name: _sum(_further(marked, name)) for name in further},
    )
    places = any(each.places for each in selections)
    if len(selections) == 1 and not places:
        also = cells[further[0]] if further else ibis.literal(0)
        return cells.mutate(also=also, place=ibis.literal(0)).select(*RESULT).order_by("party_id")
    questions = _questions(selections, {name: known[name] for name in bits})
    if places:
        near = PARTIES.select(
            near_id=PARTIES.party_id, areas=_bits(_in_area(each) for each in _distinct(_area_of, selections))
        )
        cells = cells.left_join(near, cells.party_id == near.near_id)
    wanted = [(cells[name] & questions[f"its_{name}"]) != 0 for name in bits]
    if places:
        wanted.append((questions.its_areas == 0) | ((cells.areas.fill_null(0) & questions.its_areas) != 0))
    held = cells.join(questions, wanted) if wanted else cells.cross_join(questions)
    also = ibis.literal(0)
    for number, name in enumerate(further, 1):
        also = ibis.ifelse(held.its_also == number, held[name], also)
    held = held.mutate(also=also)
    sums = {name: _sum(held[name]) for name in ("net", "pieces", "n", "also")}
    return held.group_by(["place", "party_id"]).aggregate(**sums).order_by("place", "party_id").select(*RESULT)


def _sum(values: Any) -> Any:
    """A sum of as many bits as its values: 128 are slow to fetch, and never needed (a sum that does not fit is an error)."""
    return values.sum().cast("!int64")


def _distinct(of: Callable[[Selection], Any], selections: Sequence[Selection]) -> list[Any]:
    return list(dict.fromkeys(of(each) for each in selections))


def _questions(selections: Sequence[Selection], known: Mapping[str, list[Any]]) -> Any:
    """A row for each selection: its place and the bits it asks for; no area is everywhere."""
    bits = {
        f"its_{name}": [1 << each.index(BITS[name](selection)) for selection in selections]
        for name, each in known.items()
    }
    areas = _distinct(_area_of, selections)
    further = sorted({s.also for s in selections if s.also})
    if areas != [()]:
        bits["its_areas"] = [1 << areas.index(each.places) if each.places else 0 for each in selections]
    if further:
        bits["its_also"] = [further.index(each.also) + 1 if each.also else 0 for each in selections]
    rows = ibis.range(0, len(selections)).unnest().name("place").as_table()
    return rows.mutate(**{name: ibis.array(each)[rows.place] for name, each in bits.items()})


def _with_dates(held: Any, dates: list[tuple[date, date]]) -> Any:
    """Lines of these dates, marked with the ones they lie in. The marks of a day are looked up: two years of months cost a
    line no more than two quarters."""
    first, end = min(start for start, _end in dates), max(end for _start, end in dates)
    held = held.filter(held.business_date >= first, held.business_date < end)
    if len(dates) == 1:
        return held
    if (end - first).days > LONGEST_LOOKED_UP:
        return held.mutate(dates=_bits(_between(held.business_date, each) for each in dates))
    rows = ibis.range(0, (end - first).days).unnest().name("n").as_table()
    days = rows.select(day=(ibis.date(first) + rows.n.as_interval("D")).cast("!date"))
    days = days.select(days.day, dates=_bits(_between(days.day, each) for each in dates))
    return held.join(days, held.business_date == days.day)


def _with_sorts(held: Any, sorts: list[tuple[str, str, int | None]]) -> Any:
    """Lines of these levels, currencies and states of knowledge, marked with the ones they are of."""
    inside = [_of_sort(held, sort) for sort in sorts]
    if len(sorts) == 1:
        return held.filter(inside)
    levels, currencies = sorted({sort[0] for sort in sorts}), sorted({sort[1] for sort in sorts})
    return held.filter(held.level.isin(levels), held.currency.isin(currencies)).mutate(sorts=_bits(inside))


def _with_scopes(held: Any, scopes: list[Any], heavy: list[str]) -> Any:
    """Lines marked with the product scopes they lie in, with what a piece measures."""
    if scopes == [((), (), ())] and not heavy:
        return held
    sizes = {name: PRODUCTS[SIZES[name]] for name in heavy}
    if len(scopes) == 1:
        kinds = PRODUCTS.filter(_in_scope(scopes[0])).select(PRODUCTS.product_id, **sizes)
    else:
        kinds = PRODUCTS.select(PRODUCTS.product_id, scopes=_bits(_in_scope(scope) for scope in scopes), **sizes)
    return held.join(kinds, "product_id")


def _further(marked: Any, name: str) -> Any:
    return marked.quantity * marked[name] if name in SIZES else marked.gross_minor


def widths(each: Selection, on: Snapshot | None = None) -> dict[int, int]:
    """How many different products of a selection each party bought (more than it returned), by party."""
    return {party: int(count) for party, count in (on or snapshot()).ask(_width, each)}


def _width(each: Selection) -> Any:
    held = LINES.filter(LINES.party_id.notnull(), _of_sort(LINES, _sort_of(each)))
    held = held.filter(_between(held.business_date, _dates_of(each)))
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


def _dates_of(each: Selection) -> tuple[date, date]:
    return each.start, each.end


def _between(day: Any, dates: tuple[date, date]) -> Any:
    return (day >= dates[0]) & (day < dates[1])


def _sort_of(each: Selection) -> tuple[str, str, int | None]:
    return each.level, each.currency, each.up_to


def _of_sort(held: Any, sort: tuple[str, str, int | None]) -> Any:
    level, currency, up_to = sort
    inside = (held.level == level) & (held.currency == currency)
    return inside & (held.id <= up_to) if up_to is not None else inside


def _area_of(each: Selection) -> tuple[str, ...]:
    return each.places


def _in_area(places: tuple[str, ...]) -> Any:
    return ibis.or_(*[PARTIES[name].isin(places).fill_null(False) for name in ("city", "province", "region")])


def _scope_of(each: Selection) -> tuple[tuple[str, ...], ...]:
    return each.categories, each.products, each.without


def _in_scope(scope: tuple[tuple[str, ...], ...]) -> Any:
    """Whether a product is of the groups or products a programme names, and is not left out."""
    categories, products, without = scope
    named = [PRODUCTS.category.isin(categories)] if categories else []
    named += [PRODUCTS["product"].isin(products)] if products else []
    wanted = ibis.or_(*named) if named else ibis.literal(True)  # it names groups, single products, or both
    return (wanted & ~PRODUCTS["product"].isin(without) if without else wanted).fill_null(False)


BITS: dict[str, Callable[[Selection], Any]] = {"dates": _dates_of, "sorts": _sort_of, "scopes": _scope_of}
