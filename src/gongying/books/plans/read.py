"""The only reader of targets."""

from datetime import date

from django.db.models import QuerySet

from gongying.core.actor import Actor
from gongying.core.posting import replaced, standing

from .models import Target


def targets(
    actor: Actor, *, start: date, end: date, party_id: int | None = None, sellers: bool = False
) -> QuerySet[Target]:
    """Standing targets whose period lies within [start, end), of parties in scope (or of sellers, head office only)."""
    rows: QuerySet[Target] = Target.objects.for_actor(actor).filter(starts_on__gte=start, ends_on__lte=end)
    rows = rows.filter(party__isnull=sellers)
    if party_id is not None:
        rows = rows.filter(party_id=party_id)
    return standing(rows).order_by("starts_on", "party_id", "seller", "category")


def watermark() -> int:
    """The number of the newest revision."""
    last = Target.objects.unscoped("watermark").order_by("-id").values_list("id", flat=True).first()
    return last or 0


def of_batch(batch_id: int) -> QuerySet[Target]:
    """The targets of a batch that still stand, for guards."""
    rows: QuerySet[Target] = Target.objects.unscoped("guard of a batch").filter(batch_id=batch_id)
    return standing(rows)


def corrected_since(batch_id: int) -> bool:
    """Whether a later posting says something else where this batch set a target."""
    return replaced(Target, batch_id)
