"""An order among what is ordered and what is paid, for whoever counts these: lines beside the sales, never part of them."""

from datetime import date
from typing import Any

from gongying.areas.orders import queries
from gongying.areas.rewards.rules import PROGRAMME
from gongying.books.trade import post as trade
from gongying.books.trade import read as traded
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.policies import read as policies

from ..rules import part
from .base import SOURCE, begin, house

MOST = 20_000
COUNTED = ("approved", "allocated", "shipped", "delivered", "invoiced", "paid", "closed", "cancelled")


def wanted(event: str) -> bool:
    """Whether any programme, also a draft, counts this event: what nobody counts is not written."""
    rows = policies.versions(PROGRAMME.code).exclude(status="withdrawn")
    return bool(rows.filter(document__contains=f'"event":"{event}"').exists())


@action(needs="ordering.count_history", roles=("admin", "planner"))
def count_history(actor: Actor, *, since: date) -> int:
    """Count the orders that were placed from a day on, for a programme on orders that is new, at most 20,000 of them. Repeating
    changes nothing. Returns how many lines are new. (What is paid is counted from the day on which such a programme is drafted.)"""
    own = house(actor)
    numbers = queries.listed(own).filter(placed_on__gte=since).order_by("pk").values_list("number", flat=True)
    return sum(_count_ordered(own, number) for number in numbers[:MOST])


@action(needs="ordering.go_on", roles=("admin",), exposed=False)
def count_ordered(actor: Actor, *, number: str) -> int:
    """What an accepted order comes to now, dated when it was placed: what was amended or cancelled is corrected. Returns how
    many lines changed."""
    return _count_ordered(actor, number)


def _count_ordered(actor: Actor, number: str) -> int:
    order = queries.by_number(actor, number)
    if order is None or order.state not in COUNTED or not wanted("ordered"):
        return 0
    lines = begin(actor, queries.order_row(actor, order.pk, locked=True)).lines
    rows = [_ordered(order, line) for line in lines]
    done = trade.lines(house(actor), rows, source=SOURCE)
    return done.created + done.corrected


def _ordered(order: Any, line: Any) -> trade.LineIn:
    p = part(line, 0, line.quantity - line.cancelled)
    return trade.LineIn(
        "ordered", order.placed_on, order.party_id, line.product_id, p.quantity, order.currency, p.gross, p.discount,
        order.number, str(line.place), tax_minor=p.tax,
    )  # fmt: skip


@action(needs="ordering.go_on", roles=("admin",), exposed=False)
def count_paid(actor: Actor, *, party_id: int, delivery: str, on: date) -> int:
    """The sales of a delivery whose invoice is paid, dated when it was. Returns how many lines were new."""
    return _count_paid(house(actor), party_id, delivery, on) if wanted("paid") else 0


def _count_paid(own: Actor, party_id: int, delivery: str, on: date) -> int:
    rows = traded.lines(own, level="sell_in", start=date.min, end=date.max, party_id=party_id)
    held = [row for row in rows.filter(document=delivery, source=SOURCE, kind="sale") if row.quantity]
    paid = [
        trade.LineIn(
            "paid", on, row.party_id, row.product_id, row.quantity, row.currency, row.gross_minor, row.discount_minor,
            row.document, row.line_no, tax_minor=row.tax_minor,
        )
        for row in held
    ]  # fmt: skip
    return trade.lines(own, paid, source=SOURCE).created if paid else 0
