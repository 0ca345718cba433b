"""Several at once: a unit is promised once, a limit is never exceeded together, a phone's order is one. On PostgreSQL."""

import pytest
from django.db import connection

from gongying.areas.orders.actions import DraftLine
from gongying.areas.orders.models import Order
from gongying.core.actor import SYSTEM
from gongying.flows.ordering import actions as ordering

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def test_no_unit_is_promised_twice_and_no_limit_exceeded_together(committed_shop, together):
    """Eight orders at once over goods for four and a half of them, by two distributors of whom one has credit for two."""
    shop = committed_shop
    shop.receive("P1", 45)
    shop.limit("D2", 2300)

    def one(number):
        party = "D1" if number % 2 else "D2"
        return ordering.place(SYSTEM, party_id=shop.ids[party], lines=[DraftLine("P1", 10)])

    done = together(one, 8)
    assert all(done)
    assert sum(each.reserved for each in done) == 45 == shop.shelf()[1]
    assert shop.exposure("D2").held <= 2300_00
    assert sum(each.state == "held" for each in done) == 2
    assert len({each.number for each in done}) == 8


def test_F16_a_phone_that_sends_twice_at_once_has_one_order(committed_shop, together):
    shop = committed_shop
    shop.receive("P1", 100)

    def one(_number):
        return ordering.place(
            SYSTEM, party_id=shop.ids["D1"], lines=[DraftLine("P1", 10)], client_id="phone", on=None
        )

    done = together(one, 4)
    assert len({each.id for each in done}) == 1
    assert sum(not each.repeated for each in done) == 1
    assert Order.objects.unscoped("test").count() == 1
    assert shop.shelf() == (100, 10)


def test_cancel_and_place_do_not_wait_for_each_other_in_a_circle(committed_shop, together):
    """Accounts come before goods in every step: cancelling gives back what others take at the same moment."""
    shop = committed_shop
    shop.receive("P1", 40)
    first = [
        ordering.place(SYSTEM, party_id=shop.ids[p], lines=[DraftLine("P1", 10)]) for p in ("D1", "D2", "D1", "D2")
    ]

    def one(number):
        if number < 4:
            return ordering.cancel(SYSTEM, order_id=first[number].id, reason="x")
        return ordering.place(
            SYSTEM, party_id=shop.ids["D1" if number % 2 else "D2"], lines=[DraftLine("P1", 5)]
        ).state

    done = together(one, 8)
    assert done[:4] == ["cancelled"] * 4
    assert all(state in ("allocated", "approved") for state in done[4:])
    ordering.allocate_waiting(SYSTEM)
    assert shop.shelf() == (40, 20)
