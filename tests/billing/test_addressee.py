"""An invoice is made out to whoever plays that role, a payer's money settles what the buyer owes; the buyer's credit stays his; X01."""

from datetime import date

import pytest
from bills import DIRECTOR, FINANCE, ON, bill, faults, line, paid

from gongying.areas.billing import actions, queries
from gongying.areas.billing.models import Invoice
from gongying.areas.billing.web.papers import invoice_pdf
from gongying.areas.network import actions as network_actions
from gongying.books.money import read as money
from gongying.books.parties.models import Party
from gongying.core.actor import SYSTEM, Actor
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db
BEFORE = date(2026, 9, 1)


@pytest.fixture
def roles(network):
    """D2 pays for D1 and is invoiced for him from 15 October on."""
    Party.objects.unscoped("test").filter(pk=network.ids["D2"]).update(
        name="某集团有限公司", uscc="91110000600037341L"
    )
    for role in ("bill_to", "payer"):
        network_actions.set_role(
            DIRECTOR, party_id=network.ids["D1"], role=role, other="D2", valid_from=date(2026, 10, 15)
        )
    return network


def row(made):
    return queries.invoice_row(SYSTEM, made.id)


def place(network, code):
    return money.exposure(network.ids[code], "CNY")


def item(made):
    return row(made).item_id


def test_an_invoice_carries_whom_it_is_made_out_to_on_its_day(roles):
    old, new = bill(roles, 100, on=BEFORE), bill(roles, 100)
    first, second = row(old), row(new)
    assert (first.bill_to, first.addressee) == (None, first.party.name)
    assert (second.bill_to_id, second.party_id) == (roles.ids["D2"], roles.ids["D1"])
    assert (second.addressee, second.addressee_tax) == ("某集团有限公司", "91110000600037341L")
    Party.objects.unscoped("test").filter(pk=roles.ids["D2"]).update(name="改名后")
    assert row(new).addressee == "某集团有限公司", "what was posted says what it said"
    assert len(invoice_pdf(row(new), list(queries.lines(SYSTEM, row(new))), [])) > 1000
    assert faults() == {}


def test_a_credit_note_is_made_out_as_the_invoice_it_corrects(roles):
    old = bill(roles, 100, on=BEFORE)
    back = line(roles.skus["P1"], -100, rate="0", quantity=-1)
    made = actions.credit_note(
        SYSTEM,
        party_id=roles.ids["D1"],
        currency="CNY",
        lines=[back],
        order="",
        delivery="R",
        on=ON,
        corrects=old.number,
    )
    assert row(made).bill_to is None
    assert row(made).addressee == row(old).addressee


def test_the_credit_stays_with_who_buys(roles):
    bill(roles, 100)
    assert (place(roles, "D1").owed, place(roles, "D2").owed) == (100_00, 0)


def test_a_payers_money_settles_what_the_buyer_owes(roles):
    made, own = bill(roles, 100), bill(roles, 40, party="D2")
    done = paid(roles, 100, party="D2")
    assert (done.matched_minor, done.left_minor) == (100_00, 0), "the amount fits the buyer's document exactly"
    assert row(made).open_minor == 0
    assert (place(roles, "D1").owed, place(roles, "D2").owed, place(roles, "D2").prepaid) == (0, 40_00, 0)
    assert [match.debit.document for match in queries.documents_of(SYSTEM, queries.payment(SYSTEM, done.id))] == [
        made.number
    ]
    assert row(own).open_minor == 40_00
    assert faults() == {}


def test_one_payment_settles_documents_of_both_and_is_taken_back(roles):
    made, own = bill(roles, 100), bill(roles, 40, party="D2")
    done = paid(roles, 77, party="D2", advance=True)
    assert actions.match(FINANCE, payment_id=done.id, uses=[(item(made), 60_00), (item(own), 17_00)]) == 0
    assert (place(roles, "D1").owed, place(roles, "D2").owed) == (40_00, 23_00)
    assert faults() == {}
    assert actions.unmatch(FINANCE, payment_id=done.id, item_id=item(made)) == 60_00
    assert (place(roles, "D1").owed, place(roles, "D2").owed, place(roles, "D2").prepaid) == (100_00, 23_00, 60_00)
    assert queries.payment(SYSTEM, done.id).left_minor == 60_00
    assert actions.match(FINANCE, payment_id=done.id, uses=[(item(made), 60_00)]) == 0
    assert faults() == {}


def test_who_is_no_payer_settles_nothing_of_others(roles):
    made = bill(roles, 100, party="D2")
    done = paid(roles, 100)
    assert (done.matched_minor, row(made).open_minor) == (0, 100_00)
    with pytest.raises(Missing):
        actions.match(FINANCE, payment_id=done.id, uses=[(item(made), 1_00)])
    early = paid(roles, 100, party="D2", on=BEFORE, advance=True)
    mine = bill(roles, 100)
    with pytest.raises(Missing):
        actions.match(FINANCE, payment_id=early.id, uses=[(item(mine), 1_00)])
    with pytest.raises(Refused):
        actions.match(FINANCE, payment_id=done.id, uses=[(item(mine), 999_00)])


def test_the_scope_of_whoever_matches_holds(roles):
    made = bill(roles, 100)
    done = paid(roles, 100, party="D2", advance=True)
    narrow = Actor("narrow", role="finance", may=frozenset({"*"}), parties=frozenset({roles.ids["D2"]}))
    with pytest.raises(Missing):
        actions.match(narrow, payment_id=done.id, uses=[(item(made), 1_00)])
    assert not queries.invoices(narrow).filter(number=made.number).exists()
    assert Invoice.objects.unscoped("test").count() == 1
