"""Returns: what was asked, decided and found."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet, Sum

from gongying.core.actor import Actor
from gongying.core.doors import HQ, query
from gongying.core.scope import one

from ..models import Delivery, Return, ReturnFile, ReturnLine, ShipmentLine


def returns(actor: Actor) -> QuerySet[Return]:
    """Returns in scope, newest first, with the base units that were asked."""
    rows: QuerySet[Return] = Return.objects.for_actor(actor).select_related("party", "delivery")
    return rows.annotate(units=Sum("lines__asked")).order_by("-id")


def return_row(actor: Actor, return_id: int) -> Return:
    """One return in scope, or Missing."""
    rows = Return.objects.for_actor(actor).select_related("party", "delivery__shipment", "site", "quarantine")
    found: Return = one(rows, pk=return_id)
    return found


def return_lines(actor: Actor, row: Return) -> QuerySet[ReturnLine]:
    """The lines of a return in scope."""
    rows: QuerySet[ReturnLine] = ReturnLine.objects.for_actor(actor).filter(of=row)
    return rows.select_related("product", "shipped__shipment").order_by("id")


def return_files(actor: Actor, row: Return) -> QuerySet[ReturnFile]:
    """The photographs of a return in scope."""
    rows: QuerySet[ReturnFile] = ReturnFile.objects.for_actor(actor).filter(of=row)
    return rows.select_related("file").order_by("id")


def unanswered(actor: Actor) -> QuerySet[Return]:
    """Returns in scope that await a decision, the most pressing first."""
    rows: QuerySet[Return] = Return.objects.for_actor(actor).filter(state="requested")
    return rows.order_by("due_on", "id")


def returnable(actor: Actor, party_id: int, since: date) -> QuerySet[Delivery]:
    """Deliveries of a distributor in scope since a day, with the lines of which something was received, newest first."""
    got = ShipmentLine.objects.for_actor(actor).filter(received__gt=0).select_related("product").order_by("id")
    rows: QuerySet[Delivery] = Delivery.objects.for_actor(actor).filter(party_id=party_id, delivered_on__gte=since)
    prefetch = Prefetch("shipment__lines", queryset=got, to_attr="got")
    return rows.select_related("shipment").prefetch_related(prefetch).order_by("-delivered_on", "-id")


def delivered_lines(actor: Actor, party_id: int, ids: list[int]) -> QuerySet[ShipmentLine]:
    """Lines of deliveries of a distributor in scope, by their numbers; what is not his is left out."""
    rows: QuerySet[ShipmentLine] = ShipmentLine.objects.for_actor(actor).filter(shipment__party_id=party_id)
    return rows.filter(pk__in=ids, received__gt=0).order_by("id")


@dataclass(frozen=True)
class ReturnView:
    """A return for programs; base units."""

    id: int
    number: str
    party: str
    order: str
    state: str
    due_on: date
    answer: str
    credit: str
    lines: list[dict[str, str | int | None]]


@query(needs="supply.view", roles=(*HQ, "owner", "clerk"))
def return_view(actor: Actor, *, return_id: int) -> ReturnView:
    """A return in scope with its lines: asked, approved, and what the inspection found."""
    row = return_row(actor, return_id)
    told: list[dict[str, str | int | None]] = [
        {"id": x.pk, "product": x.product.code, "lot": x.lot, "order_line": x.order_line, "reason": x.reason, "asked": x.asked,
         "approved": x.approved, "good": x.good, "damaged": x.damaged, "rejected": x.rejected}
        for x in return_lines(actor, row)
    ]  # fmt: skip
    head = (row.pk, row.number, row.party.code, row.order, row.state, row.due_on, row.answer, row.credit)
    return ReturnView(*head, told)
