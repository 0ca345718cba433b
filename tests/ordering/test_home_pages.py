"""Home pages: a distributor orders again in two taps and sees where his goods and his money stand (X25); head office sees the whole way."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.test import Client

from gongying.areas.orders import queries as orders
from gongying.areas.orders.models import Order
from gongying.areas.supply import queries as supply
from gongying.core.actor import SYSTEM
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.flows.cockpit import queries as home
from gongying.flows.ordering import actions as ordering

TODAY = date(2026, 11, 23)
pytestmark = pytest.mark.django_db


def browser(role, party_id=None):
    sync_roles()
    user = User.objects.create_user(role, None, name=role, role=role, party_id=party_id)
    UserScope.objects.create(user=user, kind="party" if party_id else "all", key=str(party_id or ""))
    made = Client()
    made.force_login(user)
    return made


@pytest.fixture
def delivered(shop):
    """An order that arrived and was invoiced, and one that is on its way."""
    shop.receive("P1", 100)
    first, second = shop.place(("P1", 10)), shop.place(("P1", 5))
    for each in (first, second):
        ordering.ship(SYSTEM, order_id=each.id)
    parcel = next(row.pk for row in supply.shipments(SYSTEM) if row.order == first.number)
    ordering.deliver(SYSTEM, shipment_id=parcel, signed_by="王")
    return second


def test_a_distributor_orders_again_from_his_home_page(delivered, shop):
    """Home, confirmation, placed: two taps."""
    owner = browser("owner", shop.ids["D1"])
    assert 'data-load="/cockpit/today/"' in owner.get("/").content.decode()
    page = owner.get("/cockpit/today/", headers={"x-panel": "1"}).content.decode()
    again = re.search(r'action="(/ordering/\d+/again/)"', page)
    assert again is not None
    review = owner.post(again[1])
    placed = owner.get(review.url).content.decode()
    assert review.status_code == 302
    assert 'value="place"' in placed
    draft = Order.objects.unscoped("test").get(state="draft")
    assert [(line.product.code, line.packs) for line in orders.lines(SYSTEM, draft)] == [("P1", 5)]


def test_the_home_page_says_what_comes_and_what_is_due(delivered, shop, people):
    now = home.mine(people.clerk, shop.ids["D1"], TODAY)
    assert now.last.number == delivered.number
    assert [row.order for row in now.coming] == [delivered.number]
    (due,) = now.due
    assert due.currency == "CNY"
    assert due.late_minor + due.soon_minor >= 0
    assert now.left[0].available_minor == 100_000_00 - 15 * 113_00
    page = browser("owner", shop.ids["D1"]).get("/cockpit/today/").content.decode()
    assert "/billing/accounts/" in page
    assert "/credit/mine/" in page


def test_a_new_distributor_is_offered_the_order_sheet(shop, people):
    now = home.mine(people.other, shop.ids["D2"], TODAY)
    assert (now.last, now.coming, now.due) == (None, [], [])
    page = browser("owner", shop.ids["D2"]).get("/cockpit/today/").content.decode()
    assert "again/" not in page
    assert 'href="/ordering/new/"' in page


def test_nobody_sees_more_than_his_permissions_and_his_company(delivered, shop, people):
    blind = replace(people.clerk, may=frozenset({"cockpit.view"}))
    assert home.mine(blind, shop.ids["D1"], TODAY) == home.Mine(None, 0, [], None, None)
    assert home.flow(blind, TODAY) == []
    assert home.mine(people.other, shop.ids["D1"], TODAY).last is None


def test_head_office_sees_the_way_from_order_to_money(delivered, shop, people):
    shop.place(("P1", 2))
    found = {stage.code: stage for stage in home.flow(people.director, TODAY)}
    assert list(found) == ["submitted", "to_ship", "going", "owed"]
    assert (found["to_ship"].count, found["to_ship"].sums) == (1, {"CNY": 2 * 113_00})
    assert found["going"].count == 1
    assert found["owed"].sums == {"CNY": 10 * 113_00}
    page = browser("director").get("/cockpit/today/").content.decode()
    assert "226.00" in page
