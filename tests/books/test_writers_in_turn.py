"""Several writers of the books at once, on PostgreSQL; each promise has a twin that shows what happens without its lock."""

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from gongying.books.lake import post as lake
from gongying.books.lake.read import snapshot
from gongying.books.metrics.read import figure
from gongying.books.money import post as ledger
from gongying.books.money import read as money
from gongying.books.money.models import Account, Transfer
from gongying.books.money.post import Wanted, transfers
from gongying.books.stock import post as stock
from gongying.books.stock import read as stock_read
from gongying.books.trade import read as trade
from gongying.books.trade.models import Line
from gongying.core.actor import SYSTEM
from gongying.core.doors import joined
from gongying.core.refusal import Refused

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
Y26 = {"start": date(2026, 1, 1), "end": date(2027, 1, 1)}
WRITERS = 16


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def write(work, *given, **named):
    """`work` in a transaction of its own, as an action has it."""
    with transaction.atomic(), joined("tests.write"):
        return work(SYSTEM, *given, **named)


# The ledger: an account with 100.00 of which sixteen want 10.00 each at the same moment.


@pytest.fixture
def purse(committed_network):
    network = committed_network
    holder = network.ids["D1"]
    house = write(ledger.open_accounts, kind="house", currency="CNY", holders=[None])[None]
    mine = write(ledger.open_accounts, kind="rebate", currency="CNY", holders=[holder], floor_minor=0)[holder]
    held = write(ledger.reserve, [Wanted("in", house, mine, 100_00)], document="IN", on=date(2026, 1, 1))
    write(ledger.post_pending, list(held.values()))
    return house, mine


def take_out(house, mine):
    """What one of the writers does: hold an amount, post it."""

    def work(number):
        try:
            wanted = [Wanted(f"out-{number}", mine, house, 10_00)]
            held = write(ledger.reserve, wanted, document="OUT", on=date(2026, 1, 2))
            write(ledger.post_pending, list(held.values()))
        except Refused as no:
            return no.code
        except IntegrityError:
            return "database"
        return "out"

    return work


def left(mine):
    row = Account.objects.unscoped("test").get(pk=mine.pk)
    return row.balance_minor, row.held_minor


def no_lock(monkeypatch):
    """The twin: accounts are read without a lock, and nobody looks at the floor."""
    rows = Account.objects.unscoped("test")
    as_they_are = lambda accounts: {row.pk: row for row in rows.filter(pk__in=[each.pk for each in accounts])}  # noqa: E731
    monkeypatch.setattr(transfers, "_lock", as_they_are)
    monkeypatch.setattr(transfers, "_check_floor", lambda account, amount: None)


def test_of_sixteen_writers_as_many_are_served_as_there_is_money_for(purse, together):
    answers = together(take_out(*purse), WRITERS)
    assert sorted(answers) == ["floor"] * 6 + ["out"] * 10
    assert left(purse[1]) == (0, 0)
    assert money.check() == []


def test_without_lock_and_check_the_database_itself_keeps_the_floor(purse, together, monkeypatch):
    no_lock(monkeypatch)
    answers = together(take_out(*purse), WRITERS)
    assert sorted(answers) == ["database"] * 6 + ["out"] * 10
    assert left(purse[1]) == (0, 0)
    assert money.check() == [], "the database adds: nothing is written over"


def test_without_the_constraint_too_the_floor_is_broken(purse, together, monkeypatch):
    no_lock(monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE money_account DROP CONSTRAINT account_floor")
    try:
        assert together(take_out(*purse), WRITERS) == ["out"] * WRITERS
        assert left(purse[1]) == (-60_00, 0)
    finally:
        Account.objects.unscoped("test").update(floor_minor=None)
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE money_account ADD CONSTRAINT account_floor "
                "CHECK (floor_minor IS NULL OR balance_minor >= floor_minor + held_minor)"
            )


