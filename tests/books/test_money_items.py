"""Open items and holds in the ledger: what the database itself holds, and what the questions of soundness find."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from gongying.books.money import post as ledger
from gongying.books.money import read as money
from gongying.books.money.models import Account, Item, Match
from gongying.books.money.post import ItemIn, Pair, Wanted, holds
from gongying.core.actor import SYSTEM
from gongying.core.doors import inside
from gongying.core.refusal import Missing, Refused
from gongying.core.soundness import SOUND

pytestmark = pytest.mark.django_db
ON = date(2026, 7, 31)


@pytest.fixture
def book(network):
    token = inside.set("tests.money")
    yield network
    inside.reset(token)


def item(book, key, minor, *, party="D1", currency="CNY", kind="invoice", on=ON, due=ON):
    row = ItemIn(key, book.ids[party], currency, kind, key, on, due, minor)
    return ledger.items(SYSTEM, [row])[key]


def paid(book, key, minor, party="D1"):
    """An invoice of an amount with its posting."""
    mine, sales = ("receivable", book.ids[party]), ("sales", None)
    found = ledger.several(SYSTEM, [mine, sales], currency="CNY")
    ledger.pay(SYSTEM, [Wanted(key, found[mine], found[sales], minor)], document=key, on=ON)
    return item(book, key, minor, party=party)


def opened(pk):
    return Item.objects.unscoped("test").get(pk=pk).open_minor


def asked(name):
    return list(SOUND[name].ask())


def test_transfers_that_take_effect_at_once_do_so_once(book):
    mine, sales = ("receivable", book.ids["D1"]), ("sales", None)
    found = ledger.several(SYSTEM, [mine, sales], currency="CNY")
    wanted = [Wanted("a", found[mine], found[sales], 100), Wanted("b", found[sales], found[mine], 30)]
    first = ledger.pay(SYSTEM, wanted, document="X", on=ON)
    assert sorted(ledger.pay(SYSTEM, wanted, document="X", on=ON)) == sorted(first)
    assert money.exposure(book.ids["D1"], "CNY").owed == 70
    assert money.check() == []


def test_a_deposit_never_falls_below_nothing(book):
    theirs, bank = ("deposit", book.ids["D1"]), ("bank", None)
    found = ledger.several(SYSTEM, [theirs, bank], currency="CNY")
    ledger.pay(SYSTEM, [Wanted("in", found[bank], found[theirs], 50)], document="X", on=ON)
    with pytest.raises(Refused) as no:
        ledger.pay(SYSTEM, [Wanted("out", found[theirs], found[bank], 51)], document="X", on=ON)
    assert no.value.code == "floor"
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.unscoped("test").filter(pk=found[theirs].pk).update(balance_minor=-1)


def test_a_hold_goes_on_under_the_next_number(book, monkeypatch):
    monkeypatch.setattr(holds, "AT_ONCE", 2)
    given = {"party_id": book.ids["D1"], "currency": "CNY", "key": "order/A", "document": "A", "on": ON}
    number = ledger.hold(SYSTEM, amount_minor=500, **given)
    assert ledger.hold(SYSTEM, amount_minor=500, **given) == number
    for rest in (400, 300, 200, 100):
        ledger.turn_hold(SYSTEM, key="order/A", posted=[], rest_minor=rest, document="I", on=ON)
        assert ledger.held_on("order/A") == rest == money.exposure(book.ids["D1"], "CNY").held
    assert ledger.lift(SYSTEM, key="order/A") == 100
    assert (ledger.lift(SYSTEM, key="order/A"), ledger.held_on("order/A"), ledger.held_on("order/B")) == (0, 0, 0)
    assert ledger.hold(SYSTEM, amount_minor=0, **given) == 0
    assert money.check() == []


def test_matches_take_from_both_sides_and_can_be_taken_back(book):
    debit, credit = item(book, "I1", 100), item(book, "P1", -60, kind="payment")
    assert ledger.match(SYSTEM, [Pair(debit, credit, 40)], ON) == 1
    assert (opened(debit), opened(credit)) == (60, -20)
    for pairs, code in (
        ([(debit, credit, 21)], "over"),
        ([(debit, credit, 0)], "amount"),
        ([(credit, debit, 5)], "sides"),
        ([(debit, item(book, "P2", -60, party="D2", kind="payment"), 5)], "apart"),
        ([(debit, item(book, "P3", -60, currency="USD", kind="payment"), 5)], "apart"),
    ):
        with pytest.raises(Refused) as no:
            ledger.match(SYSTEM, pairs, ON)
        assert no.value.code == code
    with pytest.raises(Missing):
        ledger.match(SYSTEM, [(debit, 10**9, 5)], ON)
    with pytest.raises(Refused):
        ledger.unmatch(SYSTEM, [(debit, credit, 41)], ON)
    ledger.unmatch(SYSTEM, [(debit, credit, 15)], ON)
    assert (opened(debit), opened(credit)) == (75, -35)
    assert asked("money.items") == []


def test_the_same_item_again_changes_nothing_and_another_under_its_key_is_refused(book):
    assert item(book, "I1", 100) == item(book, "I1", 100)
    with pytest.raises(Refused) as no:
        item(book, "I1", 101)
    assert no.value.code == "key_reused"


def test_the_database_itself_keeps_an_item(book):
    pk = item(book, "I1", 100)
    rows = Item.objects.unscoped("test").filter(pk=pk)
    for change in ({"amount_minor": 90}, {"due_on": "2030-01-01"}, {"open_minor": 101}, {"open_minor": -1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    ledger.match(SYSTEM, [(pk, item(book, "P1", -5, kind="payment"), 5)], ON)
    with pytest.raises(DatabaseError), transaction.atomic():
        Match.objects.unscoped("test").update(amount_minor=6)
    rows.update(open_minor=50)  # the twin: this is what may change


def test_a_day_gone_by_is_known_as_it_was(book):
    debit, credit = (
        item(book, "I1", 100, on=date(2026, 7, 1), due=date(2026, 7, 10)),
        item(book, "P1", -60, kind="payment"),
    )
    ledger.match(SYSTEM, [(debit, credit, 60)], ON)
    then = {
        row.document: (row.open_minor, row.days)
        for row in money.open_items(SYSTEM, on=date(2026, 7, 20), known_on=True)
    }
    assert then == {"I1": (100, 10)}
    now = {row.document: row.open_minor for row in money.open_items(SYSTEM, on=ON)}
    assert now == {"I1": 40}
    assert money.overdue([book.ids["D1"]], ON) == {book.ids["D1"]: (40, 21)}
    assert money.overdue([book.ids["D1"]], date(2026, 7, 10)) == {}, "on the due day nothing is late"


def test_what_does_not_agree_is_found(book, tamper):
    pk = paid(book, "I1", 100)
    assert {name: asked(name) for name in SOUND if name.startswith("money.") and asked(name)} == {}
    tamper("money_item")
    Item.objects.unscoped("test").filter(pk=pk).update(open_minor=90)
    assert asked("money.items") == [("I1", 90, 100)]
    assert [(owed, items) for _code, owed, items in asked("money.receivable")] == [(100, 90)]
    Account.objects.unscoped("test").filter(kind="sales").update(balance_minor=99)
    assert asked("money.zero") == [("CNY", -1)]
    assert [drift.balance for drift in asked("money.balances")] == [99]
