"""Orders that wait for credit."""

import json
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from gongying.core.actor import Actor
from gongying.core.doors import HQ, query
from gongying.engines.credit import Short

from ..models import Held
from ..rules import Reason, Verdict, judge, said
from .standings import standing


@dataclass(frozen=True)
class Waiting:
    """A held order for programs; the amount incl. tax in minor units, `codes` why it waits."""

    id: int
    order: str
    party_id: int
    currency: str
    amount_minor: int
    held_on: date
    codes: list[str]


def holds(actor: Actor) -> QuerySet[Held]:
    """Orders in scope that were held, the open ones first, then the newest."""
    rows: QuerySet[Held] = Held.objects.for_actor(actor).select_related("party__region")
    return rows.order_by("-id")


def reasons(text: str, currency: str) -> list[Reason]:
    """Kept reasons, worded in the reader's language."""
    kept = json.loads(text or "[]")
    return [
        Reason(
            row["code"], said(Short(row["code"], row["amount"], row["days"]), currency), row["amount"], row["days"]
        )
        for row in kept
    ]


def kept(found: list[Reason]) -> str:
    """Reasons as they are kept: codes and figures, no words."""
    return json.dumps([{"code": row.code, "amount": row.amount_minor, "days": row.days} for row in found])


def still(actor: Actor, row: Held, on: date, *, locked: bool = False, also: int = 0) -> Verdict:
    """The verdict on a held order as of a day: what still stands against it. `also` is what orders that were let go a
    moment ago will hold beside it, in minor units."""
    now = standing(
        actor,
        party_id=row.party_id,
        currency=row.currency,
        on=on,
        own_hold=f"order/{row.order}",
        locked=locked,
    )
    return judge(now, row.amount_minor + also, prepaid=row.prepaid)


@query(needs="credit.desk", roles=HQ)
def waiting(actor: Actor) -> list[Waiting]:
    """The orders in scope that wait for credit, the oldest first; at most 500."""
    rows = holds(actor).filter(state="open").order_by("id")[:500]
    return [
        Waiting(
            row.pk,
            row.order,
            row.party_id,
            row.currency,
            row.amount_minor,
            row.held_on,
            [each.code for each in reasons(row.reasons, row.currency)],
        )
        for row in rows
    ]
