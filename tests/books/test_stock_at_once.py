"""Several who want the same goods at once, on PostgreSQL; the promise has a twin that oversells without its lock and check."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from gongying.books.places import post as places
from gongying.books.stock import post as stock
from gongying.books.stock import read
from gongying.books.stock.models import Reservation, Shelf
from gongying.books.stock.post import promising, writing
from gongying.core.actor import SYSTEM
from gongying.core.doors import joined
from gongying.core.refusal import Refused
from gongying.core.soundness import SOUND

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
DAY = date(2026, 3, 1)
WRITERS = 16
CHECK = "shelf_promised_once"


def write(work, *given, **named):
    """`work` in a transaction of its own, as an action has it."""
    with transaction.atomic(), joined("tests.write"):
        return work(SYSTEM, *given, **named)


@pytest.fixture
def shelf(committed_network):
    """Ten of P1 and a hundred of P2 in the main warehouse."""
    network = committed_network
    main, transit = write(places.house)
    skus = network.skus
    rows = [stock.MoveIn(name, None, skus[name], DAY, n, site_id=main.pk) for name, n in (("P1", 10), ("P2", 100))]
    write(stock.moves, rows, source="test")
    return main.pk, transit.pk, skus["P1"], skus["P2"]


def promise(site, product, key, quantity=2):
    needs = [stock.Need(key, product, quantity)]
    try:
        return write(stock.reserve, site_id=site, needs=needs, document="SO", on=DAY)[key]
    except IntegrityError:
        return "database"


def unsound():
    return [fault for name, each in SOUND.items() if name.startswith("stock.") for fault in each.ask()]


def promised():
    return sum(row.open for row in Reservation.objects.unscoped("test"))


def no_lock(monkeypatch):
    """The twin: shelves are read without a lock."""

    def peek(wanted):
        rows = Shelf.objects.unscoped("test")
        return {(row.site_id, row.product_id): row for row in rows if (row.site_id, row.product_id) in set(wanted)}

    monkeypatch.setattr(writing, "lock", peek)
    free = promising._free

    def slowly(*given):
        found = free(*given)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.2)")
        return found

    monkeypatch.setattr(promising, "_free", slowly)


def test_of_sixteen_orders_as_many_are_promised_as_there_is(shelf, together):
    site, _transit, product, _other = shelf
    got = together(lambda n: promise(site, product, f"k{n}"), WRITERS)
    assert sorted(got) == [0] * 11 + [2] * 5
    assert unsound() == []


def test_without_lock_the_database_itself_refuses_to_promise_twice(shelf, together, monkeypatch):
    site, _transit, product, _other = shelf
    no_lock(monkeypatch)
    got = together(lambda n: promise(site, product, f"k{n}"), WRITERS)
    assert got.count(2) == 5
    assert got.count("database") == 11
    assert promised() == 10


def test_without_lock_and_check_goods_are_oversold(shelf, together, monkeypatch):
    site, _transit, product, _other = shelf
    no_lock(monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE stock_shelf DROP CONSTRAINT {CHECK}")
    try:
        together(lambda n: promise(site, product, f"k{n}"), WRITERS)
        assert promised() > 10
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE stock_shelf SET reserved = 0")
            cursor.execute(f"ALTER TABLE stock_shelf ADD CONSTRAINT {CHECK} CHECK (on_hand >= reserved + blocked)")


def test_the_same_key_from_many_is_one_promise(shelf, together):
    site, _transit, product, _other = shelf
    got = together(lambda _n: promise(site, product, "same", 3), WRITERS)
    assert got == [3] * WRITERS
    assert promised() == 3


def test_orders_that_name_products_in_any_order_do_not_wait_in_a_circle(shelf, together):
    site, _transit, first, second = shelf

    def work(number):
        products = (first, second) if number % 2 else (second, first)
        needs = [stock.Need(f"k{number}/{p}", p, 1) for p in products]
        return sum(write(stock.reserve, site_id=site, needs=needs, document="SO", on=DAY).values())

    assert sum(together(work, WRITERS)) == 10 + WRITERS
    assert unsound() == []


def test_shipments_losses_and_promises_at_once_leave_sound_books(shelf, together):
    site, transit, _first, product = shelf
    for n in range(8):
        promise(site, product, f"k{n}", 10)

    def work(number):
        try:
            if number < 8:
                takes = [stock.Take(f"k{number}", 10)]
                write(stock.take, site_id=site, takes=takes, document=f"SH-{number}", on=DAY, to_site_id=transit)
                return "taken"
            if number < 12:
                return promise(site, product, f"late{number}", 10)
            loss = stock.MoveIn(f"loss{number}", None, product, DAY, -8, "adjust", site_id=site)
            write(stock.moves, [loss], source="test")
        except Refused as no:
            return no.code
        return "lost"

    answers = together(work, WRITERS)
    assert answers[:8] == ["taken"] * 8
    assert answers.count("lost") * 8 + sum(n for n in answers[8:12]) <= 20
    assert unsound() == []
    held = read.lots(SYSTEM, None, transit, product)
    assert [each.quantity for each in held] == [80]
