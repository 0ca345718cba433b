"""Scarce goods are shared out among the back-orders that wait for them: drawn, compared, applied by somebody else; C036."""

import pytest
from django.test import Client

from gongying.areas.billing.models import Invoice
from gongying.areas.supply import queries as supply
from gongying.core.actor import SYSTEM, Actor
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.refusal import Missing, Refused
from gongying.flows.ordering import actions as ordering
from gongying.flows.ordering import queries

pytestmark = pytest.mark.django_db
EVERY = frozenset({"*"})
PLANNER = Actor("planner", 15, "planner", EVERY, None)
DIRECTOR = Actor("director", 13, "director", EVERY, None)


@pytest.fixture
def waiting(shop):
    """P1 is owed three orders: 10 and 20 of D1, 30 of D2; nothing was there, now 24 are. P2 is owed nobody."""
    shop.receive("P2", 50)
    shop.made = [shop.place(("P1", n), party=who) for n, who in ((10, "D1"), (20, "D1"), (30, "D2"))]
    shop.place(("P2", 5))
    shop.receive("P1", 24)
    return shop


def given(run_id):
    return {line.order: (line.wish, line.given) for line in supply.shares(SYSTEM).filter(run=run_id)}


def numbers(shop):
    return [each.number for each in shop.made]


def test_the_back_orders_of_a_product_become_the_wishes_of_a_run(waiting):
    """C036: max-min gives each of three 8 of 24; nothing is set aside before somebody else applies it."""
    (row,) = queries.scarce(PLANNER, waiting.sites["WH"])
    assert (row.product.code, row.orders, row.distributors, row.units, row.free, row.short) == (
        "P1",
        3,
        2,
        60,
        24,
        36,
    )
    run = ordering.share_out(PLANNER, products=["P1"], rule="max_min", reason="旺季")
    one, two, three = numbers(waiting)
    assert given(run) == {one: (10, 8), two: (20, 8), three: (30, 8)}
    assert waiting.shelf() == (24, 0)
    assert {trial.rule for trial in supply.trials(supply.run_row(SYSTEM, run))} >= {"proportional", "max_min"}
    with pytest.raises(Refused) as no:
        ordering.apply(PLANNER, allocation_id=run)
    assert no.value.code == "four_eyes"
    ordering.apply(DIRECTOR, allocation_id=run)
    assert waiting.shelf() == (24, 24)
    assert [waiting.lines(each.id)[0].reserved for each in waiting.made] == [8, 8, 8]


def test_an_order_that_lacks_several_things_wishes_for_each_once(shop):
    """Only the chosen product is wished for, by its own line; the other line of the order stays out of it."""
    made = shop.place(("P1", 10), ("P2", 7))
    other = shop.place(("P2", 3), ("P1", 4), party="D2")
    shop.receive("P1", 6)
    rows = {row.product.code: row for row in queries.scarce(PLANNER, shop.sites["WH"])}
    assert {code: (row.orders, row.units, row.free) for code, row in rows.items()} == {
        "P1": (2, 14, 6),
        "P2": (2, 10, 0),
    }
    assert given(ordering.share_out(PLANNER, products=["P1"], rule="max_min")) == {
        made.number: (10, 3),
        other.number: (4, 3),
    }
    run = ordering.share_out(PLANNER, products=["P1", "P2"])
    assert supply.shares(SYSTEM).filter(run=run).count() == 4


def test_only_what_is_still_owed_is_wished_for(waiting):
    ordering.allocate(SYSTEM, order_id=waiting.made[0].id)
    ordering.cancel(SYSTEM, order_id=waiting.made[2].id, lines=[ordering.CancelLine(1, 25)], reason="x")
    run = ordering.share_out(PLANNER, products=["P1"], rule="proportional", step=2)
    _one, two, three = numbers(waiting)
    assert {order: wish for order, (wish, _given) in given(run).items()} == {two: 20, three: 5}
    assert sum(units for _wish, units in given(run).values()) == 14


def test_nobody_waits_or_nobody_knows_it(waiting):
    for products, code in ((["P2"], "nothing"), ([], "nothing"), (["P9"], "product")):
        with pytest.raises(Refused) as no:
            ordering.share_out(PLANNER, products=products)
        assert no.value.code == code


def test_who_sees_a_part_of_the_network_does_not_share_out(waiting):
    east = Actor("east", 14, "planner", EVERY, frozenset({waiting.ids["D1"]}))
    with pytest.raises(Refused) as no:
        ordering.share_out(east, products=["P1"])
    assert no.value.code == "scope"
    run = ordering.share_out(PLANNER, products=["P1"])
    with pytest.raises(Missing):
        supply.run_row(east, run)


def test_a_run_and_an_invoice_are_numbered_apart(waiting):
    """A run is PH-…, an invoice FP-…: the invoices of a month have no gap where a run was drawn."""
    paid = waiting.place(("P2", 1))
    ordering.share_out(PLANNER, products=["P1"])
    ordering.deliver(SYSTEM, shipment_id=ordering.ship(SYSTEM, order_id=paid.id).id, signed_by="王")
    run = supply.runs(SYSTEM).get()
    assert run.number.startswith("PH-")
    assert run.number.endswith("-0001")
    (number,) = Invoice.objects.unscoped("test").values_list("number", flat=True)
    assert (number[:3], number[-4:]) == ("FP-", "0001")


def test_the_page_leads_from_the_list_to_the_comparison(waiting):
    sync_roles()
    user = User.objects.create_user("plan@x", None, name="plan", role="planner")
    UserScope.objects.create(user=user, kind="all", key="")
    browser = Client()
    browser.force_login(user)
    assert 'href="/ordering/share/"' in browser.get("/ordering/?owing=yes").content.decode()
    page = browser.get("/ordering/share/").content.decode()
    assert 'value="P1" aria-label' in page
    assert "checked" in page
    assert 'value="P2"' not in page
    done = browser.post("/ordering/share/", {"product": "P1", "rule": "proportional", "site": waiting.sites["WH"]})
    run = supply.runs(SYSTEM).get()
    assert (done.status_code, done["Location"]) == (302, f"/supply/allocations/{run.pk}/")
    assert browser.get(done["Location"]).status_code == 200
    assert browser.post("/ordering/share/", {"rule": "proportional"}).status_code == 409
    assert browser.post("/ordering/share/", {"product": "P1", "step": "x"}).status_code == 409
