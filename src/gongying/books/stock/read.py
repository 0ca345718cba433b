"""The only reader of stock."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Max, OuterRef, QuerySet, Sum

from gongying.core.actor import Actor
from gongying.core.posting import standing

from .models import Balance, Count, Movement


@dataclass(frozen=True, slots=True)
class Drift:
    """A balance that differs from the sum of its movements."""

    holder_id: int | None
    product_id: int
    lot: str
    balance: int
    movements: int


def balances(actor: Actor, *, holder_id: int | None = None) -> QuerySet[Balance]:
    """Balances in scope that are not zero."""
    rows: QuerySet[Balance] = (
        Balance.objects.for_actor(actor).exclude(quantity=0).select_related("product", "holder")
    )
    if holder_id is not None:
        rows = rows.filter(holder_id=holder_id)
    return rows.order_by("holder_id", "product__code", "lot")


def counts(actor: Actor, *, holder_id: int | None = None, on: date | None = None) -> QuerySet[Count]:
    """Standing declarations in scope."""
    rows: QuerySet[Count] = Count.objects.for_actor(actor).select_related("product")
    if holder_id is not None:
        rows = rows.filter(holder_id=holder_id)
    if on is not None:
        rows = rows.filter(counted_on=on)
    return standing(rows).order_by("counted_on", "holder_id", "product_id")


def last_declared(actor: Actor, holder_id: int | None = None) -> dict[int | None, date]:
    """The day of the newest declaration of each holder in scope, or of one of them."""
    rows = Count.objects.for_actor(actor).filter(withdrawn=False)
    rows = rows if holder_id is None else rows.filter(holder_id=holder_id)
    return dict(rows.values_list("holder_id").annotate(last=Max("counted_on")))


def of_batch(batch_id: int) -> QuerySet[Count]:
    """The declarations of a batch that still stand, for guards."""
    rows: QuerySet[Count] = Count.objects.unscoped("guard of a batch").filter(batch_id=batch_id)
    return standing(rows)


def declared_after(batch_id: int) -> bool:
    """Whether a later declaration of the same spot stands: its movement was reckoned from this batch's."""
    later = standing(Count.objects.unscoped("guard of a batch")).filter(
        holder=OuterRef("holder"),
        product=OuterRef("product"),
        lot=OuterRef("lot"),
        counted_on__gte=OuterRef("counted_on"),
        id__gt=OuterRef("id"),
    )
    return of_batch(batch_id).filter(Exists(later)).exists()


def watermarks() -> tuple[int, int]:
    """The numbers of the newest movement and the newest declaration."""
    found = []
    for model in (Movement, Count):
        last = model.objects.unscoped("watermark").order_by("-id").values_list("id", flat=True).first()
        found.append(last or 0)
    return found[0], found[1]


def check() -> list[Drift]:
    """Reconcile every balance against its movements. Empty is well."""
    sums = {
        (row["holder_id"], row["product_id"], row["lot"]): row["total"]
        for row in Movement.objects.unscoped("reconciling")
        .values("holder_id", "product_id", "lot")
        .annotate(total=Sum("quantity"))
    }
    found = []
    for row in Balance.objects.unscoped("reconciling"):
        moved = sums.pop((row.holder_id, row.product_id, row.lot), 0)
        if row.quantity != moved:
            found.append(Drift(row.holder_id, row.product_id, row.lot, row.quantity, moved))
    return found + [Drift(*spot, 0, moved) for spot, moved in sums.items() if moved]