def test_the_same_key_from_many_is_one_transfer(purse, together):
    house, mine = purse
    wanted = [Wanted("same", mine, house, 10_00)]
    held = together(lambda _n: write(ledger.reserve, wanted, document="X", on=date(2026, 1, 2))["same"], WRITERS)
    assert len(set(held)) == 1
    assert left(mine) == (100_00, 10_00)

    def decide(number):
        try:
            write(ledger.post_pending if number % 2 else ledger.void_pending, held[:1])
        except Refused as no:
            return no.code
        return "decided"

    assert sorted(together(decide, WRITERS)) == ["decided"] + ["resolved"] * (WRITERS - 1)
    assert Transfer.objects.unscoped("test").filter(resolves_id=held[0]).count() == 1
    assert money.check() == []


# The lake: a line with a lower number that is committed after one with a higher number was mirrored.


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(lake, "WORTH_A_PART", 1)


def late_and_early(network, post, together):
    """Two sales of 1.00 and 10.00: the first is posted first and committed last; in between somebody mirrors and asks."""
    posted, asked = threading.Event(), threading.Event()

    def work(number):
        if number == 0:
            with transaction.atomic(), joined("tests.write"):
                post(network.line(yuan=1, doc="LATE"))
                posted.set()
                asked.wait(1.5)
        else:
            assert posted.wait(10)
            post(network.line(yuan=10, doc="EARLY"))
            lake.refresh()
            snapshot()
            asked.set()

    together(work, 2)
    lake.refresh()
    return figure(SYSTEM, "sell_in", **Y26).one


def mirrored():
    return lake.chain("lines")[-1].last if lake.chain("lines") else 0


def test_a_line_that_is_committed_late_is_in_the_figures(committed_network, small_parts, together):
    network = committed_network
    assert late_and_early(network, network.sell, together) == 11_00
    assert mirrored() == trade.watermark()
    assert list(Line.objects.unscoped("test").order_by("id").values_list("document", flat=True)) == [
        "LATE",
        "EARLY",
    ]
    assert lake.check() == []


def test_a_line_written_by_hand_waits_for_its_turn_as_well(committed_network, small_parts, together):
    network = committed_network
    network.sell(network.line(yuan=5, doc="FIRST"))

    def by_hand(line):
        row = {**line._asdict(), "net_minor": line.gross_minor, "business_key": line.document, "posted_at": "now()"}
        row |= {"content_hash": line.digest(), "source": "hand", "revision": 1}
        with connection.cursor() as cursor:
            marks = ", ".join(["%s"] * len(row))
            cursor.execute(f"INSERT INTO trade_line ({', '.join(row)}) VALUES ({marks})", list(row.values()))  # noqa: S608

    assert late_and_early(network, by_hand, together) == 5_00 + 11_00
    assert lake.check() == []


def test_without_its_turn_the_line_would_be_lost_and_the_check_would_name_it(
    committed_network, small_parts, together, monkeypatch
):
    network = committed_network
    network.sell(network.line(yuan=5, doc="FIRST"))
    monkeypatch.setattr("gongying.books.trade.post.turn", lambda model: None)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE trade_line DISABLE TRIGGER trade_line_in_order")
    try:
        assert late_and_early(network, network.sell, together) == 5_00 + 10_00, "1.00 is gone"
        assert [each.table for each in lake.check()] == ["lines"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE trade_line ENABLE TRIGGER trade_line_in_order")


# Postings that build on what they read.


def test_declarations_of_one_spot_at_once_leave_what_the_newest_says(committed_network, together):
    network = committed_network
    first = stock.CountIn(network.ids["D1"], network.skus["P1"], date(2026, 1, 1), 0)
    rows = [first._replace(on=first.on + timedelta(days=n), quantity=10 + n) for n in range(8)]
    together(lambda n: write(stock.counts, [rows[n]], source="t"), 8)
    assert [balance.quantity for balance in stock_read.balances(SYSTEM)] == [17]
    assert stock_read.check() == []


def test_corrections_of_one_line_at_once_are_made_one_after_the_other(committed_network, together):
    network = committed_network
    network.sell(network.line(yuan=1))
    together(lambda n: network.sell(network.line(yuan=2 + n)), 8)
    lines = Line.objects.unscoped("test")
    standing = lines.filter(line__isnull=True).exclude(kind="reversal")
    assert figure(SYSTEM, "sell_in", **Y26).one == standing.get().net_minor
    assert lines.count() == 1 + 2 * 8
    assert list(trade.check()) == []
