"""Goods that come back: ask, decide, send, inspect, and note the credit that answers it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.places import post as sites
from gongying.books.places import read as places
from gongying.books.stock import post as stock
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.files import shelf
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Missing, Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Return, ReturnFile, ReturnLine, ShipmentLine
from ..rules import MOST_LINES, RETURN_REASONS, returnable_until
from .shipping import SOURCE

ASKERS = ("admin", "director", "regional", "planner", "owner", "clerk")
LONGEST, FURTHEST, MOST_FILES = 1000, 400, 10


@dataclass(frozen=True)
class ReturnLineIn:
    """Base units to send back, and why; `shipped_line_id` is the line of a delivery they came with, where it is known."""

    product_id: int
    quantity: int
    reason: str
    lot: str = ""
    shipped_line_id: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Finding:
    """What the inspection of a returned line found, in base units: good, damaged (credited, but not sold again), rejected (not
    credited; it stays the distributor's)."""

    line_id: int
    good: int
    damaged: int = 0
    rejected: int = 0
    note: str = ""


@dataclass(frozen=True)
class InspectedLine:
    """A returned line as it was found. `shipped_line_id` is the line of the delivery it came with, None where nobody knows."""

    line_id: int
    order_line: str
    shipped_line_id: int | None
    product_id: int
    lot: str
    reason: str
    good: int
    damaged: int
    rejected: int

    @property
    def credited(self) -> int:
        """Base units that are credited."""
        return self.good + self.damaged


@dataclass(frozen=True)
class Inspected:
    """A return after its inspection, for whoever credits it."""

    id: int
    number: str
    party_id: int
    order: str
    lines: list[InspectedLine]


@action(needs="supply.ask_return", roles=ASKERS)
def request_return(
    actor: Actor,
    *,
    party_id: int,
    lines: list[ReturnLineIn],
    note: str = "",
    file_ids: list[int] | None = None,
    on: date | None = None,
) -> int:
    """Ask to send goods back. Goods of a delivery can be asked for once, and within the days that the terms allow.

    Returns the number of the return in the database; head office answers by the day the terms set.
    """
    parties.party(actor, party_id)
    day = on or timezone.localdate()
    terms = queries.terms(party_id, day)
    _check_lines(lines)
    shipped = _shipped(actor, party_id, lines)
    for line in lines:
        if line.shipped_line_id is not None:
            _check_shipped(shipped[line.shipped_line_id], line, day, terms.return_days)
    of = {row.shipment.delivery for row in shipped.values()}
    made = Return.objects.create(
        number=next_number("TH", on=day), party_id=party_id, note=note.strip()[:LONGEST], asked_by=actor.name,
        asked_on=day, due_on=day + timedelta(days=terms.answer_days), delivery=of.pop() if len(of) == 1 else None,
        order=_single({row.shipment.order for row in shipped.values()}),
    )  # fmt: skip
    ReturnLine.objects.bulk_create(
        ReturnLine(
            of=made, product_id=x.product_id, lot=x.lot.strip(), shipped_id=x.shipped_line_id, reason=x.reason,
            order_line=shipped[x.shipped_line_id].order_line if x.shipped_line_id else "",
            asked=x.quantity, note=x.note.strip()[:FURTHEST],
        )
        for x in lines
    )  # fmt: skip
    _keep(actor, made, file_ids or [])
    units = sum(line.quantity for line in lines)
    told = (made.pk, made.number, party_id, made.order, units, made.due_on.isoformat())
    book.record(actor, facts.ReturnRequested(*told))
    return int(made.pk)


def _single(names: set[str]) -> str:
    return names.pop() if len(names) == 1 else ""


def _check_lines(lines: list[ReturnLineIn]) -> None:
    if not lines or len(lines) > MOST_LINES:
        raise Refused(_("A return has between 1 and %(most)s lines.") % {"most": MOST_LINES}, field="lines")
    if any(line.quantity < 1 for line in lines):
        raise Refused(_("Every line returns at least one unit."), field="quantity")
    if {line.reason for line in lines} - RETURN_REASONS.keys():
        raise Refused(_("There is no such reason."), code="reason", field="reason")
    wanted = {line.product_id for line in lines}
    if goods.products().filter(pk__in=wanted).count() < len(wanted):
        raise Refused(_("There is no such product."), code="product", field="product_id")
    known = [line.shipped_line_id for line in lines if line.shipped_line_id is not None]
    if len(set(known)) < len(known):
        raise Refused(_("A line of a delivery is named twice."), code="twice", field="lines")


def _shipped(actor: Actor, party_id: int, lines: list[ReturnLineIn]) -> dict[int, ShipmentLine]:
    """The delivered lines that are meant, locked: two returns cannot ask for one piece."""
    ids = {line.shipped_line_id for line in lines} - {None}
    rows = ShipmentLine.objects.for_actor(actor).filter(shipment__party_id=party_id, pk__in=ids, received__gt=0)
    locked = rows.select_for_update(of=("self",)).select_related("shipment__delivery").order_by("pk")
    found = {row.pk: row for row in locked}
    for wanted in ids:
        if wanted not in found:
            raise Missing("no such line of a delivery")
    return found


def _check_shipped(row: ShipmentLine, line: ReturnLineIn, day: date, days: int) -> None:
    if row.product_id != line.product_id:
        raise Refused(_("That line of the delivery is another product."), code="product", field="product_id")
    last = returnable_until(row.shipment.delivery.delivered_on, days)
    if day > last:
        raise Refused(
            _("These goods could be returned until %(day)s.") % {"day": last},
            code="late",
            field="shipped_line_id",
            remedy=_("Ask without naming the delivery, and say why: head office decides."),
        )
    left = (row.received or 0) - already(row)
    if line.quantity > left:
        raise Refused(
            _("Of this line %(left)s units are left to be returned.") % {"left": left},
            code="returned",
            field="quantity",
        )


def already(row: ShipmentLine) -> int:
    """Base units of a delivered line that returns have taken or still may take."""
    rows = ReturnLine.objects.unscoped("of one delivered line").filter(shipped=row)
    rows = rows.exclude(of__state__in=("refused", "cancelled"))
    done = rows.filter(of__state__in=("inspected", "credited")).aggregate(n=Sum("good") + Sum("damaged"))["n"] or 0
    allowed = rows.filter(of__state__in=("approved", "sent back")).aggregate(n=Sum("approved"))["n"] or 0
    return done + allowed + (rows.filter(of__state="requested").aggregate(n=Sum("asked"))["n"] or 0)


def _keep(actor: Actor, made: Return, file_ids: list[int]) -> None:
    if len(file_ids) > MOST_FILES:
        raise Refused(_("At most %(most)s photographs.") % {"most": MOST_FILES}, field="file_ids")
    ReturnFile.objects.bulk_create(ReturnFile(of=made, file=shelf.find(actor, each)) for each in file_ids)


def _held(actor: Actor, return_id: int, *states: str) -> Return:
    row: Return = one(Return.objects.for_actor(actor).select_for_update(), pk=return_id)
    if row.state not in states:
        raise Refused(_("This step is over or not yet due for this return."), code="state")
    return row


def _lines(actor: Actor, row: Return) -> list[ReturnLine]:
    return list(ReturnLine.objects.for_actor(actor).filter(of=row).order_by("id"))


@action(needs="supply.decide_return", roles=("admin", "director", "planner"))
def decide_return(
    actor: Actor,
    *,
    return_id: int,
    approved: dict[str, int] | None = None,
    answer: str = "",
    on: date | None = None,
) -> str:
    """Allow a return: all of it (`approved` None) or so many base units by line number; lines left out get none.

    Nothing at all turns it down, which like allowing a part of it wants an answer. Whoever asked does not decide. Returns the state.
    """
    row = _held(actor, return_id, "requested")
    if same(actor, row.asked_by):
        raise Refused(_("Somebody else must decide what you asked for."), code="four_eyes")
    lines = _lines(actor, row)
    if approved is not None and approved.keys() - {str(line.pk) for line in lines}:
        raise Refused(_("A line is not of this return."), code="line", field="approved")
    for line in lines:
        line.approved = line.asked if approved is None else approved.get(str(line.pk), 0)
        if not 0 <= line.approved <= line.asked:
            raise Refused(
                _("Between 0 and %(asked)s can be allowed of what was asked.") % {"asked": line.asked},
                code="approved",
                field=f"approved.{line.pk}",
            )
    asked, allowed = sum(line.asked for line in lines), sum(line.approved or 0 for line in lines)
    if allowed < asked and not answer.strip():
        raise Refused(_("Write an answer: the distributor reads it."), code="answer", field="answer")
    day = on or timezone.localdate()
    ReturnLine.objects.for_actor(actor).bulk_update(lines, ["approved"])
    row.state = "approved" if allowed else "refused"
    row.answer, row.decided_by, row.decided_at = answer.strip()[:LONGEST], actor.name, timezone.now()
    row.send_by = day + timedelta(days=queries.terms(row.party_id, day).send_days) if allowed else None
    row.save(update_fields=["state", "answer", "decided_by", "decided_at", "send_by"])
    book.record(actor, facts.ReturnDecided(row.pk, row.number, row.party_id, asked, allowed))
    return row.state


@action(needs="supply.ask_return", roles=ASKERS)
def send_return(
    actor: Actor, *, return_id: int, carrier: str = "", tracking: str = "", on: date | None = None
) -> None:
    """The goods of an approved return are on their way back. They stay the distributor's until they are inspected."""
    row = _held(actor, return_id, "approved")
    day = on or timezone.localdate()
    if row.send_by is not None and day > row.send_by:
        raise Refused(
            _("This return could be sent until %(day)s.") % {"day": row.send_by},
            code="late",
            remedy=_("Ask for it anew."),
        )
    row.state, row.sent_on, row.sent_by, row.sent_at = "sent back", day, actor.name, timezone.now()
    row.carrier, row.tracking = carrier.strip()[:60], tracking.strip()[:60]
    row.save(update_fields=["state", "sent_on", "sent_by", "sent_at", "carrier", "tracking"])
    book.record(actor, facts.ReturnSent(row.pk, row.number, row.party_id))


@action(needs="supply.ask_return", roles=ASKERS)
def cancel_return(actor: Actor, *, return_id: int) -> None:
    """Take a return back that is not on its way."""
    row = _held(actor, return_id, "requested", "approved")
    row.state, row.closed_by, row.closed_at = "cancelled", actor.name, timezone.now()
    row.save(update_fields=["state", "closed_by", "closed_at"])


@action(needs="supply.inspect", roles=("admin", "director", "planner"), exposed=False)
def inspect(
    actor: Actor,
    *,
    return_id: int,
    findings: list[Finding],
    site_id: int,
    on: date,
    quarantine_id: int | None = None,
) -> Inspected:
    """Goods came back and were looked at, line by line. What is good goes to a site of the house, what is damaged to its
    quarantine, what is rejected stays the distributor's. Good and damaged together are at most what was approved.
    """
    row = _held(actor, return_id, "approved", "sent back")
    lines = {line.pk: line for line in _lines(actor, row)}
    site = one(places.house_sites("warehouse"), pk=site_id)
    found = {finding.line_id: finding for finding in findings}
    if found.keys() != lines.keys() or len(found) < len(findings):
        raise Refused(_("Every line of the return is inspected once."), code="line", field="findings")
    for pk, line in lines.items():
        _lay(line, found[pk])
    apart = None
    if any(line.damaged for line in lines.values()):
        apart = _quarantine(actor, quarantine_id)
    ReturnLine.objects.for_actor(actor).bulk_update(lines.values(), ["good", "damaged", "rejected", "finding"])
    _move(actor, row, list(lines.values()), site.pk, apart, on)
    row.state, row.site, row.quarantine_id = "inspected", site, apart
    row.inspected_on, row.inspected_by, row.inspected_at = on, actor.name, timezone.now()
    row.save(update_fields=["state", "site", "quarantine", "inspected_on", "inspected_by", "inspected_at"])
    sums = [sum(getattr(line, name) for line in lines.values()) for name in ("good", "damaged", "rejected")]
    book.record(actor, facts.ReturnInspected(row.pk, row.number, row.party_id, row.order, on.isoformat(), *sums))
    done = [
        InspectedLine(
            x.pk, x.order_line, x.shipped_id, x.product_id, x.lot, x.reason, x.good, x.damaged, x.rejected
        )
        for x in lines.values()
    ]
    return Inspected(row.pk, row.number, row.party_id, row.order, done)


def _lay(line: ReturnLine, found: Finding) -> None:
    if min(found.good, found.damaged, found.rejected) < 0:
        raise Refused(_("A count is not below zero."), field=f"findings.{line.pk}")
    if found.good + found.damaged > (line.approved or 0):
        raise Refused(
            _("At most the %(approved)s approved units can be taken back.") % {"approved": line.approved or 0},
            code="approved",
            field=f"findings.{line.pk}",
            remedy=_("Count what is more as rejected."),
        )
    line.good, line.damaged, line.rejected = found.good, found.damaged, found.rejected
    line.finding = found.note.strip()[:FURTHEST]


def _quarantine(actor: Actor, site_id: int | None) -> int:
    """The quarantine that is named, else the first one; it is opened the first time something comes back damaged."""
    apart = places.house_sites("quarantine")
    if site_id is not None:
        return int(one(apart, pk=site_id).pk)
    first = apart.first()
    if first is not None:
        return int(first.pk)
    row = sites.SiteIn("QUARANTINE", "待处理区", "Quarantine", kind="quarantine")
    return sites.sites(actor, [row])["QUARANTINE"]


def _move(actor: Actor, row: Return, lines: list[ReturnLine], site: int, apart: int | None, on: date) -> None:
    legs = [
        stock.Leg(f"{row.number}/{x.pk}/{name}", x.product_id, x.lot, count, row.party_id, None, None, to, x.reason)
        for x in lines
        for name, count, to in (("good", x.good, site), ("damaged", x.damaged, apart))
        if count
    ]
    if legs:
        stock.transfer(actor, legs=legs, source=SOURCE, document=row.number, on=on)


@action(needs="supply.credit", roles=("admin", "director", "finance", "planner"), exposed=False)
def credited(actor: Actor, *, return_id: int, document: str) -> None:
    """Note the credit note that answers an inspected return: it is closed."""
    row = _held(actor, return_id, "inspected")
    row.state, row.credit, row.closed_by, row.closed_at = "credited", document[:40], actor.name, timezone.now()
    row.save(update_fields=["state", "credit", "closed_by", "closed_at"])
