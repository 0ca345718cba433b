"""Act once on what was told: credit let an order go, an invoice was paid, a carrier spoke, goods were blocked, people must know."""

from django.utils import timezone, translation

from gongying.areas.billing.facts import InvoiceIssued, InvoicePaid, PaymentReceived
from gongying.areas.credit import queries as credit
from gongying.areas.credit.facts import LimitApproved, OrderDeclined, OrderReleased, RevisionBegan
from gongying.areas.orders import queries
from gongying.areas.orders.facts import (
    OrderAmended,
    OrderCancelled,
    OrderConfirmed,
    OrderPlaced,
    OrderRejected,
    OrderShipped,
)
from gongying.areas.supply.facts import CarrierEventTold
from gongying.areas.supply.rules import EVENT_NAMES
from gongying.books.parties import read as parties
from gongying.books.stock.facts import PromisesCut
from gongying.core.actor import SYSTEM
from gongying.core.approvals import read as approvals
from gongying.core.journal import book
from gongying.core.journal.models import Entry
from gongying.core.notices import bell

from . import actions
from .actions.deciding import APPROVE


def _link(order_id: int) -> str:
    return f"/ordering/{order_id}/"


@book.on(OrderReleased)
def released(fact: OrderReleased, entry: Entry) -> None:
    """The credit desk let an order go: it goes on."""
    if queries.by_number(SYSTEM, fact.order) is not None:
        actions.go_on(SYSTEM, number=fact.order, by=fact.by, reason=fact.reason, by_itself=fact.by_itself)


@book.on(OrderReleased)
def tell_released(fact: OrderReleased, entry: Entry) -> None:
    """The credit desk learns that an order went on by itself; the distributor, that it waits for nobody there any more."""
    order = queries.by_number(SYSTEM, fact.order)
    if order is None or not fact.by_itself:
        return
    why_zh, why = (f"：{fact.reason}", f": {fact.reason}") if fact.reason else ("", "")
    bell.tell(
        role="finance", link=_link(order.pk), level="good", title=f"订单 {order.number} 已恢复额度，自动放行{why_zh}",
        title_en=f"Order {order.number} fits again and went on by itself{why}",
    )  # fmt: skip
    bell.tell(
        party_id=fact.party, link=_link(order.pk), level="good", title=f"订单 {order.number} 不再等待信用",
        title_en=f"Order {order.number} waits for credit no more",
    )  # fmt: skip


def _again(party_id: int, document: str) -> None:
    """Judge what waits for credit anew, where something does."""
    if credit.holds(SYSTEM).filter(party=party_id, state="open").exists():
        actions.recheck(SYSTEM, party_id=party_id, document=document)


@book.on(PaymentReceived)
def money_came(fact: PaymentReceived, entry: Entry) -> None:
    """Money came in: what waited for it may go on."""
    if fact.amount_minor > 0:
        for party in (fact.party, *parties.played(fact.party, "payer", timezone.localdate())):
            _again(party, fact.number)


@book.on(InvoicePaid)
def nothing_late(fact: InvoicePaid, entry: Entry) -> None:
    """A document is settled and may have been the one that was overdue."""
    _again(fact.party, fact.number)


@book.on(InvoiceIssued)
def credited(fact: InvoiceIssued, entry: Entry) -> None:
    """A credit note lowers what is owed."""
    if fact.total_minor < 0:
        _again(fact.party, fact.number)


@book.on(OrderCancelled)
def less_held(fact: OrderCancelled, entry: Entry) -> None:
    """What another order held is free."""
    _again(fact.party, fact.number)


@book.on(OrderAmended)
def held_otherwise(fact: OrderAmended, entry: Entry) -> None:
    """Another order holds another amount."""
    _again(fact.party, fact.number)


@book.on(LimitApproved)
def limit_changed(fact: LimitApproved, entry: Entry) -> None:
    """A limit holds that may leave more room."""
    _again(fact.party, "")


