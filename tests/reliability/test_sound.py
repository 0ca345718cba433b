"""What must hold of an order across the areas: it holds after everything, and every question names the row that was tampered with."""

import pytest
from django.db import connection, transaction
from django.utils import translation

from gongying.books.stock import post as stock
from gongying.books.stock.models import Reservation
from gongying.core import soundness
from gongying.core.actor import SYSTEM
from gongying.core.doors import joined
from gongying.core.journal import book

NAMES = ("heads", "holds", "invoices", "promises", "sales", "shipments")


def asked(name):
    """What a question of ordering finds: (line, what) pairs."""
    return {(fault.line, fault.what) for fault in soundness.SOUND[f"ordering.{name}"].ask()}


def test_an_order_that_went_every_way_is_sound(traded):
    assert {each.name: found for each, found in soundness.faults() if found} == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_question_says_in_both_languages_what_it_holds(name):
    words = soundness.SOUND[f"ordering.{name}"].words
    with translation.override("en"):
        english = str(words)
    with translation.override("zh-hans"):
        assert str(words) != english


TAMPERED = [
    ("heads", "orders_order", "gross_minor = gross_minor + 1, net_minor = net_minor + 1, total_minor = total_minor + 1", "",
     {("", "gross_minor"), ("", "net_minor"), ("", "total_minor")}),
    ("heads", "orders_order", "state = 'delivered'", "", {("", "state")}),
    ("promises", "orders_orderline", "reserved = reserved - 1", "place = 1", {("1", "reserved")}),
    ("promises", "stock_reservation", "released = released + 1", "granted > taken", {("1", "reserved")}),
    ("promises", "orders_orderline", "place = 77", "place = 1", {("1", "reserved"), ("77", "reserved")}),
    ("shipments", "supply_shipmentline", "quantity = quantity + 1", "order_line = '1'", {("1", "shipped"), ("1", "short")}),
    ("shipments", "supply_shipmentline", "received = received - 1", "order_line = '2'", {("2", "delivered"), ("2", "short")}),
    ("shipments", "supply_returnline", "good = good + 1", "order_line = '2'", {("2", "returned")}),
    ("shipments", "orders_orderline", "shipped = shipped + 1", "place = 1", {("1", "shipped")}),
    ("sales", "trade_line", "tax_minor = tax_minor + 1", "kind = 'return' AND line_no = '1'", {("", "sold tax")}),
    ("sales", "trade_line", "gross_minor = gross_minor + 1, net_minor = net_minor + 1", "kind = 'sale' AND line_no = '2'",
     {("", "sold gross"), ("", "sold net")}),
    ("invoices", "billing_invoiceline", "quantity = quantity + 1", "quantity > 0 AND order_line = '1'", {("1", "invoice quantity")}),
    ("invoices", "billing_invoiceline", "gross_minor = gross_minor - 1, net_minor = net_minor - 1", "quantity < 0 AND order_line = '2'",
     {("2", "credit gross"), ("2", "credit net"), ("", "invoiced")}),
    ("invoices", "billing_invoiceline", "order_line = '9'", "quantity < 0 AND order_line = '2'",
     {("2", "credit quantity"), ("2", "credit gross"), ("2", "credit net"), ("2", "credit tax"), ("9", "credit quantity")}),
    ("invoices", "orders_order", "invoiced_minor = invoiced_minor + 1", "", {("", "invoiced")}),
    ("holds", "money_transfer", "amount_minor = amount_minor + 1",
     "status = 'pending' AND NOT EXISTS (SELECT 1 FROM money_transfer d WHERE d.resolves_id = money_transfer.id)", {("", "held")}),
    ("holds", "orders_order", "hold_key = ''", "", {("", "held")}),
]  # fmt: skip


def test_every_question_names_the_row_that_was_tampered_with(traded, tamper):
    assert [asked(name) for name in NAMES] == [set()] * len(NAMES)
    for name, table, change, where, found in TAMPERED:
        with transaction.atomic():
            tamper(table)
            with connection.cursor() as cursor:
                cursor.execute(f"UPDATE {table} SET {change} WHERE {where or '1 = 1'}")  # noqa: S608 - our own names
                assert cursor.rowcount == 1, (table, where)
            assert asked(name) == found, (table, change)
            transaction.set_rollback(True)


def test_sales_of_another_quantity_are_named_by_their_document(traded, tamper):
    tamper("trade_line")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE trade_line SET quantity = quantity + 1 WHERE kind = 'sale' AND line_no = '1'")
    found = list(soundness.SOUND["ordering.sales"].ask())
    assert {(fault.what, fault.found - fault.said) for fault in found} == {("sold", 1), ("sold quantity", 1)}
    assert found[0].order.startswith("QS"), "the delivery is named"


def test_goods_that_are_gone_count_as_gone_before_the_order_hears_of_it(traded):
    """A loss takes promises back at once; the order learns of it by a fact, a moment later."""
    promised = Reservation.objects.unscoped("test").get(granted__gt=0, taken=10)
    with joined("test"):
        row = stock.MoveIn(
            "loss", None, promised.product_id, promised.business_date, -6, "adjust", site_id=traded.world.site_id
        )
        stock.moves(SYSTEM, [row], source="test", cut_promises=True)
    assert asked("promises") == set()
    while book.seal() + book.deliver():
        pass
    assert asked("promises") == asked("heads") == set()
    promised.refresh_from_db()
    assert promised.released > 0
