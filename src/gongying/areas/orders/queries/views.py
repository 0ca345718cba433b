"""Orders for programs."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query

from ..models import Order, OrderLine
from .reading import lines, listed, order_row
from .suggesting import suggestions
from .telling import timeline

MOST = 200


@dataclass(frozen=True)
class LineView:
    """A line: what was asked, what it costs (minor units), what became of it (base units), and the steps of its price."""

    line: str
    place: int
    product: str
    pack: str
    packs: int
    quantity: int
    price: str
    per: int
    gross_minor: int
    discount_minor: int
    net_minor: int
    tax_minor: int
    total_minor: int
    gift_of: str
    reserved: int
    shipped: int
    short: int
    delivered: int
    invoiced: int
    cancelled: int
    returned: int
    steps: list[dict[str, Any]]


@dataclass(frozen=True)
class Event:
    """Something that happened, with a sentence in the reader's language."""

    at: datetime
    kind: str
    by: str
    text: str
    detail: str
    ref: str


@dataclass(frozen=True)
class OrderRow:
    """An order in a list."""

    id: int
    number: str
    party_id: int
    state: str
    version: int
    currency: str
    net_minor: int
    total_minor: int
    placed_on: date | None
    requested_on: date | None
    reference: str
    client_id: str


@dataclass(frozen=True)
class OrderView(OrderRow):
    """An order with its lines and everything that happened to it."""

    invoiced_minor: int
    lines: list[LineView]
    events: list[Event]


def _row(order: Order) -> dict[str, Any]:
    return {name: getattr(order, "pk" if name == "id" else name) for name in OrderRow.__dataclass_fields__}


def _line(row: OrderLine) -> LineView:
    same = {
        name: getattr(row, name)
        for name in LineView.__dataclass_fields__
        if name not in ("product", "price", "steps")
    }
    return LineView(
        product=row.product.code, price=f"{row.price.normalize():f}", steps=json.loads(row.steps), **same
    )


@query(needs="orders.view", roles=EVERYONE)
def order(actor: Actor, *, order_id: int) -> OrderView:
    """One order: lines with their quantities by what happened, and the timeline, newest first."""
    row = order_row(actor, order_id)
    held = [_line(line) for line in lines(actor, row)]
    events = [Event(each.at, each.kind, each.by, each.text, each.detail, each.ref) for each in timeline(actor, row)]
    return OrderView(**_row(row), invoiced_minor=row.invoiced_minor, lines=held, events=events)


@query(needs="orders.view", roles=EVERYONE)
def orders(
    actor: Actor,
    *,
    state: str = "",
    party_id: int | None = None,
    number: str = "",
    since: date | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[OrderRow]:
    """Orders in scope, newest first, at most 200: the next page begins `before_id` the last one's id."""
    rows = listed(actor)
    narrow: dict[str, Any] = {
        "state": state or None, "party_id": party_id, "number": number or None, "placed_on__gte": since, "pk__lt": before_id,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in narrow.items() if value is not None})
    return [OrderRow(**_row(row)) for row in rows[: max(1, min(limit, MOST))]]


@dataclass(frozen=True)
class SuggestedView:
    """A product worth ordering: base units, and what they come from (use in `rhythm_days` days less stock and what is coming)."""

    product_id: int
    product: str
    quantity: int
    rhythm_days: int
    need: int
    stock: int
    coming: int


@query(needs="orders.view", roles=EVERYONE)
def suggested(actor: Actor, *, party_id: int) -> list[SuggestedView]:
    """What a distributor's rhythm of buying and declared stock ask for today."""
    parties.party(actor, party_id)
    found = []
    for each in suggestions(actor, party_id, timezone.localdate()):
        s = each.suggestion
        found.append(
            SuggestedView(each.product_id, each.code, s.quantity, s.rhythm_days, s.need, s.stock, s.coming)
        )
    return found
