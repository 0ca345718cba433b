"""Invoices and credit notes: from the hold of an order to what is owed, and back (X25, C171)."""

import io
from dataclasses import replace
from datetime import date

import pytest
from bills import FINANCE, ON, bill, faults, line, paid
from django.test import Client
from pypdf import PdfReader

from gongying.areas.billing import actions, queries
from gongying.areas.billing.models import Invoice
from gongying.books.money import post as ledger
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.journal.models import Entry
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db


@action(needs="tests.holding", roles=("admin",), name="tests.holding", exposed=False)
def held(actor: Actor, *, party_id: int, minor: int, key: str, prepaid: bool = False) -> int:
    """An order holds what it will owe."""
    return ledger.hold(
        actor, party_id=party_id, currency="CNY", amount_minor=minor, key=key, document=key, on=ON, prepaid=prepaid
    )


@action(needs="tests.lifting", roles=("admin",), name="tests.lifting", exposed=False)
def lifted(actor: Actor, *, key: str) -> int:
    """The order was cancelled."""
    return ledger.lift(actor, key=key)


for _name in ("tests.holding", "tests.lifting"):
    ACTIONS.pop(_name, None)


def stands(network):
    place = money.exposure(network.ids["D1"], "CNY")
    return place.owed, place.held


def test_a_hold_becomes_what_is_owed_delivery_by_delivery(network):
    held(SYSTEM, party_id=network.ids["D1"], minor=1130_00, key="order/A")
    first = bill(network, 400, rate="0.13", hold_key="order/A", rest_minor=678_00)
    assert first.total_minor == 452_00
    assert stands(network) == (452_00, 678_00)
    bill(network, 600, rate="0.13", hold_key="order/A", rest_minor=0)
    assert stands(network) == (1130_00, 0)
    bill(network, 5, rate="0.13", hold_key="order/A")  # one more, though nothing is held: shipped is shipped
    assert stands(network) == (1135_65, 0)
    assert money.totals(SYSTEM, kind="sales") == {"CNY": 1005_00}
    assert money.totals(SYSTEM, kind="tax") == {"CNY": 130_65}
    assert faults() == {}


def test_a_hold_goes_on_through_many_deliveries_and_lapses_once(network):
    held(SYSTEM, party_id=network.ids["D1"], minor=60_00, key="order/A")
    for number in range(7):
        bill(network, 1, hold_key="order/A", rest_minor=(59 - number) * 100, delivery=f"DN-{number}")
    assert stands(network) == (7_00, 53_00)
    assert lifted(SYSTEM, key="order/A") == 53_00
    assert lifted(SYSTEM, key="order/A") == 0
    assert stands(network) == (7_00, 0)
    assert faults() == {}


def test_F14_an_invoice_is_not_refused_because_another_order_holds_the_prepayment(network):
    """F14: goods that were delivered are invoiced; money that another order holds is left alone."""
    paid(network, 100, advance=True)
    d1 = network.ids["D1"]
    held(SYSTEM, party_id=d1, minor=80_00, key="order/B", prepaid=True)
    bill(network, 50, order="SO-A", prepaid=True)
    assert [row.open_minor for row in money.open_items(SYSTEM, on=ON)] == [30_00], "only what is free settles it"
    assert money.exposure(d1, "CNY").prepaid == 0
    bill(network, 80, order="SO-B", hold_key="order/B", prepaid=True)
    assert [row.open_minor for row in money.open_items(SYSTEM, on=ON)] == [30_00], "its own hold pays its invoice"
    assert faults() == {}


def test_tax_is_told_by_rate_and_the_amount_in_capitals_on_page_and_paper(network):
    made = actions.invoice(
        SYSTEM,
        party_id=network.ids["D1"],
        currency="CNY",
        lines=[line(network.skus["P1"], 1000, off=100), line(network.skus["P2"], 50, rate="0.09", quantity=4)],
        order="SO-7",
        delivery="DN-7",
        terms_days=45,
        on=ON,
    )
    row = queries.invoice_row(SYSTEM, made.id)
    assert (row.net_minor, row.tax_minor, row.total_minor) == (950_00, 121_50, 1071_50)
    assert row.due_on == date(2026, 12, 17)
    rates = queries.tax_by_rate(list(queries.lines(SYSTEM, row)))
    assert [(str(rate.normalize()), net, tax) for rate, net, tax in rates] == [
        ("0.13", 900_00, 117_00),
        ("0.09", 50_00, 4_50),
    ]
    sync_roles()
    user = User.objects.create_user("fin", "x", name="Fin", role="finance")
    UserScope.objects.create(user=user, kind="all")
    browser = Client()
    browser.force_login(user)
    said = browser.get(f"/billing/invoices/{made.id}/").content.decode()
    assert "壹仟零柒拾壹元伍角" in said
    paper = browser.get(f"/billing/invoices/{made.id}/?export=pdf")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages).replace("\0", "")
    assert made.number in text
    assert "1,071.50" in text


