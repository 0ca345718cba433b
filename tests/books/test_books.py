"""Places, prices, stock, plans: idempotent, corrected by new postings, never edited, scoped."""

from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongying.books.money import post as ledger
from gongying.books.places import post as places
from gongying.books.places import read as places_read
from gongying.books.plans import post as plans
from gongying.books.plans import read as plans_read
from gongying.books.prices import post as prices
from gongying.books.prices import read as prices_read
from gongying.books.stock import post as stock
from gongying.books.stock import read as stock_read
from gongying.books.trade import post as trade
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import joined
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db
YEAR = {"start": date(2026, 1, 1), "end": date(2027, 1, 1)}


@pytest.fixture
def inside(network):
    with joined("tests.books"):
        yield network


def only(network, code):
    return Actor(code, parties=frozenset({network.ids[code]}))


def test_a_target_is_posted_once_and_revised_by_a_new_row(inside):
    row = plans.TargetIn("2026-07", inside.ids["D1"], category="COOK", amount_minor=100_00)
    assert plans.targets(SYSTEM, [row], source="t") == (1, 0, 0)
    assert plans.targets(SYSTEM, [row], source="t") == (0, 1, 0)
    assert plans.targets(SYSTEM, [row._replace(amount_minor=90_00)], source="t", batch_id=7) == (0, 0, 1)
    assert [t.amount_minor for t in plans_read.targets(SYSTEM, **YEAR)] == [90_00]
    assert not plans_read.targets(only(inside, "D2"), **YEAR).exists()
    assert plans.reverse_batch(SYSTEM, batch_id=7) == 1
    assert [t.amount_minor for t in plans_read.targets(SYSTEM, **YEAR)] == [100_00], (
        "what it had revised stands again"
    )
    assert plans.targets(SYSTEM, [row], source="t") == (0, 1, 0)
    fan = row._replace(category="FAN")
    assert plans.targets(SYSTEM, [fan], source="t", batch_id=8) == (1, 0, 0)
    assert plans.reverse_batch(SYSTEM, batch_id=8) == 1
    assert [t.category for t in plans_read.targets(SYSTEM, **YEAR)] == ["COOK"], "what was new stands no more"
    assert plans.targets(SYSTEM, [fan], source="t") == (1, 0, 0)


def test_a_target_belongs_to_a_party_or_a_seller(inside):
    with pytest.raises(DatabaseError), transaction.atomic():
        plans.targets(SYSTEM, [plans.TargetIn("2026", amount_minor=1)], source="t")
    assert plans.targets(SYSTEM, [plans.TargetIn("2026Q1", seller="S1", amount_minor=1)], source="t").created == 1
    assert plans_read.targets(SYSTEM, **YEAR, sellers=True).count() == 1
    with pytest.raises(Refused):
        plans.targets(SYSTEM, [plans.TargetIn("July", inside.ids["D1"])], source="t")


def test_the_most_specific_price_holds_and_says_what_it_won_over(inside):
    rice = inside.skus["P1"]
    base = prices.PriceIn("D26", "dealer", rice, "CNY", Decimal("199"), valid_from=date(2026, 1, 1))
    rows = [
        base,
        base._replace(min_quantity=10, price=Decimal("189.5")),
        base._replace(scope_kind="region", scope_key="HD", price=Decimal("195")),
        base._replace(scope_kind="party", scope_key="D2", price=Decimal("180"), valid_to=date(2026, 6, 1)),
    ]
    assert prices.prices(SYSTEM, rows, source="t").created == 4
    on = date(2026, 3, 1)

    def found(code, day=on, quantity=1):
        return prices_read.price(SYSTEM, rice, day, party_id=inside.ids[code], quantity=quantity)

    assert found("D1").price == Decimal("195")
    assert found("D2").price == Decimal("180")
    assert found("D2", date(2026, 7, 1)).price == Decimal("199")
    assert found("D2", date(2026, 7, 1), 12).price == Decimal("189.5")
    assert found("D1", date(2025, 1, 1)) is None
    assert len(found("D2").why) == 2
    seen = {p.scope_key for p in prices_read.prices(only(inside, "D1"))}
    assert seen == {"", "HD"}, "another distributor's price is nobody else's business"


def test_a_declaration_moves_the_balance_and_an_older_one_does_not(inside):
    d1, rice = inside.ids["D1"], inside.skus["P1"]
    first = stock.CountIn(d1, rice, date(2026, 1, 31), 40)
    assert stock.counts(SYSTEM, [first], source="t", batch_id=1).created == 1
    assert stock.counts(SYSTEM, [first._replace(on=date(2026, 2, 28), quantity=25)], source="t").created == 1
    assert stock.counts(SYSTEM, [first._replace(on=date(2025, 12, 31), quantity=99)], source="t").created == 1
    assert stock.counts(SYSTEM, [first], source="t").unchanged == 1
    assert [b.quantity for b in stock_read.balances(SYSTEM)] == [25]
    assert stock_read.check() == []
    assert stock_read.last_declared(SYSTEM) == {d1: date(2026, 2, 28)}
    assert not stock_read.balances(only(inside, "D2")).exists()


