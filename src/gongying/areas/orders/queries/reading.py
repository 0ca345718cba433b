"""Orders, lines and versions."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from gongying.core.actor import Actor
from gongying.core.asked import Asked, Given
from gongying.core.doors import PORTAL
from gongying.core.policies import read as policies
from gongying.core.scope import one

from ..models import OPEN, SHOWN, Order, OrderEvent, OrderLine, OrderVersion
from ..rules import KEY, OrderRules, said


def outside(actor: Actor) -> bool:
    """Whether somebody is one of a distributor's people."""
    return actor.role in PORTAL


def order_row(actor: Actor, order_id: int, *, locked: bool = False) -> Order:
    """One order in scope, or Missing; `locked` keeps others from changing it until the transaction ends."""
    rows = Order.objects.for_actor(actor)
    rows = rows.select_for_update(of=("self",)) if locked else rows
    found: Order = one(rows.select_related("party"), pk=order_id)
    return found


def numbered(actor: Actor, number: str, *, locked: bool = False) -> Order:
    """One order by its number, or Missing."""
    rows = Order.objects.for_actor(actor)
    rows = rows.select_for_update(of=("self",)) if locked else rows
    found: Order = one(rows.select_related("party"), number=number)
    return found


def by_number(actor: Actor, number: str) -> Order | None:
    """The same; None where there is none."""
    found: Order | None = Order.objects.for_actor(actor).filter(number=number).first()
    return found


def by_client_id(actor: Actor, party_id: int, client_id: str) -> Order | None:
    """The order a phone knows by a name of its own."""
    if not client_id or not is_known(party_id, client_id):  # cheap, and nearly always the end of it
        return None
    found: Order | None = Order.objects.for_actor(actor).filter(party_id=party_id, client_id=client_id).first()
    return found


def is_known(party_id: int, client_id: str) -> bool:
    """Whether a phone's name stands for an order already, drafts included."""
    return bool(_NAMED(party=party_id, client=client_id))


_NAMED = Asked(
    lambda: (
        Order.objects.unscoped("whether a name is taken")
        .filter(party_id=Given("party"), client_id=Given("client"))
        .values_list("pk")
    )
)


def lines(actor: Actor, order: Order) -> QuerySet[OrderLine]:
    """The lines of an order, as they stand, with their products."""
    rows: QuerySet[OrderLine] = OrderLine.objects.for_actor(actor).filter(order=order)
    return rows.select_related("product").order_by("place")


def lines_of(actor: Actor, order_ids: Collection[int]) -> dict[int, list[OrderLine]]:
    """The lines of several orders."""
    found: dict[int, list[OrderLine]] = {pk: [] for pk in order_ids}
    rows = OrderLine.objects.for_actor(actor).filter(order__in=order_ids).select_related("product")
    for row in rows.order_by("order_id", "place"):
        found[row.order_id].append(row)
    return found


def versions(actor: Actor, order: Order) -> QuerySet[OrderVersion]:
    """What an order said before each amendment, newest first."""
    rows: QuerySet[OrderVersion] = OrderVersion.objects.for_actor(actor).filter(order=order)
    return rows.order_by("-version")


def _part(what: F | Sum) -> Subquery:
    lines = OrderLine.objects.unscoped("beside orders in scope").filter(order=OuterRef("pk")).order_by()
    return Subquery(lines.values("order").annotate(sum=what).values("sum"))


def listed(actor: Actor) -> QuerySet[Order]:
    """Orders in scope with how many base units are wanted and delivered, newest first; drafts are their writer's alone."""
    rows: QuerySet[Order] = Order.objects.for_actor(actor).exclude(state="draft").select_related("party")
    return rows.annotate(**_parts()).order_by("-id")


@cache
def _parts() -> dict[str, Subquery]:
    """What is summed beside an order; every list asks it, and it takes a while to put together."""
    return {
        "wanted": _part(Sum(F("quantity") - F("cancelled"))),
        "arrived": _part(Sum("delivered")),
        "owing": _part(Sum(F("quantity") - F("cancelled") - F("shipped") + F("short") - F("reserved"))),
    }


@dataclass(frozen=True)
class ByState:
    """The orders of a state: how many, what they come to by currency (minor units), how many are late."""

    state: str
    count: int
    sums: dict[str, int]
    late: int


def piles(actor: Actor, today: date) -> dict[str, ByState]:
    """The open orders in scope by state."""
    rows = Order.objects.for_actor(actor).filter(state__in=OPEN).order_by()
    found: dict[str, ByState] = {}
    late = dict(
        rows.filter(requested_on__lt=today, state__in=OPEN[:5]).values_list("state").annotate(count=Count("pk"))
    )
    for state, currency, count, total in rows.values_list("state", "currency").annotate(
        count=Count("pk"), total=Sum("total_minor")
    ):
        old = found.get(state, ByState(state, 0, {}, late.get(state, 0)))
        found[state] = ByState(state, old.count + count, old.sums | {currency: total or 0}, old.late)
    return found


def rules_for(party_id: int, on: date) -> OrderRules:
    """The rules of orders that hold for a distributor on a day."""
    rows = policies.held("orders.rules", on, KEY)
    if any(row.scope_kind != "network" for row in rows):
        rows = policies.candidates("orders.rules", KEY, on, party_id)[:1]
    return _parsed(rows[-1].document) if rows else said(None)


@lru_cache(maxsize=64)
def _parsed(document: str) -> OrderRules:
    return OrderRules.model_validate_json(document)


def back_orders(actor: Actor) -> list[int]:
    """Accepted orders in scope that lack something, the oldest first."""
    rows = Order.objects.for_actor(actor).filter(state="approved").order_by("placed_on", "id")
    return list(rows.values_list("pk", flat=True))


def bills(actor: Actor, order: Order) -> tuple[dict[str, int | None], set[str]]:
    """The invoices of an order (number: id), and the numbers of those that are paid. One over nothing (free goods) is: nobody pays it."""
    rows = OrderEvent.objects.for_actor(actor).filter(order=order, kind__in=("invoiced", "paid"))
    held = list(rows.values_list("kind", "ref", "ref_id", "data"))
    billed = {ref: pk for kind, ref, pk, _data in held if kind == "invoiced"}
    return billed, {
        ref for kind, ref, _pk, data in held if kind == "paid" or not json.loads(data).get("total_minor", 1)
    }


def last_delivery(actor: Actor, order: Order) -> str:
    """The number of the newest delivery of an order, "" before the first."""
    rows = OrderEvent.objects.for_actor(actor).filter(order=order, ref_kind="delivery").order_by("-id")
    return rows.values_list("ref", flat=True).first() or ""


def drafts(actor: Actor) -> QuerySet[Order]:
    """One's own drafts, newest first."""
    rows: QuerySet[Order] = Order.objects.for_actor(actor)
    if not _DRAFTED(by=actor.name):  # cheap, and nearly always the end of it
        return rows.none()
    return rows.filter(state="draft", created_by=actor.name).select_related("party").order_by("-id")


_DRAFTED = Asked(
    lambda: (
        Order.objects.unscoped("whether there are drafts at all")
        .filter(state="draft", created_by=Given("by"))
        .values_list("pk")[:1]
    )
)


def named(actor: Actor, text: str) -> QuerySet[Order]:
    """Orders whose number or reference begins with, or holds, a text, newest first."""
    rows: QuerySet[Order] = Order.objects.for_actor(actor).exclude(state="draft")
    return rows.filter(Q(number__icontains=text) | Q(reference__icontains=text)).order_by("-id")


def state_word(state: str) -> Any:
    """A state in the reader's language."""
    return _(SHOWN.get(state, state))
