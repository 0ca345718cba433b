"""Goods that come back: the credit note that answers an inspected return; scarce goods that were shared out."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.areas.billing import actions as billing
from gongying.areas.billing.actions import InvoiceLineIn
from gongying.areas.orders import facts, queries
from gongying.areas.supply import actions as supply
from gongying.areas.supply import queries as supplied
from gongying.areas.supply.actions import Finding, Inspected
from gongying.books.money import post as ledger
from gongying.books.parties import read as parties
from gongying.books.prices import read as prices
from gongying.books.trade import post as trade
from gongying.books.trade import read as traded
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.refusal import Refused

from ..rules import Part, part
from .base import CLERKS, SOURCE, begin, day_of, house
from .counting import wanted
from .shipping import bill, invoiced_line, parts_of, sell
from .stocking import line_at

Lined = list[tuple[Any, Part]]


@action(needs="ordering.inspect", roles=CLERKS)
def inspect(
    actor: Actor,
    *,
    return_id: int,
    site_id: int,
    findings: list[Finding],
    quarantine_id: int | None = None,
    on: date | None = None,
) -> Inspected:
    """Enter what was found of returned goods. What is good or damaged goes back into the house's stock, is taken out of the sales and
    credited at the price it was sold for; where nobody knows the order, at today's price."""
    day = day_of(actor, on)
    row = supplied.return_row(actor, return_id)
    order = queries.numbered(house(actor), row.order, locked=True) if row.order else None
    currency = order.currency if order is not None else parties.party(actor, row.party_id).currency
    ledger.turn(house(actor), party_id=row.party_id, currency=currency)
    done = supply.inspect(
        house(actor), return_id=return_id, site_id=site_id, findings=findings, quarantine_id=quarantine_id, on=day
    )
    lines = [line for line in done.lines if line.credited]
    if not lines:
        return done
    number = _of_order(actor, order, done, day) if order is not None else _of_nobody(actor, done, currency, day)
    if number:
        supply.credited(house(actor), return_id=return_id, document=number)
    return done


def _of_order(actor: Actor, order: Any, done: Inspected, day: date) -> str:
    """Credit at the prices of the order. What was delivered and not invoiced yet is invoiced first."""
    outcome = begin(actor, order)
    back: dict[int, int] = defaultdict(int)
    for each in done.lines:
        if each.credited and each.order_line:
            back[int(each.order_line)] += each.credited
    lines = [(line_at(outcome, place), n) for place, n in sorted(back.items())]
    if any(line.returned + n > line.invoiced for line, n in lines):
        bill(outcome, parts_of(outcome, outcome.lines), queries.last_delivery(house(actor), order), day)
    parts: Lined = [(line, part(line, line.returned, n)) for line, n in lines]
    if not parts:
        return ""
    for line, n in lines:
        outcome.add(line, returned=n)
    _take_back(actor, order, done.number, parts, day)
    made = billing.credit_note(
        house(actor),
        party_id=order.party_id,
        currency=order.currency,
        lines=[invoiced_line(line, p, done.number, sign=-1) for line, p in parts],
        order=order.number,
        delivery=done.number,
        on=day,
        reason=str(_("Goods returned with %(number)s") % {"number": done.number}),
    )
    outcome.values["invoiced_minor"] = order.invoiced_minor + made.total_minor
    outcome.mark("returned", ("return", done.id, done.number), units=sum(n for _line, n in lines))
    outcome.mark("credited", ("invoice", made.id, made.number), total_minor=made.total_minor)
    outcome.told.append(facts.OrderInvoiced(order.pk, order.number, order.party_id, made.number, made.total_minor))
    if order.state not in ("paid", "closed"):
        outcome.settle()
    outcome.write()
    return made.number


def _take_back(actor: Actor, order: Any, number: str, parts: Lined, day: date) -> None:
    """The return among the sales and among what is paid (a base of paid sales counts neither what is not paid nor what came
    back), each with the day of the order's last delivery: a programme that restates counts it there."""
    own, last = house(actor), queries.last_delivery(house(actor), order)
    sold_on = traded.day_of(own, party_id=order.party_id, document=last) if last else None
    for level in ("sell_in", "paid") if wanted("paid") else ("sell_in",):
        rows = sell(actor, order, number, parts, day, sign=-1, level=level)
        if sold_on is not None:
            trade.came_from(own, {row.key: sold_on for row in rows}, level=level, source=SOURCE)


def _of_nobody(actor: Actor, done: Inspected, currency: str, day: date) -> str:
    """Credit at today's price: the order the goods came with is not known."""
    own = house(actor)
    lines = [each for each in done.lines if each.credited]
    wishes = [prices.Wish(str(at), each.product_id, each.credited) for at, each in enumerate(lines, 1)]
    quote = prices.quote(own, party_id=done.party_id, wishes=wishes, on=day, currency=currency)
    if quote.missing:
        raise Refused(_("A returned product has no price for this distributor."), code="no_price", field="findings")
    sold = [each for each in quote.lines if not each.gift_of]
    trade.lines(
        own,
        [
            trade.LineIn(
                "sell_in", day, done.party_id, each.product_id, -each.quantity, currency, -each.gross_minor,
                -each.discount_minor, done.number, each.line, tax_minor=-each.tax_minor, kind="return",
            )
            for each in sold
        ],
        source=SOURCE,
    )  # fmt: skip
    made = billing.credit_note(
        own,
        party_id=done.party_id,
        currency=currency,
        lines=[
            InvoiceLineIn(
                each.product_id, -each.quantity, -each.gross_minor, -each.discount_minor, -each.net_minor, each.tax_rate,
                -each.tax_minor, "", done.number,
            )
            for each in sold
        ],
        order="",
        delivery=done.number,
        on=day,
        reason=str(_("Goods returned with %(number)s") % {"number": done.number}),
    )  # fmt: skip
    return made.number
