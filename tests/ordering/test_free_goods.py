"""X28: goods that cost nothing are worth something: limited, agreed by a second person, reported with the tax on what is deemed sold."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from gongying.areas.orders import actions as orders_do
from gongying.areas.orders import queries as orders
from gongying.areas.orders.actions import DraftLine
from gongying.core.actor import SYSTEM
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.refusal import Missing, Refused
from gongying.flows.ordering import actions as ordering

pytestmark = pytest.mark.django_db
FOREVER = {"start": date(2026, 1, 1), "end": date(2100, 1, 1)}


def give(shop, people, packs=3, product="P1", purpose="sample", party="D1", who=None, **more):
    lines = [DraftLine(product, packs)]
    return ordering.give(
        who or people.planner, party_id=shop.ids[party], purpose=purpose, lines=lines, reason="新品试用", **more
    )


def through(shop, order_id):
    """Ship all of an order and have it signed for."""
    sent = ordering.ship(SYSTEM, order_id=order_id)
    ordering.deliver(SYSTEM, shipment_id=sent.id, signed_by="王")


def test_samples_wait_for_a_second_person_and_say_what_they_are_worth(shop, people):
    shop.receive("P1", 10)
    made = give(shop, people)
    assert (made.state, made.reserved, made.total_minor) == ("submitted", 0, 0)
    order = shop.order(made.id)
    assert (order.purpose, order.gross_minor, order.discount_minor, order.net_minor) == (
        "sample",
        300_00,
        300_00,
        0,
    )
    assert ordering.approve(people.director, order_id=made.id) == "allocated"
    assert shop.exposure().held == 0, "what costs nothing holds no credit"
    assert shop.shelf("P1")[1] == 3


def test_who_asked_does_not_agree_himself_and_a_limit_is_one_of_what_it_is_worth(shop, people):
    shop.publish(
        "approvals.matrix",
        "authority",
        {
            "rules": [
                {"verb": "ordering.approve", "role": "director", "limit": "250"},
                {"verb": "ordering.approve", "role": "admin"},
            ]
        },
    )
    for packs, passes in ((2, True), (3, False)):
        made = give(shop, people, packs)
        with pytest.raises(Refused):
            ordering.approve(people.planner, order_id=made.id)
        if passes:
            assert ordering.approve(people.director, order_id=made.id) == "approved"
            continue
        with pytest.raises(Refused) as no:
            ordering.approve(people.director, order_id=made.id)
        assert no.value.code == "authority"


def test_a_quarter_gives_no_more_than_its_limit_and_what_is_turned_down_is_free_again(shop, people):
    shop.publish("orders.rules", "orders", {"free_up_to": "200", "free_quarter": "500"})
    assert give(shop, people, 2).state == "approved", "200 pass without a second person"
    waiting = give(shop, people, 3)
    with pytest.raises(Refused) as no:
        give(shop, people, 1)
    assert no.value.code == "quarter"
    assert "0.00" in str(no.value)
    assert give(shop, people, 5, party="D2").state == "submitted", "each distributor has a limit of his own"
    ordering.reject(people.director, order_id=waiting.id, reason="太多")
    assert give(shop, people, 1).state == "approved"


def test_a_quarter_of_long_ago_is_another_one(shop, people):
    shop.publish("orders.rules", "orders", {"free_quarter": "300"})
    give(shop, people, 3, on=timezone.localdate() - timedelta(days=100))
    assert give(shop, people, 3).state == "submitted"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purpose": "present"}, "purpose"),
        ({"purpose": ""}, "purpose"),
        ({"lines": []}, "lines"),
        ({"lines": [DraftLine("NONE", 1)]}, "lines.1"),
        ({"reason": "  "}, "reason"),
        ({"ship_to_id": 999_999}, "ship_to_id"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(shop, people, change, field):
    given = {"party_id": shop.ids["D1"], "purpose": "sample", "lines": [DraftLine("P1", 1)], "reason": "x"} | change
    with pytest.raises(Refused) as no:
        ordering.give(people.planner, **given)
    assert no.value.field == field
    assert not orders.listed(SYSTEM).exists()


def test_nobody_gives_to_a_stranger(shop, people):
    with pytest.raises(Missing):
        give(shop, people, party="D2", who=people.east)


def test_free_goods_are_not_amended_into_goods_that_cost(shop, people):
    made = give(shop, people)
    with pytest.raises(Refused) as no:
        ordering.amend(people.director, order_id=made.id, lines=[DraftLine("P1", 1)], reason="少一点")
    assert no.value.code == "free"


def test_the_report_holds_every_kind_and_taxes_what_is_deemed_sold(shop, people):
    """A sample of 3 at 100.00 is deemed sold with 13 %; a replacement is no gift; a reward in goods is worth its price."""
    shop.receive("P1", 100)
    for purpose in ("sample", "replacement"):
        made = give(shop, people, purpose=purpose)
        ordering.approve(people.director, order_id=made.id)
        through(shop, made.id)
    orders_do.gift(
        SYSTEM, party_id=shop.ids["D2"], product="P2", quantity=4, currency="CNY", on=date(2026, 3, 1),
        reference="R1", title="返利", under="rewards.settlement",
    )  # fmt: skip
    lines = orders.free_goods(SYSTEM, **FOREVER)
    told = {
        each.kind: (each.quantity, each.delivered, each.worth_minor, each.tax_rate, each.tax_minor)
        for each in lines
    }
    assert told == {
        "sample": (3, 3, 300_00, Decimal("0.13"), 39_00),
        "replacement": (3, 3, 300_00, Decimal("0.13"), 0),
        "reward": (4, 0, 0, Decimal("0.13"), 0),
    }
    sums = {
        each.kind: (each.worth_minor, each.tax_minor) for each in orders.free_sums(orders.free_lines_of(SYSTEM))
    }
    assert sums == {"sample": (300_00, 39_00), "replacement": (300_00, 0), "reward": (0, 0)}
    assert {each.kind for each in orders.free_goods(people.clerk, **FOREVER)} == {"sample", "replacement"}


def test_pages_ask_for_samples_and_list_them(shop):
    sync_roles()
    boss = User.objects.create_user("boss", "boss@example.com", name="boss", role="director")
    UserScope.objects.create(user=boss, kind="all", key="")
    client = Client()
    client.force_login(boss)
    page = client.get("/ordering/free/new/")
    assert f"/ordering/free/new/?party={shop.ids['D1']}" in page.content.decode()
    sent = {"party": shop.ids["D1"], "purpose": "display", "reason": "陈列", "text": "P1\t2\nNOPE\t1"}
    wrong = client.post("/ordering/free/new/", sent)
    assert wrong.status_code == 409
    assert "NOPE" in wrong.content.decode()
    done = client.post("/ordering/free/new/", sent | {"text": "P1\t2"})
    assert done.status_code == 302
    listed = client.get("/ordering/free/").content.decode()
    assert "D1" in listed or shop.order(orders.listed(SYSTEM).get().pk).number in listed
    assert client.get("/ordering/free/?export=csv").status_code == 200
