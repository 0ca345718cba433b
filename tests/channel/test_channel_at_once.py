"""Several at once, on PostgreSQL: one declaration, one posting, one report."""

import threading

import pytest
from django.db import IntegrityError, connection

from gongying.areas.channel import actions, queries
from gongying.areas.channel.models import Declaration
from gongying.books.stock import read as stock
from gongying.core import turns
from gongying.core.actor import SYSTEM
from gongying.core.refusal import Refused

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
MANY = 4


def tried(work):
    """What a piece of work came to: its answer, or the kind of its failure."""

    def once(number):
        try:
            return work(number)
        except (Refused, IntegrityError) as no:
            return type(no).__name__

    return once


def test_a_period_is_begun_once_and_handed_in_once(committed_network, together):
    party = committed_network.ids["D1"]
    begun = together(tried(lambda _n: actions.open_declaration(SYSTEM, party_id=party)), MANY)
    assert len(set(begun)) == 1
    declaration = begun[0]
    actions.fill(SYSTEM, declaration_id=declaration, counts=[actions.CountedIn("P1", 7)])
    handed = together(tried(lambda _n: actions.submit(SYSTEM, declaration_id=declaration).declaration_id), MANY)
    assert sorted(map(str, handed)) == sorted([str(declaration), *["Refused"] * (MANY - 1)])
    assert [row.quantity for row in stock.balances(SYSTEM, holder_id=party)] == [7]
    assert list(queries.apart()) == stock.check() == []
    line = actions.SaleIn("P1", 3)
    reports = together(
        tried(lambda _n: actions.report(SYSTEM, party_id=party, lines=[line], client_id="one").created), MANY
    )
    assert sorted(reports) == [0] * (MANY - 1) + [1]


def test_without_the_turn_a_second_one_fails_without_words(committed_network, together, monkeypatch):
    """The twin: what the turn is there for."""
    gate = threading.Barrier(MANY)
    monkeypatch.setattr(turns, "take", lambda name: gate.wait(20))
    party = committed_network.ids["D1"]
    begun = together(tried(lambda _n: actions.open_declaration(SYSTEM, party_id=party)), MANY)
    assert "IntegrityError" in begun
    assert Declaration.objects.unscoped("test").count() == 1
