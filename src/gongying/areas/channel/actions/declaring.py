"""Declarations of stock: opened with what the books say, counted by the distributor, posted, accepted or handed back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core import turns
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Missing, Refused
from gongying.core.scope import one

from .. import facts, queries, rules
from ..models import Adjustment, Declaration, DeclarationLine
from . import handing_in

DECLARERS = ("admin", "planner", "owner", "clerk")
JUDGES = ("admin", "planner", "regional")
LARGEST = 10**9
MOST_LINES = 2000


@dataclass(frozen=True)
class AdjustmentIn:
    """A change that is no purchase and no sale: the code of its reason, base units with their sign, and a word."""

    reason: str
    quantity: int
    text: str = ""


@dataclass(frozen=True)
class CountedIn:
    """What was counted of a product (its code) and lot, in base units; None takes a count back. The adjustments given
    replace those there were; None leaves them."""

    product: str
    counted: int | None = None
    lot: str = ""
    adjustments: list[AdjustmentIn] | None = None


@dataclass(frozen=True)
class Handed:
    """What handing in a declaration came to: lines posted, units that differ, how many differences want a word."""

    declaration_id: int
    number: str
    lines: int
    difference: int
    differences: int
    late_days: int
    uncounted: int = field(default=0)


@action(needs="channel.declare", roles=DECLARERS)
def open_declaration(actor: Actor, *, party_id: int, period: str = "", counted_on: date | None = None) -> int:
    """Begin the declaration of a period ("": the newest that is over), filled with what the books say; the one that was
    begun is given again. `counted_on` is the evening of the count: the last day of the period unless it was another.

    Raises Refused for a period to come, for a day outside the period and its days of grace, and when a later period was
    handed in.
    """
    party, today = parties.party(actor, party_id), timezone.localdate()
    calendar = queries.calendar_of(party.pk, today)
    span = rules.span_named(period) if period else rules.newest_due(calendar.rhythm, today)
    if ("W" in span.code) != (calendar.rhythm == "week"):
        raise Refused(_("Stock is declared by another rhythm."), code="rhythm", field="period")
    due = queries.due_on(span, calendar)
    day = counted_on or min(span.last_day, today)
    if span.start > today or not span.start <= day <= min(due, today):
        raise Refused(
            _("The day of the count lies in the period or the days after it in which it is declared."),
            code="day",
            field="counted_on",
        )
    turns.take(f"channel.open_declaration/{party.pk}")  # of two at once the second gets what the first began
    held = Declaration.objects.for_actor(actor).filter(party=party)
    known = held.filter(period=span.code).first()
    if known is not None:
        return int(known.pk)
    if held.filter(start__gt=span.start, submitted_at__isnull=False).exists():
        raise Refused(_("A later period was declared already."), code="order", field="period")
    row = Declaration.objects.create(
        number=next_number("KD", on=today),
        party=party,
        period=span.code,
        start=span.start,
        end=span.end,
        counted_on=day,
        due_on=due,
        created_by=actor.name,
    )
    _refresh(row, party.currency)
    return int(row.pk)


@action(needs="channel.declare", roles=DECLARERS)
def recount(actor: Actor, *, declaration_id: int, counted_on: date | None = None) -> None:
    """Read the books again for a declaration that is not handed in, and change the day of the count; what was counted
    stays."""
    row = _editable(actor, declaration_id)
    day = counted_on or row.counted_on
    if not row.start <= day <= min(row.due_on, timezone.localdate()):
        raise Refused(
            _("The day of the count lies in the period or the days after it in which it is declared."),
            code="day",
            field="counted_on",
        )
    if day != row.counted_on and row.submitted_at is not None:
        raise Refused(_("The day of a count that was handed in stays."), code="day", field="counted_on")
    row.counted_on = day
    row.save(update_fields=["counted_on"])
    _refresh(row, row.party.currency)


@action(needs="channel.declare", roles=DECLARERS)
def fill(actor: Actor, *, declaration_id: int, counts: list[CountedIn], note: str | None = None) -> int:
    """Write down what was counted, with adjustments; products that are not on the list yet are added. Returns how many
    lines are counted now. Raises Refused naming the product at fault."""
    row = _editable(actor, declaration_id)
    calendar = queries.calendar_of(row.party_id, row.end)
    if len(counts) > MOST_LINES:
        raise Refused(_("A declaration has at most %(most)s lines.") % {"most": MOST_LINES}, field="counts")
    ids = goods.ids_by_code(each.product for each in counts)
    held = {(line.product_id, line.lot): line for line in queries.lines(actor, row)}
    changed = []
    for each in counts:
        product = ids.get(each.product)
        if product is None:
            raise Refused(_("There is no product %(code)s.") % {"code": each.product}, field="product")
        if each.counted is not None and not 0 <= each.counted <= LARGEST:
            raise Refused(_("%(code)s: a count is not below zero.") % {"code": each.product}, field="counted")
        line = held.get((product, each.lot.strip()))
        if line is None:
            line = _added(row, product, each.lot.strip(), each.product)
            held[product, line.lot] = line
        line.counted = each.counted
        if each.adjustments is not None:
            line.adjusted = _adjust(line, calendar, each.adjustments, each.product)
        changed.append(line)
    DeclarationLine.objects.unscoped("lines of a row in scope").bulk_update(changed, ["counted", "adjusted"])
    if note is not None:
        row.note = note.strip()[:400]
        row.save(update_fields=["note"])
    return sum(line.counted is not None for line in held.values())


def _added(row: Declaration, product: int, lot: str, code: str) -> DeclarationLine:
    """A product that the books did not expect. One that names lots wants its lot."""
    kind = goods.tracked([product]).get(product, "")
    if kind and not lot:
        raise Refused(
            _("%(code)s is counted by lot: name it.") % {"code": code},
            code="lot",
            field="lot",
        )
    if len(lot) > 40:
        raise Refused(_("A lot has at most 40 letters."), field="lot")
    made: DeclarationLine = DeclarationLine.objects.create(
        declaration=row, product_id=product, lot=lot, currency=row.party.currency
    )
    return made


def _adjust(line: DeclarationLine, calendar: rules.Calendar, given: Sequence[AdjustmentIn], code: str) -> int:
    """Replace the adjustments of a line. Returns their sum."""
    rows: dict[str, Adjustment] = {}
    for each in given:
        if not each.quantity:
            continue
        reason = calendar.reason(each.reason)
        if reason.sign and reason.sign * each.quantity < 0:
            said = {"code": code, "reason": each.reason}
            raise Refused(_("%(code)s: the sign does not fit the reason %(reason)s.") % said, field="quantity")
        if abs(each.quantity) > LARGEST:
            raise Refused(_("The quantity is too large."), field="quantity")
        if each.reason in rows:
            raise Refused(_("%(code)s: one reason is given twice.") % {"code": code}, field="reason")
        rows[each.reason] = Adjustment(
            line=line, reason=each.reason, quantity=each.quantity, text=each.text.strip()[:200]
        )
    Adjustment.objects.unscoped("adjustments of a line in scope").filter(line=line).delete()
    Adjustment.objects.bulk_create(rows.values())
    return sum(each.quantity for each in rows.values())


@action(needs="channel.declare", roles=DECLARERS)
def submit(actor: Actor, *, declaration_id: int) -> Handed:
    """Hand a declaration in: the books are read once more, sales and adjustments are posted as movements, the counts as
    counts, and what no reason explains becomes a difference with its age.

    Lines that were not counted are posted with what was sold and adjusted, and weigh on completeness. Raises Refused when
    nothing was counted.
    """
    row, today = _editable(actor, declaration_id), timezone.localdate()
    _refresh(row, row.party.currency)
    held = list(queries.lines(actor, row))
    if not any(line.counted is not None for line in held):
        raise Refused(
            _("Nothing was counted yet."), code="empty", field="counts", remedy=_("Write down what is there.")
        )
    again = row.submitted_at is not None
    handing_in.post(actor, row, held, again)
    apart = handing_in.compare(actor, row, held, today)
    row.state, row.submitted_by, row.submitted_at = "submitted", actor.name, timezone.now()
    row.submitted_on = row.submitted_on or today
    row.decided_by, row.decided_at, row.answer = "", None, ""
    row.save()
    late = max(0, (row.submitted_on - row.due_on).days)
    units = sum(abs(queries.figures(line).difference or 0) for line in held)
    book.record(
        actor,
        facts.DeclarationSubmitted(
            row.pk, row.number, row.party_id, row.period, len(held), units, late, handing_in.digest(held)
        ),
    )
    return Handed(row.pk, row.number, len(held), units, apart, late, sum(line.counted is None for line in held))


@action(needs="channel.accept", roles=JUDGES)
def accept(actor: Actor, *, declaration_id: int) -> None:
    """Take a declaration as it is; its open differences stay open."""
    row = _handed(actor, declaration_id)
    row.state, row.decided_by, row.decided_at = "accepted", actor.name, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    book.record(actor, facts.DeclarationAccepted(row.pk, row.number, row.party_id, row.period))


@action(needs="channel.accept", roles=JUDGES)
def hand_back(actor: Actor, *, declaration_id: int, reason: str) -> None:
    """Hand a declaration back to be corrected, with a word why. What was posted stands until it is handed in again."""
    if not reason.strip():
        raise Refused(_("Say what must be corrected."), field="reason")
    row = _handed(actor, declaration_id)
    row.state, row.decided_by, row.decided_at = "returned", actor.name, timezone.now()
    row.answer = reason.strip()[:400]
    row.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    book.record(actor, facts.DeclarationReturned(row.pk, row.number, row.party_id, row.period))
    bell.tell(
        party_id=row.party_id, level="warning", link=f"/channel/declarations/{row.pk}/", body=row.answer,
        title=f"{row.period} 库存申报已退回更正", title_en=f"The stock declaration of {row.period} was handed back",
    )  # fmt: skip


def _editable(actor: Actor, declaration_id: int) -> Declaration:
    """A declaration that is not handed in, locked."""
    row = _locked(actor, declaration_id)
    if row.state not in ("draft", "returned"):
        raise Refused(
            _("This declaration was handed in."), code="state", remedy=_("Ask head office to hand it back.")
        )
    return row


def _handed(actor: Actor, declaration_id: int) -> Declaration:
    row = _locked(actor, declaration_id)
    if row.state != "submitted":
        raise Refused(_("Only a declaration that was handed in can be decided."), code="state")
    return row


def _locked(actor: Actor, declaration_id: int) -> Declaration:
    row: Declaration = one(Declaration.objects.for_actor(actor).select_for_update(), pk=declaration_id)
    if not actor.sees(row.party_id):
        raise Missing("no such declaration")
    return row


def _refresh(row: Declaration, currency: str) -> None:
    """Bring the lines to what the books say on the day of the count; what was counted and adjusted stays."""
    found = queries.reckoned(row.party_id, row.counted_on, before=row.counted_on)
    worth = queries.worth(row.party_id, row.counted_on)
    held = {
        (line.product_id, line.lot): line
        for line in DeclarationLine.objects.unscoped("lines of a row in scope").filter(declaration=row)
    }
    fresh, changed, gone = list[DeclarationLine](), list[DeclarationLine](), list[DeclarationLine]()
    for spot, there in found.items():
        line = held.get(spot)
        if line is None and there.empty:
            continue
        if line is None:
            line = DeclarationLine(declaration=row, product_id=spot[0], lot=spot[1])
            fresh.append(line)
        else:
            changed.append(line)
        line.since, line.opening, line.received = there.since, there.opening, there.received
        line.moved, line.sold = there.moved, there.sold
        cost = worth.get(spot[0])
        line.unit_minor, line.currency = (cost.minor, cost.currency) if cost else (0, currency)
    for spot, line in held.items():
        if spot not in found:
            line.since, line.opening, line.received, line.moved, line.sold = None, 0, 0, 0, 0
            (changed if line.counted is not None or line.adjusted else gone).append(line)
    DeclarationLine.objects.bulk_create(fresh)
    rows = DeclarationLine.objects.unscoped("lines of a row in scope")
    rows.bulk_update(
        changed, ["since", "opening", "received", "moved", "sold", "unit_minor", "currency"], batch_size=200
    )
    rows.filter(pk__in=[line.pk for line in gone]).delete()
