"""What the flow `ordering` writes down: an order as it was placed, what became of its lines, and the timeline.

These verbs are for the flow alone: they take values that were priced, judged and reserved, and decide nothing themselves.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from gongying.core import posting
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.journal.fact import Fact

from .. import queries
from ..models import Order, OrderEvent, OrderLine, OrderVersion

KEEPERS = ("admin",)
EVENT = ("order_id", "kind", "at", "by", "ref_kind", "ref_id", "ref", "data", "internal")
COUNTED = ("reserved", "shipped", "short", "delivered", "invoiced", "cancelled", "returned")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an order as it was placed; amounts in minor units."""

    number: str
    party_id: int
    state: str
    currency: str
    gross_minor: int
    discount_minor: int
    net_minor: int
    tax_minor: int
    total_minor: int
    quote_hash: str
    placed_on: date
    site_id: int | None = None
    ship_to_id: int | None = None
    requested_on: date | None = None
    hold_key: str = ""
    prepaid: bool = False
    reference: str = ""
    note: str = ""
    client_id: str = ""
    decided_by: str = ""
    decided_under: str = ""
    waits_for: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Priced:
    """A line with its price; quantities in base units, amounts in minor units, `steps` as JSON."""

    line: str
    place: int
    product_id: int
    pack: str
    packs: int
    factor: int
    quantity: int
    price: Decimal
    per: int
    gross_minor: int
    discount_minor: int
    net_minor: int
    tax_rate: Decimal
    tax_minor: int
    total_minor: int
    gift_of: str = ""
    steps: str = "[]"
    note: str = ""
    reserved: int = 0
    cancelled: int = 0
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """An event for the timeline: its kind, what its sentence needs, and what it leads to."""

    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    ref_kind: str = ""
    ref_id: int | None = None
    ref: str = ""
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What is added to the counts of a line (base units); negative takes away."""

    line_id: int
    reserved: int = 0
    shipped: int = 0
    short: int = 0
    delivered: int = 0
    invoiced: int = 0
    cancelled: int = 0
    returned: int = 0


LINE = tuple(f.name for f in fields(Priced))
values_of = attrgetter(*LINE)
ZERO = {"shipped": 0, "short": 0, "delivered": 0, "invoiced": 0, "returned": 0}


def digest(lines: Sequence[Priced]) -> str:
    """A hash over what was ordered at which price."""
    said = [(each.line, each.product_id, each.quantity, each.net_minor, each.tax_minor) for each in lines]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@action(needs="orders.keep", roles=KEEPERS, exposed=False)
def enter(
    actor: Actor,
    *,
    head: Head,
    lines: list[Priced],
    events: list[Said],
    told: list[Fact],
    draft_id: int | None = None,
) -> int:
    """Write a placed order: a new one, or a draft that becomes one. Returns its id. Facts that name the order 0 get its id."""
    values = asdict(head) | {"lines_count": len(lines), "placed_by": actor.name, "placed_at": timezone.now()}
    if draft_id is None:
        order_id = int(Order.objects.create(created_by=actor.name, **values).pk)
    else:
        order_id = draft_id
        Order.objects.for_actor(actor).filter(pk=order_id).update(**values)
        OrderLine.objects.for_actor(actor).filter(order=order_id).delete()
    _insert(order_id, lines)
    write_events(actor, order_id, events)
    _tell(actor, order_id, told)
    return order_id


@action(needs="orders.keep", roles=KEEPERS, exposed=False)
def record(
    actor: Actor,
    *,
    order_id: int,
    changes: list[Change],
    events: list[Said],
    values: dict[str, Any],
    told: list[Fact],
) -> None:
    """Write down what happened: counts of lines, values of the order (its state, its hold), events, facts."""
    moved = [each for each in changes if any(getattr(each, name) for name in COUNTED)]
    assignment = ", ".join(f"{name} = {name} + %s" for name in COUNTED)
    posting.change(OrderLine, assignment, [(*(getattr(c, n) for n in COUNTED), c.line_id) for c in moved])
    if values:
        Order.objects.for_actor(actor).filter(pk=order_id).update(**values)
    write_events(actor, order_id, events)
    _tell(actor, order_id, told)


@action(needs="orders.keep", roles=KEEPERS, exposed=False)
def replace_lines(
    actor: Actor,
    *,
    order_id: int,
    head: dict[str, Any],
    add: list[Priced],
    drop: list[int],
    reason: str,
    events: list[Said],
    told: list[Fact],
) -> int:
    """Amend an order: the version before is kept as text, lines are added or taken away. Returns the new version. `head` are
    values of the order."""
    order = queries.order_row(actor, order_id, locked=True)
    _keep_version(actor, order, reason)
    OrderLine.objects.for_actor(actor).filter(order=order, pk__in=drop).delete()
    _insert(order.pk, add)
    count = OrderLine.objects.for_actor(actor).filter(order=order).count()
    values = head | {"version": order.version + 1, "lines_count": count}
    Order.objects.for_actor(actor).filter(pk=order.pk).update(**values)
    write_events(actor, order.pk, events)
    _tell(actor, order.pk, told)
    return int(order.version + 1)


@action(needs="orders.keep", roles=KEEPERS, exposed=False)
def note(actor: Actor, *, order_id: int, events: list[Said]) -> None:
    """Write on the timeline and nowhere else."""
    write_events(actor, order_id, events)


def _keep_version(actor: Actor, order: Order, reason: str) -> None:
    """The whole of an order as it stands, as text."""
    head = {f.name: getattr(order, f.name) for f in fields(Head)}
    lines = [
        {name: getattr(row, name) for name in (*LINE, *ZERO)} | {"product": row.product.code}
        for row in queries.lines(actor, order)
    ]
    text = json.dumps({"head": head, "lines": lines}, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
    OrderVersion.objects.create(
        order=order,
        version=order.version,
        document=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        total_minor=order.total_minor,
        reason=reason[:200],
        by=actor.name,
        at=timezone.now(),
    )


def _insert(order_id: int, lines: Sequence[Priced]) -> None:
    tail = (order_id, *ZERO.values())
    rows = [(*map(_plain, values_of(each)), *tail) for each in lines]
    posting.insert(OrderLine, (*LINE, "order_id", *ZERO), rows)


def _plain(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value


def write_events(actor: Actor, order_id: int, events: Sequence[Said]) -> None:
    """Put events on the timeline of an order, in their order."""
    at = posting.stamp()
    rows = [
        (
            order_id,
            each.kind,
            at,
            actor.name,
            each.ref_kind,
            each.ref_id,
            each.ref,
            json.dumps(each.data, cls=DjangoJSONEncoder, ensure_ascii=False),
            each.internal,
        )
        for each in events
    ]
    posting.insert(OrderEvent, EVENT, rows)


def _tell(actor: Actor, order_id: int, told: Sequence[Fact]) -> None:
    if told:
        named = [type(f)(**(asdict(f) | {"order": order_id})) if getattr(f, "order", 1) == 0 else f for f in told]
        book.record_all(actor, named)
