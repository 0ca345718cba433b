"""What orders announces. No personal data: numbers, amounts in minor units, and digests."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class OrderPlaced(Fact):
    """A distributor's order came in and was priced; `digest` covers its lines, `state` is where it stands."""

    name = "orders.order_placed"
    order: int
    number: str
    party: int
    currency: str
    total_minor: int
    lines: int
    state: str
    digest: str


@dataclass(frozen=True)
class OrderConfirmed(Fact):
    """An order was accepted: its amount is held; `under` is the rule that let it pass."""

    name = "orders.order_confirmed"
    order: int
    number: str
    party: int
    currency: str
    total_minor: int
    revision: int
    under: str


@dataclass(frozen=True)
class OrderHeld(Fact):
    """An order waits for the credit desk; `reasons` are codes."""

    name = "orders.order_held"
    order: int
    number: str
    party: int
    reasons: str


@dataclass(frozen=True)
class OrderRejected(Fact):
    """An order was turned down; nothing is held for it."""

    name = "orders.order_rejected"
    order: int
    number: str
    party: int


@dataclass(frozen=True)
class OrderAmended(Fact):
    """An accepted order says something else from now on; the version before is kept."""

    name = "orders.order_amended"
    order: int
    number: str
    party: int
    revision: int
    total_minor: int
    digest: str


@dataclass(frozen=True)
class OrderCancelled(Fact):
    """Base units of an order will not come any more; `whole` when nothing of it is left."""

    name = "orders.order_cancelled"
    order: int
    number: str
    party: int
    units: int
    whole: bool


@dataclass(frozen=True)
class OrderShipped(Fact):
    """Goods of an order left the warehouse."""

    name = "orders.order_shipped"
    order: int
    number: str
    party: int
    shipment: str
    units: int


@dataclass(frozen=True)
class OrderDelivered(Fact):
    """Goods of an order arrived; `short` base units of the shipment did not."""

    name = "orders.order_delivered"
    order: int
    number: str
    party: int
    delivery: str
    units: int
    short: int


@dataclass(frozen=True)
class OrderInvoiced(Fact):
    """What was delivered of an order was invoiced (or, negative, credited)."""

    name = "orders.order_invoiced"
    order: int
    number: str
    party: int
    invoice: str
    total_minor: int


@dataclass(frozen=True)
class OrderPaid(Fact):
    """Every invoice of an order is paid."""

    name = "orders.order_paid"
    order: int
    number: str
    party: int
