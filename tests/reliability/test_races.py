"""Two at once, on PostgreSQL, with a pause between the look and the write; each promise has a twin with its locks off that must break it
(capabilities X08, X09).

The pause is what makes both sure: with locks the second waits outside until the first is through, without them both look before
either writes. Promise and twin share a world, because emptying the database after a test takes longer than the test.
"""

import itertools
import re
import threading
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from gongying.areas.billing import actions as billing
from gongying.areas.billing.models import Payment
from gongying.areas.orders.actions import DraftLine
from gongying.books.money import read as money
from gongying.books.prices import post as prices
from gongying.books.prices.models import Use
from gongying.books.stock.models import Shelf
from gongying.books.stock.post import promising
from gongying.core.actor import SYSTEM
from gongying.core.audit.models import ActionKey
from gongying.core.doors import door
from gongying.core.refusal import Refused
from gongying.flows.ordering.actions import placing
from gongying.flows.ordering.actions.placing import place

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite has one writer at a time: see test_abreast"
    ),
]
LOCKS = re.compile(r" FOR (?:NO KEY )?UPDATE(?: OF \S+)?")
TURNS = re.compile(r"pg_advisory_xact_lock\(hashtext\(")
PATIENCE = 0.7  # seconds that the first waits for a second, which with locks never comes


@contextmanager
def pause(module, name):
    """Let two meet behind a function, the first time each of them comes out of it."""
    meeting, been, work = threading.Barrier(2), threading.local(), getattr(module, name)

    def slowly(*given, **named):
        found = work(*given, **named)
        if not getattr(been, "here", False):
            been.here = True
            try:
                meeting.wait(PATIENCE)
            except threading.BrokenBarrierError:
                return found
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, slowly)
        yield


@contextmanager
def unlocked():
    """The twin: no row is locked, no turn is taken, and numbers are given without waiting for whoever has the last one. It is the
    statements that lose their locks, so however the house writes them, none is left."""
    numbers, run = itertools.count(1), CursorWrapper.execute

    def bare(self, sql, params=None):
        return run(self, LOCKS.sub("", TURNS.sub("length((", sql)), params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", bare)
        patch.setattr(placing, "next_number", lambda code, *, on: f"{code}-X-{next(numbers)}")
        yield


@contextmanager
def without(table, name, rule):
    """A table without one of its constraints; the caller leaves rows that keep it."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {rule}")


def world(**size):
    """Two distributors of whom each has ordered before: accounts are opened by the first order, one after the other."""
    import trading

    made = trading.build(distributors=2, products=3, **size)
    for party in made.parties.values():
        ordered(party, ("G001", 1))
    return made


def ordered(party, *lines):
    """The order that was placed, or the code of the refusal."""
    try:
        return place(SYSTEM, party_id=party, lines=[DraftLine(*line) for line in lines])
    except Refused as no:
        return no.code


def state_of(done):
    return sorted(each if isinstance(each, str) else each.state for each in done)


def test_two_orders_for_the_last_unit(together):
    """Without locks both are promised it (the database itself would refuse that with an error: its constraint is off too)."""
    made = world(each=1)
    parties = list(made.parties.values())

    def last(product):
        with pause(promising, "_free"):
            done = together(lambda n: ordered(parties[n], (product, 1)), 2)
        shelf = Shelf.objects.unscoped("test").get(product_id=made.products[product])
        return sorted(each.reserved for each in done), (shelf.on_hand, shelf.reserved)

    assert last("G003") == ([0, 1], (1, 1))
    with without("stock_shelf", "shelf_promised_once", "CHECK (on_hand >= reserved + blocked)"):
        with unlocked():
            twin = last("G002")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE stock_shelf SET reserved = 0")
    assert twin == ([1, 1], (1, 2))


def test_two_orders_against_the_last_credit(together):
    """Each is 339.00 with tax. T001, who gets 2 % off, is the twin's: without locks both pass, and the limit is exceeded."""
    made = world(limit=400_00)

    def last(code):
        before = money.exposure(made.parties[code], "CNY").held
        with pause(placing, "judge"):
            done = together(lambda _n: ordered(made.parties[code], ("G003", 10)), 2)
        return state_of(done), money.exposure(made.parties[code], "CNY").held - before

    assert last("T002") == (["allocated", "held"], 339_00)
    with unlocked():
        assert last("T001") == (["allocated", "allocated"], 2 * 332_22)


def test_two_orders_for_the_last_free_unit_of_a_distributor(together):
    """A promotion gives two units to each. With locks the second is told to price again; without them three are given."""
    import trading

    made = world()
    gift = {"form": "buy_get", "products": ["G003"], "buy": "10", "get": 1, "cap_units": 2, "after": ["STEP"]}
    trading._publish("prices.promotion", "CAP2", gift)

    def last(code):
        party = made.parties[code]
        assert ordered(party, ("G003", 10)).state == "allocated"
        with pause(prices, "_tallies"):
            done = together(lambda _n: ordered(party, ("G003", 10)), 2)
        used = Use.objects.unscoped("test").filter(code="CAP2", party_id=party)
        return state_of(done), sum(used.values_list("units", flat=True))

    assert last("T002") == (["allocated", "used_up"], 2)
    with unlocked():
        assert last("T001") == (["allocated", "allocated"], 3)


def test_one_idempotency_key_twice_at_once(together, monkeypatch):
    """The key is claimed by writing it. A door that first looks whether it is known would record the payment twice."""
    made = world()

    def paid(code):
        asked = {"party_id": made.parties[code], "currency": "CNY", "on": timezone.localdate(), "advance": True}
        done = together(
            lambda _n: billing.record_payment(SYSTEM, idempotency_key=code, amount_minor=100_00, **asked), 2
        )
        return len({each.number for each in done}), money.exposure(made.parties[code], "CNY").prepaid

    def unknown(actor, key):
        return not ActionKey.objects.filter(principal=actor.name, key=key).exists()

    def look_then_write(verb, actor, key, mark, status="open", answer=""):
        fresh = door.unknown(actor, key)
        if fresh:
            named = {"principal": actor.name, "action": verb.name, "key": key, "fingerprint": mark}
            ActionKey.objects.create(**named, status=status, answer=answer)
        return fresh

    with pause(door, "_claim"):
        assert paid("T001") == (1, 100_00)
    monkeypatch.setattr(door, "unknown", unknown, raising=False)
    monkeypatch.setattr(door, "_claim", look_then_write)
    with without(ActionKey._meta.db_table, "action_key_once", "UNIQUE (principal, key)"):
        with pause(door, "unknown"):
            twin = paid("T002")
        ActionKey.objects.all().delete()
    assert twin == (2, 200_00)
    assert Payment.objects.unscoped("test").count() == 3
