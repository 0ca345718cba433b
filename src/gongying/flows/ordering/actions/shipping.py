"""Ship what is set aside, confirm what arrived, invoice it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.areas.billing import actions as billing
from gongying.areas.billing.actions import InvoiceLineIn
from gongying.areas.credit import queries as credit
from gongying.areas.orders import facts, queries
from gongying.areas.supply import actions as supply
from gongying.areas.supply import queries as supplied
from gongying.areas.supply.actions import Delivered, ShipLineIn
from gongying.books.places import read as places
from gongying.books.trade import post as trade
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.files import shelf
from gongying.core.refusal import Refused

from ..rules import Part, part, still_held
from .base import CLERKS, SOURCE, Outcome, begin, day_of, found, hold_again, house, promise, today, turn
from .stocking import line_at

RECEIVERS = ("admin", "director", "regional", "planner", "owner", "clerk")
BILLERS = ("admin", "director", "finance", "planner")
GOING = ("approved", "allocated", "shipped", "delivered", "invoiced", "paid")


@dataclass(frozen=True, slots=True)
class ShipIn:
    """Base units of a line (by its place) to ship; `lots` as (lot, base units) names them, none is first expired first out."""

    place: int
    quantity: int
    lots: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Shipped:
    """A shipment that has left: its id and number, how many base units, and where the order stands now."""

    id: int
    number: str
    units: int
    state: str


@action(needs="ordering.ship", roles=CLERKS)
def ship(
    actor: Actor,
    *,
    order_id: int,
    lines: list[ShipIn] | None = None,
    carrier: str = "",
    tracking: str = "",
    eta: date | None = None,
    on: date | None = None,
) -> Shipped:
    """Ship what is set aside for an order: all of it, or these base units by line. What is missing stays a back-order."""
    day = day_of(actor, on)
    order = found(actor, order_id, "approved", "allocated")
    outcome = begin(actor, order)
    wanted = _to_ship(outcome, lines)
    rules = queries.rules_for(order.party_id, day)
    given = [
        ShipLineIn(str(line.place), promise(order.number, line.place), line.product_id, n, lots)
        for line, n, lots in wanted
    ]
    made = supply.ship(
        house(actor),
        site_id=order.site_id,
        party_id=order.party_id,
        ship_to_id=order.ship_to_id or places.usual_address(order.party_id, day),
        order=order.number,
        lines=given,
        carrier=carrier,
        tracking=tracking,
        eta=eta,
        on=day,
        wanted_on=order.requested_on,
        ordered=sum(line.open for line in outcome.lines),
        min_life_days=rules.min_life_days,
    )
    for line, n, _lots in wanted:
        outcome.add(line, shipped=n, reserved=-n)
    units = sum(n for _line, n, _lots in wanted)
    outcome.mark("shipped", ("shipment", made.id, made.number), units=units, text=f"{carrier} {tracking}".strip())
    state = outcome.settle()
    outcome.told.append(facts.OrderShipped(order.pk, order.number, order.party_id, made.number, units))
    outcome.write()
    return Shipped(made.id, made.number, units, state)


def _to_ship(
    outcome: Outcome, lines: Sequence[ShipIn] | None
) -> list[tuple[Any, int, tuple[tuple[str, int], ...]]]:
    """Lines with how much of them goes; never more than is set aside."""
    if lines is None:
        every = [(line, line.reserved, ()) for line in outcome.lines if line.reserved > 0]
        if not every:
            raise Refused(
                _("Nothing is set aside for this order."), code="nothing", remedy=_("Set goods aside first.")
            )
        return every  # type: ignore[return-value]
    wanted = [(line_at(outcome, each.place), each.quantity, tuple(each.lots)) for each in lines]
    for line, n, _lots in wanted:
        if not 0 < n <= line.reserved:
            said = {"code": line.product.code, "reserved": line.reserved}
            raise Refused(
                _("Of %(code)s %(reserved)s units are set aside.") % said,
                code="reserved",
                field=f"lines.{line.place}",
            )
    return wanted


@action(needs="ordering.deliver", roles=RECEIVERS)
def deliver(
    actor: Actor,
    *,
    shipment_id: int,
    received: dict[str, int] | None = None,
    signed_by: str,
    file_id: int | None = None,
    on: date | None = None,
    reasons: dict[str, str] | None = None,
    note: str = "",
) -> Delivered:
    """Confirm that a shipment arrived: the distributor's stock grows, the sale is posted and, where the rules say so, invoiced, all
    at once. `received` is base units in good order by line of the shipment; what is left out arrived whole."""
    day = on or today()
    if day > today():
        raise Refused(_("The day of a step is today or one before."), code="day", field="on")
    if file_id is not None:
        shelf.find(actor, file_id)  # somebody else's paper proves nothing
    shipment = supplied.shipment_row(actor, shipment_id)
    order = queries.numbered(house(actor), shipment.order, locked=True) if shipment.order else None
    if order is not None:
        turn(order)
    done = supply.deliver(
        house(actor),
        shipment_id=shipment_id,
        received=received,
        signed_by=signed_by,
        file_id=file_id,
        on=day,
        reasons=reasons,
        note=note,
    )
    if order is not None:
        _arrived(actor, order, done, signed_by, day)
    return done


def _arrived(actor: Actor, order: Any, done: Delivered, signed_by: str, day: date) -> None:
    """What arrived on the lines of the order, in the book of trade, and on the invoice."""
    outcome, rules = begin(actor, order), queries.rules_for(order.party_id, day)
    got: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for each in done.lines:
        came, gone = got[int(each.order_line)]
        got[int(each.order_line)] = (came + each.received, gone + each.shipped - each.received)
    parts: list[tuple[Any, Part]] = []
    for place, (came, gone) in sorted(got.items()):
        line = line_at(outcome, place)
        parts.append((line, part(line, line.delivered, came)))
        outcome.add(line, delivered=came, short=gone)
        if gone and rules.short_goods == "cancelled":
            outcome.add(line, cancelled=gone)
    sell(actor, order, done.number, parts, day)
    came, gone = sum(n for n, _g in got.values()), sum(g for _n, g in got.values())
    outcome.mark(
        "short" if gone else "delivered",
        ("delivery", done.id, done.number),
        units=came,
        short=gone,
        signed_by=signed_by,
    )
    outcome.told.append(facts.OrderDelivered(order.pk, order.number, order.party_id, done.number, came, gone))
    if rules.invoice_at == "delivery" and came:
        bill(outcome, parts_of(outcome, [line for line, _part in parts]), done.number, day)
    elif gone and rules.short_goods == "cancelled":
        hold_again(outcome, day)
    outcome.settle()
    outcome.write()


def sell(
    actor: Actor,
    order: Any,
    document: str,
    parts: Iterable[tuple[Any, Part]],
    day: date,
    sign: int = 1,
    level: str = "sell_in",
) -> list[trade.LineIn]:
    """Post the sale (or, with sign -1, the return) of parts of lines. Returns what was posted."""
    rows = [
        trade.LineIn(
            level,
            day,
            order.party_id,
            line.product_id,
            sign * p.quantity,
            order.currency,
            sign * p.gross,
            sign * p.discount,
            document,
            str(line.place),
            tax_minor=sign * p.tax,
            kind="sale" if sign > 0 else "return",
        )
        for line, p in parts
        if p.quantity
    ]
    if rows:
        trade.lines(house(actor), rows, source=SOURCE)
    return rows


def parts_of(outcome: Outcome, lines: Sequence[Any]) -> list[tuple[Any, Part]]:
    """What was delivered of lines and is not invoiced."""
    return [
        (line, part(line, line.invoiced, line.delivered - line.invoiced))
        for line in lines
        if line.delivered > line.invoiced
    ]


def bill(outcome: Outcome, parts: Sequence[tuple[Any, Part]], delivery: str, day: date) -> str:
    """Issue an invoice over parts of lines; what is not invoiced yet goes on being held. Returns its number ("" for nothing)."""
    if not parts:
        return ""
    order, own = outcome.order, house(outcome.actor)
    rows = [invoiced_line(line, p, delivery) for line, p in parts]
    for line, p in parts:
        outcome.add(line, invoiced=p.quantity)
    rest = still_held(outcome.lines)
    terms = credit.standing(own, party_id=order.party_id, currency=order.currency, on=day).terms_days
    made = billing.invoice(
        own,
        party_id=order.party_id,
        currency=order.currency,
        lines=rows,
        order=order.number,
        delivery=delivery,
        terms_days=terms,
        on=day,
        hold_key=order.hold_key,
        rest_minor=rest,
        prepaid=order.prepaid,
    )
    outcome.values["invoiced_minor"] = order.invoiced_minor = order.invoiced_minor + made.total_minor
    if not rest:
        outcome.values["hold_key"] = ""
    outcome.mark("invoiced", ("invoice", made.id, made.number), total_minor=made.total_minor)
    outcome.told.append(facts.OrderInvoiced(order.pk, order.number, order.party_id, made.number, made.total_minor))
    return made.number


def invoiced_line(line: Any, p: Part, delivery: str, sign: int = 1) -> InvoiceLineIn:
    """A part of a line as billing takes it."""
    return InvoiceLineIn(
        line.product_id,
        sign * p.quantity,
        sign * p.gross,
        sign * p.discount,
        sign * p.net,
        line.tax_rate,
        sign * p.tax,
        str(line.place),
        delivery,
    )


@action(needs="ordering.invoice", roles=BILLERS)
def invoice(actor: Actor, *, order_id: int, on: date | None = None) -> str:
    """Invoice what was delivered of an order and is not invoiced yet. Returns the number of the invoice."""
    day = day_of(actor, on)
    order = found(actor, order_id, *GOING)
    turn(order)
    outcome = begin(actor, order)
    number = bill(outcome, parts_of(outcome, outcome.lines), queries.last_delivery(house(actor), order), day)
    if not number:
        raise Refused(_("Everything that was delivered is invoiced already."), code="nothing")
    outcome.settle()
    outcome.write()
    return number


@action(needs="ordering.go_on", roles=("admin",), exposed=False)
def paid(actor: Actor, *, number: str, invoice: str) -> bool:
    """An invoice of an order is paid: noted, and when every one is, the order is paid. Returns whether it is."""
    order = queries.numbered(actor, number, locked=True)
    outcome = begin(actor, order)
    billed, settled = queries.bills(actor, order)
    if invoice not in settled:
        outcome.mark("paid", ("invoice", billed.get(invoice), invoice))
    whole = order.state == "invoiced" and set(billed) <= settled | {invoice}
    if whole:
        outcome.settle(paid=True)
        outcome.told.append(facts.OrderPaid(order.pk, order.number, order.party_id))
    outcome.write()
    return whole
