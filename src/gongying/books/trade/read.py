"""The only readers of sales lines."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.journal import book
from gongying.core.posting import digest_of
from gongying.core.soundness import sound

from . import facts
from .models import Line

# What the content hash of a line covers, in its order.
SAID = (
    "level", "business_date", "party_id", "product_id", "quantity", "currency", "gross_minor", "discount_minor",
    "document", "line_no", "tax_minor", "freight_minor", "kind", "counterparty", "place",
)  # fmt: skip
TURNED = {SAID.index(n) for n in ("quantity", "gross_minor", "discount_minor", "tax_minor", "freight_minor")}


@dataclass(frozen=True, slots=True)
class Base:
    """The cumulative base of one party: net value (minor units), quantity, number of lines."""

    party_id: int
    net_minor: int
    quantity: int
    lines: int


@dataclass(frozen=True, slots=True)
class Misfit:
    """A posted line that is not what was told: by its number, and the number of the fact that tells of it. Without a line
    the posting as a whole is another one than was told; without a fact nobody told of the line.
    """

    line_id: int | None
    entry_id: int | None


def watermark() -> int:
    """The number of the newest line: "as known at" of every run."""
    return Line.objects.unscoped("watermark").aggregate(last=Max("id"))["last"] or 0


def lines(
    actor: Actor,
    *,
    level: str,
    start: date,
    end: date,
    currency: str = "",
    party_id: int | None = None,
    categories: tuple[str, ...] = (),
    up_to: int | None = None,
) -> QuerySet[Line]:
    """Lines in scope with business dates in [start, end), optionally as known at watermark `up_to`."""
    rows: QuerySet[Line] = Line.objects.for_actor(actor).filter(
        level=level, business_date__gte=start, business_date__lt=end
    )
    narrow: dict[str, Any] = {}
    if currency:
        narrow["currency"] = currency
    if party_id is not None:
        narrow["party_id"] = party_id
    if categories:
        narrow["product__category__code__in"] = categories
    if up_to is not None:
        narrow["id__lte"] = up_to
    return rows.filter(**narrow).select_related("product", "party").order_by("business_date", "id")


def day_of(actor: Actor, *, party_id: int, document: str, level: str = "sell_in") -> date | None:
    """The business date of a document of a party; None where nothing of it is on record."""
    rows = Line.objects.for_actor(actor).filter(party_id=party_id, level=level, document=document)
    first: date | None = rows.order_by("business_date").values_list("business_date", flat=True).first()
    return first


def with_origin(actor: Actor, *, level: str, currency: str) -> QuerySet[Line]:
    """The returns in scope of which is known when the goods were sold (`origin.origin_on`)."""
    rows: QuerySet[Line] = Line.objects.for_actor(actor).filter(
        level=level, currency=currency, origin__isnull=False
    )
    return rows.select_related("origin", "product__category").order_by("id")


SOLD_ON = ("sell_through", "sell_out")  # what a distributor sells to buyers of his own


def new_buyers(start: date, end: date) -> dict[int, int]:
    """How many buyers (outlets, customers) each party sold to for the first time in [start, end), by party. A buyer is who is
    named as counterparty of a sale that stands: what was corrected or reversed counts no more."""
    rows = _sold_on(Line.objects.unscoped("new buyers"), end).values("party_id", "counterparty")
    first = rows.annotate(first=Min("business_date")).filter(first__gte=start)
    return dict(Counter(row["party_id"] for row in first))


def first_sales(actor: Actor, *, start: date, end: date, party_id: int) -> list[tuple[str, date]]:
    """The buyers a party in scope sold to for the first time in [start, end): (name, day), the earliest first."""
    rows = _sold_on(Line.objects.for_actor(actor).filter(party_id=party_id), end).values("counterparty")
    found = rows.annotate(first=Min("business_date")).filter(first__gte=start).order_by("first", "counterparty")
    return [(row["counterparty"], row["first"]) for row in found]


def _sold_on(rows: QuerySet[Line], end: date) -> QuerySet[Line]:
    """Standing sales to named buyers before a day."""
    rows = rows.filter(level__in=SOLD_ON, business_date__lt=end, kind="sale", line__isnull=True)
    return rows.exclude(counterparty="").order_by()


def bases(rows: QuerySet[Line]) -> list[Base]:
    """Sums by party of a selection, in one query."""
    grouped = (
        rows.order_by().values("party_id").annotate(net=Sum("net_minor"), pieces=Sum("quantity"), n=Count("id"))
    )
    return [Base(g["party_id"], g["net"], g["pieces"], g["n"]) for g in grouped.order_by("party_id")]


def by_month(rows: QuerySet[Line]) -> list[tuple[date, int]]:
    """(first of month, net minor units) in order."""
    grouped = rows.order_by().values(month=TruncMonth("business_date")).annotate(net=Sum("net_minor"))
    return [(g["month"], g["net"]) for g in grouped.order_by("month")]


def standing_of_batch(batch_id: int) -> QuerySet[Line]:
    """The lines of a batch that an undo would reverse."""
    return of_batch(batch_id).filter(line__isnull=True).exclude(kind="reversal")


def of_batch(batch_id: int) -> QuerySet[Line]:
    """The lines a batch posted, for guards."""
    rows: QuerySet[Line] = Line.objects.unscoped("guard of a batch").filter(batch_id=batch_id)
    return rows


def corrected_since(batch_id: int) -> bool:
    """Whether a line of another posting stands where this batch posted one."""
    other = Line.objects.unscoped("guard of a batch").filter(
        level=OuterRef("level"), source=OuterRef("source"), business_key=OuterRef("business_key"), line__isnull=True
    )
    other = other.exclude(kind="reversal").exclude(batch_id=batch_id)
    return of_batch(batch_id).exclude(kind="reversal").filter(Exists(other)).exists()


@sound("trade.lines", _("sales lines as they were told"))
def check() -> Iterator[Misfit]:
    """Recompute what every line says and hold it against the facts, posting by posting: a fact covers its lines in order.
    Yields the lines that were changed and the first posting that does not fit. Nothing is well.
    """
    told = book.told(facts.LinesPosted.name)
    held = Line.objects.unscoped("reconciling").order_by("id")
    rows = iter(
        held.values_list("id", "source", "revision", "content_hash", "corrects__kind", *SAID).iterator(20_000)
    )
    for entry_id, fact in told:
        text = hashlib.sha256()
        for row in islice(rows, fact["count"]):
            if _said(row) != row[3]:
                yield Misfit(row[0], entry_id)
            text.update(f"{row[5 + SAID.index('kind')]}|{row[1]}|{row[2]}|{row[3]}\n".encode())
        if text.hexdigest() != fact["digest"]:
            yield Misfit(None, entry_id)
            return
    untold = next(rows, None)
    # What is being posted at this moment is told in a moment.
    if untold is not None and len(told) == len(book.told(facts.LinesPosted.name)):
        yield Misfit(untold[0], None)


def _said(row: tuple[Any, ...]) -> str:
    """The content hash of what a line says; a reversal says what it reverses, turned round."""
    _pk, _source, _revision, _mark, kind_before, *values = row
    if values[SAID.index("kind")] == "reversal":
        values = [-value if place in TURNED else value for place, value in enumerate(values)]
        values[SAID.index("kind")] = kind_before
    return digest_of(values)
