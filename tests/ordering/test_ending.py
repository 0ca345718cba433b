"""How an order ends when its last step is no payment: what was invoiced is paid already, so the order is paid, and can be closed."""

import pytest
from django.utils import timezone

from gongying.areas.billing import actions as billing
from gongying.core.actor import SYSTEM
from gongying.core.journal.models import Entry
from gongying.flows.ordering import actions as ordering
from gongying.flows.ordering.actions import ShipIn

pytestmark = pytest.mark.django_db


def delivered(order, *lines):
    sent = ordering.ship(SYSTEM, order_id=order.id, lines=list(lines) or None)
    return ordering.deliver(SYSTEM, shipment_id=sent.id, signed_by="王")


def pay(shop, order, yuan):
    billing.record_payment(
        SYSTEM, party_id=shop.ids["D1"], currency="CNY", amount_minor=yuan * 100, on=timezone.localdate(),
        reference=order.number,
    )  # fmt: skip


def told(name):
    return Entry.objects.filter(name=name).count()


def test_an_order_whose_rest_is_cancelled_after_the_payment_is_paid(shop):
    """X08: nobody will tell of a payment any more, and the order must not wait for one."""
    shop.receive("P1", 4)
    order = shop.place(("P1", 10))
    delivered(order)
    pay(shop, order, 452)
    shop.settle()
    assert shop.state(order.id) == "approved"
    assert ordering.cancel(SYSTEM, order_id=order.id, reason="x") == "paid"
    assert told("orders.order_paid") == 1
    ordering.close(SYSTEM, order_id=order.id)
    assert shop.state(order.id) == "closed"


def test_an_order_whose_payment_is_not_heard_of_yet_is_paid_a_moment_later(shop):
    shop.receive("P1", 4)
    order = shop.place(("P1", 10))
    delivered(order)
    pay(shop, order, 452)
    assert ordering.cancel(SYSTEM, order_id=order.id, reason="x") == "invoiced"
    shop.settle()
    assert shop.state(order.id) == "paid"
    assert told("orders.order_paid") == 1


def test_an_invoice_over_free_goods_alone_keeps_no_order_open(shop):
    """X02: one free for ten; an invoice over 0.00 is paid by nobody."""
    shop.publish("prices.promotion", "ten", {"form": "buy_get", "products": ["P1"], "buy": "10", "get": 1})
    shop.receive("P1", 11)
    order = shop.place(("P1", 10))
    delivered(order, ShipIn(1, 10))
    pay(shop, order, 1130)
    shop.settle()
    assert shop.state(order.id) == "allocated", "the free one is still to come"
    delivered(order)
    assert shop.state(order.id) == "paid"


def test_an_order_of_which_only_what_was_free_arrived_ends_paid(shop):
    shop.publish("prices.promotion", "ten", {"form": "buy_get", "products": ["P1"], "buy": "10", "get": 1})
    shop.receive("P1", 11)
    order = shop.place(("P1", 10))
    delivered(order, ShipIn(2, 1))
    assert ordering.cancel(SYSTEM, order_id=order.id, reason="x") == "paid"


def test_an_invoice_that_is_not_paid_keeps_the_order_open(shop):
    shop.receive("P1", 4)
    order = shop.place(("P1", 10))
    delivered(order)
    pay(shop, order, 451)
    shop.settle()
    assert ordering.cancel(SYSTEM, order_id=order.id, reason="x") == "invoiced"
    shop.settle()
    assert shop.state(order.id) == "invoiced"
