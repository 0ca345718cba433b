"""Declarations as they are read: lists, one with its lines, what lies behind a figure, reported beside calculated."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet

from gongying.books.stock import read as stock
from gongying.books.trade import read as trade
from gongying.core.actor import Actor
from gongying.core.scope import one
from gongying.core.words import pick
from gongying.engines.trust import Line

from ..models import Adjustment, Declaration, DeclarationLine
from . import reckon

HANDED_IN = ("submitted", "accepted")


def declarations(actor: Actor) -> QuerySet[Declaration]:
    """Declarations in scope, the newest period first."""
    rows: QuerySet[Declaration] = Declaration.objects.for_actor(actor).select_related("party__region")
    return rows.order_by("-end", "party__code")


def declaration_row(actor: Actor, declaration_id: int) -> Declaration:
    """One declaration in scope, or Missing."""
    return one(declarations(actor), pk=declaration_id)


def lines(actor: Actor, row: Declaration) -> QuerySet[DeclarationLine]:
    """The lines of a declaration by product and lot, with their adjustments."""
    rows: QuerySet[DeclarationLine] = DeclarationLine.objects.for_actor(actor).filter(declaration=row)
    kept = Prefetch("adjustments", Adjustment.objects.for_actor(actor).order_by("reason"), to_attr="changes")
    rows = rows.prefetch_related(kept)
    return rows.select_related("product__category").order_by("product__category__code", "product__code", "lot")


def changes(row: DeclarationLine) -> list[Adjustment]:
    """The adjustments of a line that `lines` read, by reason."""
    found: list[Adjustment] = row.changes  # type: ignore[attr-defined]
    return found


def figures(row: DeclarationLine) -> Line:
    """A line as the engine reckons it."""
    return Line(row.opening, row.received, row.sold, row.adjusted, row.counted)


@dataclass(frozen=True)
class Sum:
    """The figures of many lines in base units; `difference` counts what is missing and what is too much apart, `worth` is
    Σ |difference| in minor units of the currency of most lines."""

    key: str
    name: str
    opening: int
    received: int
    sold: int
    adjusted: int
    calculated: int
    counted: int
    missing: int
    surplus: int
    worth_minor: int
    currency: str
    lines: int

    @property
    def difference(self) -> int:
        """Counted less calculated."""
        return self.surplus - self.missing

    @property
    def share(self) -> float | None:
        """What differs, of what was calculated; None when nothing was."""
        return (self.missing + self.surplus) / self.calculated if self.calculated > 0 else None


def summed(key: str, name: str, rows: Iterable[DeclarationLine]) -> Sum:
    """Lines that were counted, added up."""
    held = [(row, figures(row)) for row in rows if row.counted is not None]
    apart = [found.difference or 0 for _row, found in held]
    return Sum(
        key,
        name,
        sum(found.opening for _row, found in held),
        sum(found.received for _row, found in held),
        sum(found.sold for _row, found in held),
        sum(found.adjusted for _row, found in held),
        sum(found.calculated for _row, found in held),
        sum(found.counted or 0 for _row, found in held),
        -sum(each for each in apart if each < 0),
        sum(each for each in apart if each > 0),
        sum(abs(each) * row.unit_minor for each, (row, _found) in zip(apart, held, strict=True)),
        held[0][0].currency if held else "CNY",
        len(held),
    )


def _product(row: DeclarationLine) -> tuple[str, str]:
    return row.product.code, pick(row.product.name, row.product.name_en)


def _lot(row: DeclarationLine) -> tuple[str, str]:
    code, name = _product(row)
    return f"{code}/{row.lot}", f"{name} · {row.lot or '–'}"


def _party(row: DeclarationLine) -> tuple[str, str]:
    party = row.declaration.party
    return party.code, pick(party.name, party.name_en)


def _place(row: DeclarationLine) -> tuple[str, str]:
    place = row.declaration.party.region
    return (place.code, pick(place.name, place.name_en)) if place else ("", "–")


GRAINS: dict[str, Callable[[DeclarationLine], tuple[str, str]]] = {
    "product": _product,
    "lot": _lot,
    "party": _party,
    "place": _place,
}


def compared(actor: Actor, period: str, by: str) -> list[Sum]:
    """Reported beside calculated in a period by product, lot, party or place, of declarations that were handed in."""
    rows = DeclarationLine.objects.for_actor(actor).filter(
        declaration__period=period, declaration__state__in=HANDED_IN
    )
    found: dict[tuple[str, str], list[DeclarationLine]] = defaultdict(list)
    for row in rows.select_related("product", "declaration__party__region"):
        found[GRAINS[by](row)].append(row)
    return [summed(key, name, held) for (key, name), held in sorted(found.items())]


def compared_periods(actor: Actor) -> list[str]:
    """The periods of which something was handed in, the newest first."""
    rows = Declaration.objects.for_actor(actor).filter(state__in=HANDED_IN)
    return list(rows.order_by("-end").values_list("period", flat=True).distinct()[:24])


@dataclass(frozen=True)
class Paper:
    """One document behind a figure of a line: which figure it belongs to, its day, number and units (signed)."""

    figure: str  # opening | received | sold
    on: date
    document: str
    kind: str
    units: int
    note: str = ""


MOST_PAPERS = 500


def papers(actor: Actor, row: DeclarationLine) -> list[Paper]:
    """The documents behind opening, received and sold of one line, oldest first, at most 500 of each figure. Sales name no
    lot: those of the product are shown."""
    declaration = row.declaration
    found = []
    if row.since is not None:
        counts = stock.counts(actor, holder_id=declaration.party_id, on=row.since)
        for count in counts.filter(product=row.product_id, lot=row.lot):
            found.append(Paper("opening", count.counted_on, "", "count", count.quantity))
    start = row.since + timedelta(days=1) if row.since else reckon.FIRST
    moves = stock.movements(actor, holder_id=declaration.party_id).filter(
        product=row.product_id, lot=row.lot, business_date__gte=start, business_date__lte=declaration.counted_on
    )
    moves = moves.exclude(source=reckon.SOURCE).exclude(kind="count").exclude(corrects__kind="count")
    for move in moves.order_by("business_date", "id")[:MOST_PAPERS]:
        figure = "opening" if move.kind == "opening" else "received"
        found.append(
            Paper(figure, move.business_date, move.document or move.business_key, move.kind, move.quantity)
        )
    if row.moved != row.received:
        found += _lines(actor, row, "sell_in", "received", start)
    for level in reckon.SOLD:
        found += _lines(actor, row, level, "sold", start)
    return sorted(found, key=lambda each: (each.on, each.document))


def _lines(actor: Actor, row: DeclarationLine, level: str, figure: str, start: date) -> list[Paper]:
    end = row.declaration.counted_on + timedelta(days=1)
    held = trade.lines(actor, level=level, start=start, end=end, party_id=row.declaration.party_id)
    held = held.filter(product=row.product_id).order_by("business_date", "id")[:MOST_PAPERS]
    return [
        Paper(figure, line.business_date, line.document, level, line.quantity, line.counterparty) for line in held
    ]


@dataclass(frozen=True)
class Outlet:
    """Somebody a distributor sold to lately."""

    name: str
    place: str


def outlets(actor: Actor, party_id: int, on: date) -> list[Outlet]:
    """To whom a distributor sold in the last half-year, by name, at most 200: what the form proposes."""
    rows = trade.lines(
        actor, level="sell_out", start=on - timedelta(days=180), end=on + timedelta(days=1), party_id=party_id
    )
    named = rows.exclude(counterparty="").order_by("counterparty").values_list("counterparty", "place").distinct()
    return [Outlet(name, place) for name, place in named[:200]]


def sales(actor: Actor, level: str, start: date, end: date) -> QuerySet[Any]:
    """Lines of a level that stand, in scope, of [start, end): what was reported, whichever way it came."""
    rows = trade.lines(actor, level=level, start=start, end=end)
    return rows.filter(line__isnull=True).exclude(kind="reversal").order_by("-business_date", "-id")
