"""The only reader of territories."""

from datetime import date

from django.db.models import Q, QuerySet

from gongying.core.actor import Actor

from .models import Territory


def territories(actor: Actor, *, party_id: int | None = None, at: date | None = None) -> QuerySet[Territory]:
    """Grants in scope, of one party or of all, on a day or ever."""
    rows: QuerySet[Territory] = Territory.objects.for_actor(actor).select_related("party", "region")
    if party_id is not None:
        rows = rows.filter(party_id=party_id)
    if at is not None:
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at), valid_from__lte=at)
    return rows.order_by("party_id", "region__code", "valid_from")
