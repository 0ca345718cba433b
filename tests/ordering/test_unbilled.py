"""What was delivered and is on no invoice is found by delivery, and stands on the list before a month is closed; C171."""

from datetime import date

import pytest
from django.test import Client

from gongying.areas.billing import queries as billing
from gongying.core.actor import SYSTEM
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.flows.ordering import actions as ordering
from gongying.flows.ordering import queries
from gongying.flows.ordering.actions import ShipIn

pytestmark = pytest.mark.django_db
FIRST, SECOND = date(2026, 8, 20), date(2026, 9, 3)
AUGUST, SEPTEMBER = (date(2026, 8, 1), date(2026, 9, 1)), (date(2026, 9, 1), date(2026, 10, 1))


@pytest.fixture
def twice(shop):
    """Ten of P1, six of them signed for in August and four in September; nothing is invoiced."""
    shop.publish("orders.rules", "orders", {"invoice_at": "by_hand"})
    shop.receive("P1", 100)
    shop.made = shop.place(("P1", 10))
    shop.sent = [
        ordering.ship(
            SYSTEM, order_id=shop.made.id, lines=[ShipIn(shop.lines(shop.made.id)[0].place, units)], on=on
        )
        for units, on in ((6, FIRST), (4, SECOND))
    ]
    for sent, on in zip(shop.sent, (FIRST, SECOND), strict=True):
        ordering.deliver(SYSTEM, shipment_id=sent.id, signed_by="王", on=on)
    return shop


def found(span):
    return [(row.shipment_id, row.units, row.total_minor) for row in queries.unbilled(SYSTEM, *span)]


def point(month):
    (row,) = [row for row in billing.check_list(SYSTEM, month) if row.url.startswith("/ordering/unbilled/")]
    return row.well, row.count, row.url, row.must


def test_each_delivery_stands_in_its_own_month_until_it_is_invoiced(twice):
    first, second = (sent.id for sent in twice.sent)
    assert found(AUGUST) == [(first, 6, 678_00)]
    assert found(SEPTEMBER) == [(second, 4, 452_00)]
    assert point("2026-08") == (False, 1, "/ordering/unbilled/?month=2026-08", True)
    ordering.invoice(SYSTEM, order_id=twice.made.id)
    assert found((FIRST, date(2027, 1, 1))) == []
    assert point("2026-08")[:2] == point("2026-09")[:2] == (True, 0)


def test_an_invoice_takes_what_came_first(shop):
    """Six invoiced, then four more delivered: the later delivery alone is open."""
    shop.publish("orders.rules", "orders", {"invoice_at": "by_hand"})
    shop.receive("P1", 100)
    made = shop.place(("P1", 10))
    place = shop.lines(made.id)[0].place
    first = ordering.ship(SYSTEM, order_id=made.id, lines=[ShipIn(place, 6)], on=FIRST)
    ordering.deliver(SYSTEM, shipment_id=first.id, signed_by="王", on=FIRST)
    ordering.invoice(SYSTEM, order_id=made.id)
    second = ordering.ship(SYSTEM, order_id=made.id, on=FIRST)
    ordering.deliver(SYSTEM, shipment_id=second.id, received={}, signed_by="王", on=FIRST)
    assert found(AUGUST) == [(second.id, 4, 452_00)]


def test_what_is_invoiced_at_its_delivery_never_stands_there(shop):
    shop.receive("P1", 100)
    made = shop.place(("P1", 10))
    sent = ordering.ship(SYSTEM, order_id=made.id, on=FIRST)
    ordering.deliver(SYSTEM, shipment_id=sent.id, signed_by="王", on=FIRST)
    assert found(AUGUST) == []
    assert point("2026-08")[:2] == (True, 0)


def browser(shop, role, party=""):
    """Somebody of head office, or of a distributor."""
    user = User.objects.create_user(f"{role}@x", None, name=role, role=role, party_id=shop.ids.get(party))
    UserScope.objects.create(user=user, kind="party" if party else "all", key=str(shop.ids.get(party, "")))
    found = Client()
    found.force_login(user)
    return found


def test_a_stranger_finds_nothing_of_it_and_the_page_invoices(twice):
    sync_roles()
    address, number = "/ordering/unbilled/?month=2026-08", twice.made.number
    shown = {
        name: browser(twice, *who)
        for name, who in {"own": ("clerk", "D1"), "other": ("owner", "D2"), "cash": ("finance",)}.items()
    }
    pages = {name: each.get(address) for name, each in shown.items()}
    assert {name: page.status_code for name, page in pages.items()} == dict.fromkeys(pages, 200)
    assert [number in pages[name].content.decode() for name in ("own", "other", "cash")] == [True, False, True]
    assert "ordering/unbilled" in shown["cash"].get("/billing/close/2026-08/").content.decode()
    assert shown["cash"].get("/ordering/unbilled/?month=nonsense").status_code == 200
    shown["cash"].post(f"/ordering/{twice.made.id}/do/", {"verb": "invoice"})
    assert number not in shown["cash"].get(address).content.decode()