@book.on(RevisionBegan)
def limit_moved(fact: RevisionBegan, entry: Entry) -> None:
    """Turnover moved a limit: held orders may fit now. What was accepted stays."""
    _again(fact.party, "")


@book.on(OrderDeclined)
def declined(fact: OrderDeclined, entry: Entry) -> None:
    """The credit desk turned an order down."""
    if queries.by_number(SYSTEM, fact.order) is not None:
        actions.decline(SYSTEM, number=fact.order, by=fact.by, reason=fact.reason)


@book.on(InvoicePaid)
def invoice_paid(fact: InvoicePaid, entry: Entry) -> None:
    """An invoice of an order is paid."""
    if fact.order and queries.by_number(SYSTEM, fact.order) is not None:
        actions.paid(SYSTEM, number=fact.order, invoice=fact.number)


@book.on(InvoicePaid)
def count_paid(fact: InvoicePaid, entry: Entry) -> None:
    """What was sold with it counts as paid from today on."""
    if fact.delivery:
        actions.count_paid(SYSTEM, party_id=fact.party, delivery=fact.delivery, on=timezone.localdate())


@book.on(OrderConfirmed, OrderAmended, OrderCancelled)
def count_ordered(fact: OrderConfirmed | OrderAmended | OrderCancelled, entry: Entry) -> None:
    """What is ordered is counted as it stands."""
    actions.count_ordered(SYSTEM, number=fact.number)


@book.on(CarrierEventTold)
def carrier(fact: CarrierEventTold, entry: Entry) -> None:
    """What a carrier tells stands on the order's timeline."""
    if fact.order:
        words = {}
        for code, language in (("zh", "zh-hans"), ("en", "en")):
            with translation.override(language):
                words[code] = str(EVENT_NAMES.get(fact.kind, fact.kind))
        actions.carrier_said(SYSTEM, number=fact.order, shipment=fact.shipment, words=words, ref=fact.number)


@book.on(PromisesCut)
def cut(fact: PromisesCut, entry: Entry) -> None:
    """Goods that were set aside are blocked or gone."""
    actions.promises_cut(SYSTEM, cut=fact.cut, reason=fact.reason)


@book.on(OrderPlaced)
def tell_approvers(fact: OrderPlaced, entry: Entry) -> None:
    """Whoever may approve learns of an order that waits; at most the ten nearest."""
    if fact.state != "submitted":
        return
    order = queries.order_row(SYSTEM, fact.order)
    who = approvals.who(
        APPROVE, amount_minor=order.net_minor, currency=order.currency, on=order.placed_on or timezone.localdate(), party_id=order.party_id,
        made_by={order.placed_by},
    )  # fmt: skip
    for each in who[:10]:
        bell.tell(
            user_id=each.user_id, link=_link(order.pk), title=f"订单 {order.number} 待审批",
            title_en=f"Order {order.number} waits for your approval",
        )  # fmt: skip


@book.on(OrderConfirmed)
def tell_confirmed(fact: OrderConfirmed, entry: Entry) -> None:
    """The distributor learns that his order is accepted."""
    zh, en = f"订单 {fact.number} 已确认", f"Order {fact.number} is confirmed"
    bell.tell(party_id=fact.party, link=_link(fact.order), level="good", title=zh, title_en=en)


@book.on(OrderRejected)
def tell_rejected(fact: OrderRejected, entry: Entry) -> None:
    """The distributor learns that his order is turned down."""
    zh, en = f"订单 {fact.number} 未通过", f"Order {fact.number} was turned down"
    bell.tell(party_id=fact.party, link=_link(fact.order), level="warning", title=zh, title_en=en)


@book.on(OrderShipped)
def tell_shipped(fact: OrderShipped, entry: Entry) -> None:
    """The distributor learns that goods are on their way."""
    zh, en = f"订单 {fact.number} 已发货", f"Order {fact.number} has shipped"
    bell.tell(party_id=fact.party, link=_link(fact.order), title=zh, title_en=en)
