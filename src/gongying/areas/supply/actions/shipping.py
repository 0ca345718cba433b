"""Ship, follow, deliver: the way of the goods to the distributor."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.books.places import post as sites
from gongying.books.places import read as places
from gongying.books.stock import post as stock
from gongying.core import posting
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.files import shelf
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts
from ..models import CarrierEvent, Claim, Delivery, Shipment, ShipmentLine
from ..rules import EVENTS, FAULTS, LACKS, MOST_LINES, on_time, state_after

SOURCE = "supply"
SHIPPERS = ("admin", "director", "planner")
FOLLOWERS = ("admin", "director", "regional", "planner")
RECEIVERS = ("admin", "director", "regional", "planner", "owner", "clerk")
FURTHEST = 400  # letters of a note


@dataclass(frozen=True)
class ShipLineIn:
    """Base units of an order line to ship from its reservation; `lots` (lot, quantity) names them, none is first expired first out."""

    order_line: str
    reservation: str
    product_id: int
    quantity: int
    lots: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Pick:
    """Base units of a lot that were picked for an order line."""

    order_line: str
    lot: str
    quantity: int


@dataclass(frozen=True)
class ShipmentMade:
    """A shipment that has left, and what was picked for it."""

    id: int
    number: str
    picked: list[Pick]


@action(needs="supply.ship", roles=SHIPPERS, exposed=False)
def ship(
    actor: Actor,
    *,
    site_id: int,
    party_id: int,
    ship_to_id: int | None,
    order: str,
    lines: list[ShipLineIn],
    carrier: str,
    tracking: str,
    eta: date | None,
    on: date,
    wanted_on: date | None = None,
    ordered: int = 0,
    min_life_days: int = 0,
) -> ShipmentMade:
    """Take reserved goods from a site of the house and put them on their way to a distributor, in one call for all lines.

    `wanted_on` is the day the distributor asked for and `ordered` the base units he asked of this delivery: they decide later
    whether it came on time and in full. Refuses when there is less than reserved, when a lot is not there or too old.
    """
    _check_lines(lines)
    parties.party(actor, party_id)
    site = one(places.house_sites(), pk=site_id)
    if ship_to_id is not None:
        one(places.addresses(party_id, on, active=False), pk=ship_to_id)
    number = next_number("FH", on=on)
    takes = [stock.Take(line.reservation, line.quantity, tuple(line.lots)) for line in lines]
    taken = stock.take(
        actor,
        site_id=site.pk,
        takes=takes,
        document=number,
        on=on,
        to_site_id=in_transit(actor),
        min_life_days=min_life_days,
    )
    made = Shipment.objects.create(
        number=number, party_id=party_id, site=site, ship_to_id=ship_to_id, order=order, carrier=carrier.strip()[:60],
        tracking=tracking.strip()[:60], shipped_on=on, eta=eta, wanted_on=wanted_on, ordered=ordered, created_by=actor.name,
    )  # fmt: skip
    of = {line.reservation: line for line in lines}
    sums: dict[tuple[str, str], int] = {}
    for each in taken:
        spot = (of[each.key].order_line, each.lot)
        sums[spot] = sums.get(spot, 0) + each.quantity
    products = {line.order_line: line.product_id for line in lines}
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=made, order_line=line, product_id=products[line], lot=lot, quantity=quantity)
        for (line, lot), quantity in sums.items()
    )
    picked = [Pick(line, lot, quantity) for (line, lot), quantity in sums.items()]
    digest = posting.digest_of(f"{p.order_line}/{p.lot}/{p.quantity}" for p in picked)
    units = sum(p.quantity for p in picked)
    book.record(actor, facts.ShipmentSent(made.pk, number, order, party_id, on.isoformat(), units, digest))
    return ShipmentMade(made.pk, number, picked)


def _check_lines(lines: list[ShipLineIn]) -> None:
    if not lines or len(lines) > MOST_LINES:
        raise Refused(_("A shipment has between 1 and %(most)s lines.") % {"most": MOST_LINES}, field="lines")
    if any(line.quantity < 1 for line in lines):
        raise Refused(_("Every line ships at least one unit."), field="lines")
    if len({line.reservation for line in lines}) < len(lines) or len({line.order_line for line in lines}) < len(
        lines
    ):
        raise Refused(_("An order line is named twice."), code="twice", field="lines")


def in_transit(actor: Actor) -> int:
    """The site of goods on their way; it is opened the first time something is shipped."""
    found = places.house_sites("transit").first()
    return int((found or sites.house(actor)[1]).pk)


@action(needs="supply.track", roles=FOLLOWERS)
def carrier_event(
    actor: Actor,
    *,
    shipment_id: int,
    event_id: str,
    kind: str,
    at: datetime,
    place: str = "",
    note: str = "",
) -> str:
    """Note what a carrier tells of a shipment; the same event number again changes nothing. Events may come in any order: the
    newest by its own time decides. Returns where the shipment stands.
    """
    row: Shipment = one(Shipment.objects.for_actor(actor).select_for_update(), pk=shipment_id)
    if kind not in EVENTS and kind != "note":
        raise Refused(_("There is no event “%(kind)s” of a carrier.") % {"kind": kind}, code="kind", field="kind")
    if not event_id.strip() or len(event_id.strip()) > 64:
        raise Refused(
            _("An event has a number of its carrier, up to 64 letters."), code="event_id", field="event_id"
        )
    known = CarrierEvent.objects.for_actor(actor).filter(shipment=row)
    if known.filter(event_id=event_id.strip()).exists():
        return row.state
    if timezone.is_naive(at):
        at = timezone.make_aware(at)
    CarrierEvent.objects.create(
        shipment=row, event_id=event_id.strip(), kind=kind, at=at, place=place.strip()[:80], note=note.strip()[:300],
        recorded_by=actor.name,
    )  # fmt: skip
    if row.state != "delivered":
        row.state = state_after(known.values_list("at", "kind"))
        row.save(update_fields=["state"])
    told = (row.pk, row.number, row.order, row.party_id, kind, at.isoformat(), row.state)
    book.record(actor, facts.CarrierEventTold(*told))
    return row.state


@dataclass(frozen=True)
class CarrierEventIn:
    """What a carrier tells of a shipment, which it knows by its tracking number (or by the number of the shipment)."""

    shipment: str
    event_id: str
    kind: str
    at: datetime
    place: str = ""
    note: str = ""


@action(needs="supply.track", roles=FOLLOWERS)
def carrier_events(actor: Actor, *, events: list[CarrierEventIn]) -> list[str]:
    """Note what a carrier tells of many shipments, at most 500 events. Returns for each where its shipment stands since, or why it
    was not taken: unknown (no such shipment in scope) or the code of the refusal; the others are taken all the same.
    """
    if len(events) > MOST_LINES:
        raise Refused(_("At most %(most)s events at once.") % {"most": MOST_LINES}, code="many", field="events")
    names = {event.shipment.strip() for event in events} - {""}
    rows = Shipment.objects.for_actor(actor).filter(Q(number__in=names) | Q(tracking__in=names)).order_by("id")
    known: dict[str, int] = {}
    for pk, number, tracking in rows.values_list("pk", "number", "tracking"):
        known |= {number: pk, tracking: pk}  # of a tracking number that was used again the newest shipment
    return [_told(actor, known.get(event.shipment.strip()), event) for event in events]


def _told(actor: Actor, shipment_id: int | None, event: CarrierEventIn) -> str:
    if shipment_id is None:
        return "unknown"
    said = {"event_id": event.event_id, "kind": event.kind, "place": event.place, "note": event.note}
    try:
        return carrier_event(actor, shipment_id=shipment_id, at=event.at, **said)
    except Refused as no:  # it wrote nothing: what it refuses, it refuses before it writes
        return no.code


@dataclass(frozen=True)
class DeliveredLine:
    """Base units of an order line and lot: shipped, and received in good order."""

    order_line: str
    product_id: int
    lot: str
    shipped: int
    received: int
    line_id: int = 0


@dataclass(frozen=True)
class Delivered:
    """The delivery of a shipment, line by line; `claims` is how many lines lack something."""

    number: str
    lines: list[DeliveredLine]
    id: int = 0
    on_time: bool | None = None
    in_full: bool = True
    claims: int = 0


@action(needs="supply.deliver", roles=RECEIVERS, exposed=False)
def deliver(
    actor: Actor,
    *,
    shipment_id: int,
    received: dict[str, int] | None,
    signed_by: str,
    file_id: int | None,
    on: date,
    reasons: dict[str, str] | None = None,
    note: str = "",
) -> Delivered:
    """A distributor has his goods: `received` is base units in good order by line number (None, and lines left out: all of it).

    What is received becomes the distributor's stock. What is not is written off on the way, and a claim is opened with its reason
    (`reasons` by line number: short where none is given). Confirmed once; the paper is `file_id`.
    """
    row: Shipment = one(Shipment.objects.for_actor(actor).select_for_update(), pk=shipment_id)
    if row.state == "delivered":
        raise Refused(_("This delivery is confirmed already."), code="delivered")
    if not signed_by.strip():
        raise Refused(_("Say who received the goods."), field="signed_by")
    if on < row.shipped_on:
        raise Refused(_("It cannot arrive before it was shipped."), field="on")
    file = shelf.find(actor, file_id) if file_id is not None else None
    lines = list(ShipmentLine.objects.for_actor(actor).filter(shipment=row).order_by("id"))
    given = _given(lines, received, reasons)
    shipped, got = sum(line.quantity for line in lines), sum(line.received or 0 for line in lines)
    made = Delivery.objects.create(
        number=next_number("QS", on=on), party_id=row.party_id, shipment=row, delivered_on=on, delivered_at=timezone.now(),
        signed_by=signed_by.strip()[:80], proof=file, note=note.strip()[:FURTHEST], shipped=shipped, received=got,
        on_time=on_time(on, row.wanted_on, row.eta), in_full=got >= max(row.ordered, shipped), confirmed_by=actor.name,
    )  # fmt: skip
    ShipmentLine.objects.for_actor(actor).bulk_update(lines, ["received"])
    lacking = [line for line in lines if (line.received or 0) < line.quantity]
    Claim.objects.bulk_create(
        Claim(delivery=made, line=line, reason=given[line.pk], quantity=line.quantity - (line.received or 0))
        for line in lacking
    )
    _move(actor, row, made, lines, given)
    row.state = "delivered"
    row.save(update_fields=["state"])
    told = (made.pk, made.number, row.number, row.order, row.party_id, on.isoformat(), shipped, got)
    book.record(actor, facts.ShipmentDelivered(*told, made.on_time, made.in_full, len(lacking)))
    done = [DeliveredLine(x.order_line, x.product_id, x.lot, x.quantity, x.received or 0, x.pk) for x in lines]
    return Delivered(made.number, done, made.pk, made.on_time, made.in_full, len(lacking))


def _given(
    lines: list[ShipmentLine], received: dict[str, int] | None, reasons: dict[str, str] | None
) -> dict[int, str]:
    """Lay what was received onto the lines; returns the reason of each line for what it may lack."""
    counts, why = received or {}, reasons or {}
    strangers = (counts.keys() | why.keys()) - {str(line.pk) for line in lines}
    if strangers:
        raise Refused(_("A line is not of this shipment."), code="line", field="received")
    for line in lines:
        line.received = counts.get(str(line.pk), line.quantity)
        if not 0 <= line.received <= line.quantity:
            raise Refused(
                _("Between 0 and %(shipped)s can be received of what was shipped.") % {"shipped": line.quantity},
                code="received",
                field=f"received.{line.pk}",
                remedy=_("More than was shipped is a shipment of its own: tell head office."),
            )
    found = {line.pk: why.get(str(line.pk)) or "short" for line in lines}
    if set(found.values()) - LACKS.keys():
        raise Refused(_("There is no such reason."), code="reason", field="reasons")
    return found


def _move(actor: Actor, row: Shipment, made: Delivery, lines: list[ShipmentLine], given: dict[int, str]) -> None:
    """From the way to the distributor what was received; what was not leaves the books with its reason."""
    here = in_transit(actor)
    legs = [
        stock.Leg(f"{made.number}/{x.pk}", x.product_id, x.lot, x.received or 0, None, here, row.party_id, None)
        for x in lines
        if x.received
    ]
    if legs:
        stock.transfer(actor, legs=legs, source=SOURCE, document=made.number, on=made.delivered_on)
    lost = [
        stock.MoveIn(
            f"{made.number}/{x.pk}/lack",
            None,
            x.product_id,
            made.delivered_on,
            (x.received or 0) - x.quantity,
            kind="adjust",
            lot=x.lot,
            site_id=here,
            reason=given[x.pk],
            document=made.number,
        )
        for x in lines
        if (x.received or 0) < x.quantity
    ]
    if lost:
        stock.moves(actor, lost, source=SOURCE)


@action(needs="supply.deliver", roles=RECEIVERS)
def explain_claim(actor: Actor, *, claim_id: int, note: str, file_id: int | None = None) -> None:
    """Say more of what is missing or spoilt, with a photograph, until it is settled."""
    row = one(Claim.objects.for_actor(actor).select_for_update(), pk=claim_id)
    if row.state != "open":
        raise Refused(_("This claim is settled."), code="settled")
    if not note.strip() and file_id is None:
        raise Refused(_("Say what is wrong."), field="note")
    row.note = note.strip()[:FURTHEST] or row.note
    row.file = shelf.find(actor, file_id) if file_id is not None else row.file
    row.save(update_fields=["note", "file"])


@action(needs="supply.settle_claim", roles=("admin", "director", "planner"))
def settle_claim(actor: Actor, *, claim_id: int, fault: str, answer: str) -> None:
    """Head office says whose fault it is that something is missing or spoilt (carrier | warehouse | distributor | nobody). The
    distributor is invoiced for what he received, whatever the answer is."""
    row = one(Claim.objects.for_actor(actor).select_for_update().select_related("delivery"), pk=claim_id)
    if row.state != "open":
        raise Refused(_("This claim is settled."), code="settled")
    if fault not in FAULTS:
        raise Refused(_("Say whose fault it is."), code="fault", field="fault")
    if not answer.strip():
        raise Refused(_("Write an answer: the distributor reads it."), code="answer", field="answer")
    row.state, row.fault, row.answer = "closed", fault, answer.strip()[:FURTHEST]
    row.answered_by, row.answered_at = actor.name, timezone.now()
    row.save(update_fields=["state", "fault", "answer", "answered_by", "answered_at"])
    book.record(actor, facts.ClaimSettled(row.pk, row.delivery.number, row.delivery.party_id, fault))
