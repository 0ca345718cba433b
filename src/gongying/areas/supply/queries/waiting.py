"""How much of what waits for somebody, in one question, since every home page asks it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import CharField, Count, DateField, Min, Q, QuerySet, Value
from django.db.models.functions import Cast

from gongying.core.actor import Actor

from ..models import AllocationRun, Claim, Return, Shipment, Transfer


def _late(on: date) -> Q:
    return Q(wanted_on__lt=on) | Q(wanted_on__isnull=True, eta__lt=on)


def _kinds(actor: Actor, on: date) -> dict[str, Callable[[], QuerySet[Any]]]:
    """What may wait, by name, with the rows that do."""
    going = Shipment.objects.for_actor(actor).exclude(state="delivered")
    open_ = Transfer.objects.for_actor(actor)
    return {
        "decide": lambda: Return.objects.for_actor(actor).filter(state="requested").exclude(asked_by=actor.name),
        "inspect": lambda: Return.objects.for_actor(actor).filter(state="sent back"),
        "claims": lambda: Claim.objects.for_actor(actor).filter(state="open"),
        "late": lambda: going.filter(_late(on)),
        "going": lambda: going,
        "apply": lambda: (
            AllocationRun.objects.for_actor(actor).filter(state="draft").exclude(created_by=actor.name)
        ),
        "agree": lambda: open_.filter(state="on offer", taker__isnull=False),
        "consent": lambda: open_.filter(state="agreed").exclude(created_by=actor.name),
    }


def waiting(actor: Actor, on: date, names: list[str]) -> dict[str, tuple[int, date | None]]:
    """How many of each of these wait, and for returns to decide the day by which the first is due; what waits not is left out."""
    kinds, asked = _kinds(actor, on), []
    for name in names:
        first = Min("due_on") if name == "decide" else Min(Cast(Value(None), DateField()))
        rows = kinds[name]().order_by().annotate(name_=Value(name, output_field=CharField())).values("name_")
        asked.append(rows.annotate(n=Count("pk"), first=first).values_list("name_", "n", "first"))
    if not asked:
        return {}
    rows = asked[0].union(*asked[1:], all=True) if asked[1:] else asked[0]
    return {name: (n, first) for name, n, first in rows}