def test_a_credit_note_settles_its_invoice_first_and_the_rest_stays_to_his_credit(network):
    old, new = bill(network, 100, delivery="DN-1"), bill(network, 300, delivery="DN-2")
    note = actions.credit_note(
        SYSTEM,
        party_id=network.ids["D1"],
        currency="CNY",
        lines=[line(network.skus["P1"], -120, rate="0", quantity=-1)],
        order="SO-1",
        delivery="RT-1",
        on=ON,
        corrects=new.number,
        reason="damaged",
    )
    left = {row.document: row.open_minor for row in money.open_items(SYSTEM, on=ON)}
    assert left == {old.number: 100_00, new.number: 180_00}
    assert note.total_minor == -120_00
    paid(network, 280, text=f"{old.number} {new.number}")
    more = actions.credit_note(
        SYSTEM,
        party_id=network.ids["D1"],
        currency="CNY",
        lines=[line(network.skus["P1"], -30, rate="0", quantity=-1)],
        order="SO-1",
        delivery="RT-2",
        on=ON,
    )
    (row,) = money.open_items(SYSTEM, on=ON)
    assert (row.document, row.open_minor) == (more.number, -30_00)
    third = bill(network, 50, order="SO-9")
    item = queries.invoice_row(SYSTEM, third.id).item_id
    assert actions.settle_credit(FINANCE, credit_item=row.id, uses=[(item, 30_00)]) == 30_00
    assert [r.open_minor for r in money.open_items(SYSTEM, on=ON)] == [20_00]
    assert faults() == {}


def test_an_invoice_that_is_paid_is_told_once(network):
    made = bill(network, 100)
    paid(network, 60, text=made.number)
    assert not Entry.objects.filter(name="billing.invoice_paid").exists()
    paid(network, 40, text=made.number)
    (told,) = Entry.objects.filter(name="billing.invoice_paid")
    assert f'"number":"{made.number}"' in told.payload
    assert '"order":"SO-1"' in told.payload


def test_what_does_not_add_up_is_refused(network):
    good = line(network.skus["P1"], 100)
    given = {"party_id": network.ids["D1"], "currency": "CNY", "order": "", "delivery": "", "on": ON}
    wrong = replace(good, net_minor=1)
    for lines, code in (([], "lines"), ([wrong], "sum"), ([line(network.skus["P1"], -5)], "sign")):
        with pytest.raises(Refused) as no:
            actions.invoice(SYSTEM, lines=lines, terms_days=30, **given)
        assert no.value.code == code
    with pytest.raises(Refused):
        actions.credit_note(SYSTEM, lines=[line(network.skus["P1"], -5)], corrects="FP-000000-9999", **given)
    assert not Invoice.objects.unscoped("test").exists()
    assert faults() == {}


def test_opening_balances_are_taken_over_once(network):
    rows = [
        actions.OpeningIn("D1", "CNY", "OLD-1", date(2025, 12, 1), date(2026, 1, 1), 500_00),
        actions.OpeningIn("D1", "CNY", "OLD-2", date(2025, 12, 5), date(2025, 12, 5), -40_00),
    ]
    for _again in range(2):
        assert actions.open_balances(FINANCE, rows=rows) == 2
    assert stands(network) == (460_00, 0)
    with pytest.raises(Refused):
        actions.open_balances(FINANCE, rows=[replace(rows[0], party="XX")])
    assert faults() == {}


def test_a_stranger_finds_no_paper(network):
    made = bill(network, 100)
    payment = paid(network, 10)
    other = Actor("x", role="owner", may=frozenset({"*"}), parties=frozenset({network.ids["D2"]}))
    item = queries.invoice_row(SYSTEM, made.id).item_id
    for ask in (
        lambda: queries.paper(other, invoice_id=made.id),
        lambda: queries.payment(other, payment.id),
        lambda: queries.open_view(other, party_id=network.ids["D1"], currency="CNY", on=ON),
        lambda: actions.match(other, payment_id=payment.id, uses=[(item, 1)]),
        lambda: actions.ask_writeoff(other, item_id=item, amount_minor=1, reason="x"),
        lambda: actions.offset_rebate(other, party_id=network.ids["D1"], currency="CNY", amount_minor=1),
    ):
        with pytest.raises(Missing):
            ask()
    assert queries.ageing(other, on=ON) == []
    assert list(queries.invoices(other)) == []