def test_a_movement_can_be_corrected_twice(inside):
    rice = inside.skus["P1"]
    move = stock.MoveIn("GR-1", None, rice, date(2026, 1, 5), 10)
    assert stock.moves(SYSTEM, [move], source="wms", batch_id=3).created == 1
    assert stock.moves(SYSTEM, [move], source="wms").unchanged == 1
    for quantity in (12, 7):
        assert stock.moves(SYSTEM, [move._replace(quantity=quantity)], source="wms").corrected == 1
    assert [b.quantity for b in stock_read.balances(SYSTEM)] == [7]
    assert stock_read.check() == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-9, 9), st.booleans()), max_size=12), st.integers(0, 99))
def test_balances_are_the_sum_of_movements_after_any_postings(inside, rows, salt):
    for place, (key, quantity, undo) in enumerate(rows):
        move = stock.MoveIn(
            f"{salt}-{key}", None, inside.skus["P2"], date(2026, 1, 5), quantity or 1, lot=str(key % 2)
        )
        stock.moves(SYSTEM, [move], source="wms", batch_id=salt * 1000 + place)
        if undo:
            stock.reverse_batch(SYSTEM, batch_id=salt * 1000 + place)
    assert stock_read.check() == []


POSTED = [
    "trade_line",
    "trade_origin",
    "plans_target",
    "prices_price",
    "stock_movement",
    "stock_count",
    "money_transfer",
    "money_match",
    "prices_use",
]


def test_every_append_only_table_is_tried():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%%append_only'"
            )
        else:
            cursor.execute(
                "SELECT DISTINCT tbl_name FROM sqlite_master WHERE name LIKE '%%\\_no\\_update' ESCAPE '\\'"
            )
        guarded = {name for (name,) in cursor.fetchall()}
    books = {model._meta.db_table for model in apps.get_models() if model.__module__.startswith("gongying.books.")}
    assert guarded & books == set(POSTED)


@pytest.mark.parametrize("table", POSTED)
def test_posted_rows_cannot_be_changed_even_by_hand(inside, table):
    d1, rice = inside.ids["D1"], inside.skus["P1"]
    inside.sell(inside.line(yuan=1))
    trade.came_from(SYSTEM, {inside.line(yuan=1).key: date(2026, 7, 1)}, level="sell_in", source="test")
    plans.targets(SYSTEM, [plans.TargetIn("2026", d1, amount_minor=1)], source="t")
    prices.prices(SYSTEM, [prices.PriceIn("L", "list", rice, "CNY", Decimal(1))], source="t")
    stock.counts(SYSTEM, [stock.CountIn(d1, rice, date(2026, 1, 31), 4)], source="t")
    purse = ledger.open_accounts(SYSTEM, kind="t", currency="CNY", holders=[None, d1])
    ledger.reserve(SYSTEM, [ledger.Wanted("k", purse[None], purse[d1], 5)], document="X", on=date(2026, 1, 31))
    day = date(2026, 1, 31)
    items = [ledger.ItemIn(f"i{n}", d1, "CNY", "opening", f"i{n}", day, day, n) for n in (5, -5)]
    owed, had = ledger.items(SYSTEM, items).values()
    ledger.match(SYSTEM, [(owed, had, 5)], day)
    spent = prices_read.PromotionUse("special/x", "party:D1", 0, "", day, "CNY", 1, 0, 0, 0, 0, [])
    prices.use(SYSTEM, [spent], party_id=d1, document="SO-1", on=day)
    verbs = [f"UPDATE {table} SET id = id", f"DELETE FROM {table}"]  # noqa: S608 - our own names
    if connection.vendor == "postgresql":
        verbs.append(f"TRUNCATE {table} CASCADE")
    else:
        verbs.append(f"REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608
    for verb in verbs:
        refused = pytest.raises(DatabaseError, match=r"append-only|pending trigger")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(verb)


def test_an_exclusive_territory_excludes(inside):
    grant = places.TerritoryIn(inside.ids["D1"], "HD", exclusive=True, valid_from=date(2026, 1, 1))
    assert places.territories(SYSTEM, [grant]) == 1
    assert places.territories(SYSTEM, [grant]) == 0
    other = grant._replace(party_id=inside.ids["D2"], exclusive=False, channel="online")
    with pytest.raises(Refused) as no:
        places.territories(SYSTEM, [other])
    assert no.value.code == "exclusive"
    assert places.territories(SYSTEM, [other._replace(region="HN")]) == 1
    assert places_read.territories(only(inside, "D2")).count() == 1
    assert not places_read.territories(SYSTEM, at=date(2025, 1, 1)).exists()
