"""The ledger: transfers by the many, floors, and decisions that are made once."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongying.books.money import post as ledger
from gongying.books.money import read as money
from gongying.books.money.models import Account, Transfer
from gongying.books.money.post import Wanted
from gongying.core.actor import SYSTEM
from gongying.core.doors import inside
from gongying.core.journal.models import Entry
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db
ON = date(2026, 7, 31)


@pytest.fixture
def accounts(network):
    """The house, and two distributors of whom the second may not go below zero."""
    token = inside.set("tests.money")
    house = ledger.open_accounts(SYSTEM, kind="rebate_expense", currency="CNY", holders=[None])[None]
    first, second = network.ids["D1"], network.ids["D2"]
    free = ledger.open_accounts(SYSTEM, kind="rebate", currency="CNY", holders=[first])[first]
    bound = ledger.open_accounts(SYSTEM, kind="rebate", currency="CNY", holders=[second], floor_minor=0)[second]
    yield house, free, bound
    inside.reset(token)


def balances(*rows):
    return [(row.balance_minor, row.held_minor) for row in map(fresh, rows)]


def fresh(row):
    return Account.objects.unscoped("test").get(pk=row.pk)


def hold(*wanted):
    return ledger.reserve(SYSTEM, [Wanted(*each) for each in wanted], document="X1", on=ON)


def test_an_account_is_opened_once(accounts, network):
    again = ledger.open_accounts(
        SYSTEM, kind="rebate", currency="CNY", holders=[network.ids["D1"], network.ids["D2"]]
    )
    assert {row.pk for row in again.values()} == {row.pk for row in accounts[1:]}


def test_holds_take_effect_together_and_the_same_keys_again_are_the_same_transfers(accounts):
    house, free, bound = accounts
    held = hold(("a", house, free, 100), ("b", house, bound, 250), ("c", house, free, 7))
    assert balances(house, free, bound) == [(0, 357), (0, 0), (0, 0)]
    assert hold(("a", house, free, 100), ("b", house, bound, 250), ("c", house, free, 7)) == held
    assert balances(house) == [(0, 357)]
    before = Entry.objects.count()
    ledger.post_pending(SYSTEM, list(held.values()))
    assert balances(house, free, bound) == [(-357, 0), (107, 0), (250, 0)]
    assert Entry.objects.count() == before + 3, "each transfer is a fact of its own"
    assert money.check() == []


def test_a_floor_holds_for_the_sum_of_what_is_asked_and_nothing_is_half_held(accounts):
    house, free, bound = accounts
    ledger.post_pending(SYSTEM, list(hold(("in", house, bound, 100)).values()))
    with pytest.raises(Refused) as no:
        hold(("x", bound, house, 60), ("y", bound, free, 60))
    assert no.value.code == "floor"
    assert not Transfer.objects.unscoped("test").filter(key__in=["x", "y"]).exists()
    assert balances(bound) == [(100, 0)]
    hold(("x", bound, house, 60), ("y", bound, free, 40))
    assert balances(bound) == [(100, 100)]
    with pytest.raises(Refused):
        hold(("z", bound, house, 1))


def test_a_transfer_is_decided_once_and_all_or_none(accounts):
    house, free, _bound = accounts
    held = hold(("a", house, free, 5), ("b", house, free, 6))
    ledger.void_pending(SYSTEM, [held["a"]])
    assert balances(house) == [(0, 6)]
    for decide in (ledger.post_pending, ledger.void_pending):
        with pytest.raises(Refused) as no:
            decide(SYSTEM, list(held.values()))
        assert no.value.code == "resolved"
    assert balances(house, free) == [(0, 6), (0, 0)]
    with pytest.raises(Missing):
        ledger.post_pending(SYSTEM, [held["b"], 10**9])
    assert money.check() == []


def test_accounts_of_two_currencies_do_not_mix(accounts, network):
    house, _free, _bound = accounts
    yen = ledger.open_accounts(SYSTEM, kind="rebate", currency="JPY", holders=[network.ids["D1"]])
    with pytest.raises(Refused) as no:
        hold(("j", house, yen[network.ids["D1"]], 5))
    assert no.value.code == "currency"


def test_a_key_stands_for_one_transfer(accounts):
    house, free, bound = accounts
    hold(("a", house, free, 5))
    for other in (("a", house, free, 6), ("a", house, bound, 5), ("a", free, house, 5)):
        with pytest.raises(Refused) as no:
            hold(other)
        assert no.value.code == "key_reused"
    assert balances(house) == [(0, 5)]


def test_what_is_posted_stays_posted(accounts):
    house, free, _bound = accounts
    held = hold(("a", house, free, 5))
    (posted,) = ledger.post_pending(SYSTEM, [held["a"]])
    for decide in (ledger.void_pending, ledger.post_pending):
        with pytest.raises(Missing):
            decide(SYSTEM, [posted])
    assert balances(house, free) == [(-5, 0), (5, 0)]


def test_the_database_itself_refuses_an_untrue_decision(accounts, network):
    house, free, bound = accounts
    held = hold(("a", house, free, 5), ("b", house, free, 6))
    (posted,) = ledger.post_pending(SYSTEM, [held["a"]])
    yen = ledger.open_accounts(SYSTEM, kind="rebate", currency="JPY", holders=[network.ids["D1"]])
    row = {"debit": house, "credit": free, "amount_minor": 6, "document": "X", "business_date": ON}
    for wrong in (
        {"status": "void", "resolves_id": posted},  # posted is not pending
        {"status": "posted", "resolves_id": held["b"], "amount_minor": 7},
        {"status": "posted", "resolves_id": held["b"], "credit": bound},
        {"status": "posted"},  # of what?
        {"status": "pending", "resolves_id": held["b"]},
        {"status": "paid"},
        {"status": "pending", "credit": yen[network.ids["D1"]]},
        {"status": "pending", "amount_minor": 0},
        {"status": "pending", "credit": house},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Transfer.objects.create(**(row | {"key": "z"} | wrong))
    Transfer.objects.create(**row, key="z", status="void", resolves_id=held["b"])  # the twin: this one is true


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 90), st.sampled_from("phv")), max_size=12
    ),
)
def test_balances_are_the_sum_of_the_postings_after_any_transfers(accounts, steps):
    salt, refused = uuid4().hex, set()
    for number, (debit, credit, amount, end) in enumerate(steps):
        if debit == credit:
            continue
        try:
            held = hold((f"{salt}-{number}", accounts[debit], accounts[credit], amount))
        except Refused as no:
            refused.add((no.code, debit))
            continue
        if end != "h":
            (ledger.post_pending if end == "p" else ledger.void_pending)(SYSTEM, list(held.values()))
    assert money.check() == []
    assert refused <= {("floor", 2)}
    assert balances(accounts[2])[0][0] - balances(accounts[2])[0][1] >= 0


def test_a_balance_that_was_changed_by_hand_is_named(accounts):
    house, free, _bound = accounts
    ledger.post_pending(SYSTEM, list(hold(("a", house, free, 5)).values()))
    Account.objects.unscoped("test").filter(pk=free.pk).update(balance_minor=6)
    assert [(drift.account, drift.balance, drift.postings) for drift in money.check()] == [(free.code, 6, 5)]
