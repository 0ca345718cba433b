"""Transfers between distributors, as each side sees them."""

from django.db.models import QuerySet, Sum

from gongying.core.actor import Actor
from gongying.core.scope import one

from ..models import Transfer, TransferLine


def transfers(actor: Actor) -> QuerySet[Transfer]:
    """Transfers in scope, of which one is giver or taker, newest first, with units and amounts."""
    rows: QuerySet[Transfer] = Transfer.objects.for_actor(actor).select_related("giver", "taker")
    sums = {"units": Sum("lines__quantity"), "net": Sum("lines__net_minor"), "tax": Sum("lines__tax_minor")}
    return rows.annotate(**sums).order_by("-id")


def transfer_row(actor: Actor, transfer_id: int) -> Transfer:
    """One transfer in scope, or Missing."""
    return one(transfers(actor), pk=transfer_id)


def transfer_lines(actor: Actor, row: Transfer) -> QuerySet[TransferLine]:
    """The lines of a transfer in scope."""
    rows: QuerySet[TransferLine] = TransferLine.objects.for_actor(actor).filter(transfer=row)
    return rows.select_related("product").order_by("id")
