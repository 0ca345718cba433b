"""The only readers of sales lines."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import TruncMonth

from gongying.core.actor import Actor

from .models import Line


@dataclass(frozen=True, slots=True)
class Base:
    """The cumulative base of one party: net value (minor units), quantity, number of lines."""

    party_id: int
    net_minor: int
    quantity: int
    lines: int


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
