"""Questions whose SQL is built once say what the query set says, on every database."""

from datetime import date

import pytest
from django.db import transaction
from django.db.models import Q, Sum

from gongying.books.money.models import Account, Item
from gongying.books.parties import post as parties_post
from gongying.books.parties import read as parties
from gongying.books.parties.models import Party
from gongying.core.actor import SYSTEM
from gongying.core.asked import Asked, Given
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.policies.read import scopes_of
from gongying.core.scope import Unscoped

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts(network):
    holders = list(Party.objects.unscoped("test").order_by("pk").values_list("pk", flat=True)[:2])
    for holder in holders:
        for kind, balance in (("receivable", -500), ("prepaid", 200)):
            Account.objects.create(
                code=f"{kind}:{holder}:CNY", kind=kind, currency="CNY", holder_id=holder, balance_minor=balance
            )
    return holders


def test_tuples_and_rows_are_those_of_the_query_set(accounts):
    rows = Account.objects.unscoped("test").filter(holder__in=accounts, kind="prepaid").order_by("pk")
    asked = Asked(
        lambda: (
            Account.objects.unscoped("test")
            .filter(holder__in=Given("holders"), kind=Given("kind"))
            .order_by("pk")
            .values_list("code", "balance_minor")
        )
    )
    whole = Asked(
        lambda: Account.objects.unscoped("test").filter(holder__in=Given("holders"), kind="prepaid").order_by("pk")
    )
    for holders in (accounts, accounts[:1], set(accounts)):
        some = rows.filter(holder__in=holders)
        assert asked(holders=holders, kind="prepaid") == list(some.values_list("code", "balance_minor"))
        assert whole(holders=holders) == list(some)
        assert [row.balance_minor for row in whole(holders=holders)] == [200] * len(holders)
    assert asked(holders=[], kind="prepaid") == []


def test_what_is_there_now_is_answered(accounts):
    total = Asked(
        lambda: (
            Account.objects.unscoped("test")
            .filter(Q(holder=Given("holder")) | Q(code=Given("code")))
            .values_list("currency")
            .annotate(total=Sum("balance_minor"))
        )
    )
    assert total(holder=accounts[0], code="") == [("CNY", -300)]
    Account.objects.unscoped("test").filter(holder=accounts[0], kind="prepaid").update(balance_minor=700)
    assert total(holder=accounts[0], code="") == [("CNY", 200)]
    assert total(holder=accounts[0], code=f"prepaid:{accounts[1]}:CNY") == [("CNY", 400)]


def test_dates_are_dates_on_every_database(accounts):
    days = Asked(lambda: Item.objects.unscoped("test").filter(due_on__lt=Given("on")).values_list("key", "due_on"))
    made = {"holder_id": accounts[0], "currency": "CNY", "kind": "invoice", "document": "F1"}
    Item.objects.create(
        key="F1", business_date=date(2026, 1, 1), due_on=date(2026, 1, 31), amount_minor=5, open_minor=5, **made
    )
    assert days(on=date(2026, 2, 1)) == [("F1", date(2026, 1, 31))]
    assert days(on=date(2026, 1, 31)) == []


def test_a_question_without_an_asker_is_refused_and_rows_of_others_are_not_joined(accounts):
    with pytest.raises(Unscoped):
        Asked(lambda: Account.objects.filter(kind=Given("kind")))(kind="prepaid")
    joined = Asked(lambda: Account.objects.unscoped("test").select_related("holder"))
    with pytest.raises(TypeError):
        joined()


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_within_a_transaction_only():
    locked = Asked(lambda: Account.objects.unscoped("test").filter(pk=Given("pk")).select_for_update())
    with transaction.atomic():
        assert locked(pk=0) == []
    with pytest.raises(transaction.TransactionManagementError):
        locked(pk=0)


def test_a_party_is_placed_anew_when_it_moves_within_a_verb(network):
    @action(needs="tests.move", roles=("admin",), name="tests.move", exposed=False)
    def move(actor, *, party_id: int, on: date) -> list[list[tuple[str, str]]]:
        """Give a party a level, and look before and after."""
        before = scopes_of(party_id, on)
        parties_post.set_levels(actor, {party_id: "platinum"}, since=on, document="test")
        return [before, scopes_of(party_id, on)]

    ACTIONS.pop("tests.move", None)
    party = Party.objects.unscoped("test").order_by("pk")[0]
    before, after = move(SYSTEM, party_id=party.pk, on=date(2026, 5, 1))
    assert ("level", "platinum") not in before
    assert after[:2] == [("party", party.code), ("level", "platinum")]
    here = parties.placed(party.pk, date(2026, 5, 1))
    assert here.currency == party.currency
    assert here.level == "platinum"
    codes, region = [], party.region
    while region is not None:
        codes.append(region.code)
        region = region.parent
    assert list(here.regions) == codes
