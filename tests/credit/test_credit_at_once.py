"""Two orders at once, on PostgreSQL: together they never exceed the limit; without the turn they do."""

import pytest
from desk import limit, ordered, standing
from django.db import connection

from gongying.areas.credit.models import Held

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
WRITERS, ORDERS = 8, 3


def raced(network, together, monkeypatch, *, locked):
    """Eight writers place three orders of 100 each into a limit of 1,000; how many were accepted."""
    d1 = network.ids["D1"]
    limit(d1, 1000)

    def work(number):
        return sum(ordered(d1, 100, f"{number}-{place}", locked=locked) for place in range(ORDERS))

    return sum(together(work, WRITERS)), d1


def test_orders_at_once_never_exceed_the_limit_together(committed_network, together, monkeypatch):
    accepted, d1 = raced(committed_network, together, monkeypatch, locked=True)
    assert accepted == 10
    assert standing(d1).held_minor == 1000_00
    assert Held.objects.unscoped("test").filter(state="open").count() == WRITERS * ORDERS - 10


def test_the_twin_without_the_turn_overshoots(committed_network, together, monkeypatch):
    accepted, d1 = raced(committed_network, together, monkeypatch, locked=False)
    assert accepted > 10, "otherwise the test above proves nothing"
    assert standing(d1).available_minor < 0
