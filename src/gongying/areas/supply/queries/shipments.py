"""Shipments and deliveries: where they are, what came of them, how reliably they come."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Avg, Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models import FloatField as Float

from gongying.core.actor import Actor
from gongying.core.doors import HQ, query
from gongying.core.scope import one

from ..models import CarrierEvent, Claim, Delivery, Shipment, ShipmentLine
from ..rules import SHIPMENT_STATES

EVERYBODY = (*HQ, "owner", "clerk")


def shipments(actor: Actor) -> QuerySet[Shipment]:
    """Shipments in scope, newest first, with the base units they carry."""
    rows: QuerySet[Shipment] = Shipment.objects.for_actor(actor).select_related("party", "ship_to", "delivery")
    return rows.annotate(units=Sum("lines__quantity")).order_by("-id")


def shipment_row(actor: Actor, shipment_id: int) -> Shipment:
    """One shipment in scope, or Missing."""
    rows = Shipment.objects.for_actor(actor).select_related("party", "ship_to", "site", "delivery__proof")
    found: Shipment = one(rows, pk=shipment_id)
    return found


def lines(actor: Actor, row: Shipment) -> QuerySet[ShipmentLine]:
    """The lines of a shipment in scope."""
    rows: QuerySet[ShipmentLine] = ShipmentLine.objects.for_actor(actor).filter(shipment=row)
    return rows.select_related("product").order_by("order_line", "id")


def events(actor: Actor, row: Shipment) -> QuerySet[CarrierEvent]:
    """What the carrier told of a shipment in scope, in the order in which it happened."""
    rows: QuerySet[CarrierEvent] = CarrierEvent.objects.for_actor(actor).filter(shipment=row)
    return rows.order_by("at", "id")


def delivery_of(row: Shipment) -> Delivery | None:
    """The delivery of a shipment, None while it is on its way."""
    return getattr(row, "delivery", None)


def claims(actor: Actor) -> QuerySet[Claim]:
    """What was missing or spoilt in deliveries in scope, open ones first."""
    rows: QuerySet[Claim] = Claim.objects.for_actor(actor).select_related(
        "delivery__party", "delivery__shipment", "line__product", "file"
    )
    return rows.order_by(Case(When(state="open", then=Value(0)), default=Value(1)), "-id")


def by_state(actor: Actor) -> dict[str, int]:
    """How many shipments in scope stand where."""
    rows = Shipment.objects.for_actor(actor).values_list("state").annotate(n=Count("id"))
    found = dict(rows)
    return {state: found.get(state, 0) for state in SHIPMENT_STATES}


def late(actor: Actor, on: date) -> QuerySet[Shipment]:
    """Shipments in scope that should have arrived before a day and have not."""
    return shipments(actor).exclude(state="delivered").filter(Q(wanted_on__lt=on) | Q(wanted_on=None, eta__lt=on))


@dataclass(frozen=True)
class Reliability:
    """Deliveries [start, end): how many, and which share of them came on time, in full, and both (OTIF); None without any that
    had a day to come by."""

    deliveries: int
    dated: int
    on_time: float | None
    in_full: float | None
    otif: float | None


@query(needs="supply.view", roles=EVERYBODY)
def reliability(actor: Actor, *, start: date, end: date, party_id: int | None = None) -> Reliability:
    """How reliably deliveries in scope came between two days [start, end): on time, in full, both."""
    rows = Delivery.objects.for_actor(actor).filter(delivered_on__gte=start, delivered_on__lt=end)
    if party_id is not None:
        rows = rows.filter(party_id=party_id)

    def share(**what: object) -> Avg:
        return Avg(Case(When(**what, then=Value(1.0)), default=Value(0.0), output_field=Float()))

    dated = Q(on_time__isnull=False)
    found = rows.aggregate(
        n=Count("id"),
        dated=Count("id", filter=dated),
        full=share(in_full=True),
        time=Avg(Case(When(on_time=True, then=Value(1.0)), default=Value(0.0), output_field=Float()), filter=dated),
        both=Avg(
            Case(When(on_time=True, in_full=True, then=Value(1.0)), default=Value(0.0), output_field=Float()),
            filter=dated,
        ),
    )
    return Reliability(found["n"], found["dated"], found["time"], found["full"], found["both"])


@dataclass(frozen=True)
class ShipmentView:
    """A shipment for programs: the advance shipping notice, what the carrier told, and the delivery."""

    id: int
    number: str
    order: str
    party: str
    state: str
    carrier: str
    tracking: str
    shipped_on: date
    eta: date | None
    delivered_on: date | None
    delivery: str
    signed_by: str
    lines: list[dict[str, str | int | None]]
    events: list[dict[str, str | datetime]]


@query(needs="supply.view", roles=EVERYBODY)
def shipment(actor: Actor, *, shipment_id: int) -> ShipmentView:
    """A shipment in scope with its lines (base units), the carrier's events and its delivery."""
    row = shipment_row(actor, shipment_id)
    done = delivery_of(row)
    told: list[dict[str, str | int | None]] = [
        {
            "id": x.pk,
            "order_line": x.order_line,
            "product": x.product.code,
            "lot": x.lot,
            "quantity": x.quantity,
            "received": x.received,
        }
        for x in lines(actor, row)
    ]
    heard: list[dict[str, str | datetime]] = [
        {"event_id": e.event_id, "kind": e.kind, "at": e.at, "place": e.place, "note": e.note}
        for e in events(actor, row)
    ]
    return ShipmentView(
        row.pk, row.number, row.order, row.party.code, row.state, row.carrier, row.tracking, row.shipped_on, row.eta,
        done.delivered_on if done else None, done.number if done else "", done.signed_by if done else "", told, heard,
    )  # fmt: skip


@query(needs="supply.view", roles=EVERYBODY)
def open_shipments(actor: Actor, *, order: str = "", limit: int = 100) -> list[ShipmentView]:
    """What is on its way in scope, at most 200, the next to arrive first; of one order where it is named."""
    rows = Shipment.objects.for_actor(actor).exclude(state="delivered")
    rows = rows.filter(order=order) if order else rows
    ids = rows.order_by(F("eta").asc(nulls_last=True), "id").values_list("pk", flat=True)[: min(max(limit, 1), 200)]
    return [shipment(actor, shipment_id=pk) for pk in ids]
