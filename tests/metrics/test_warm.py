"""What the server asks before anybody waits: afterwards the pages compile nothing, whoever looks at whatever."""

from dataclasses import replace

import pytest

from gongying.books.lake import read as lake
from gongying.core.actor import SYSTEM
from gongying.flows.cockpit import queries
from gongying.site import warm

pytestmark = pytest.mark.django_db


def look(actor, *party_ids):
    of = queries.season(actor)
    queries.overview(actor)
    for party_id in party_ids:
        queries.party_view(actor, party_id, of)


def test_after_it_no_page_of_anybody_compiles_a_question(network, monkeypatch):
    network.join(["D3"])
    network.sell(network.line(yuan=90), network.line("D2", 70, doc="B"))
    lake._question.cache_clear()
    made = []
    monkeypatch.setattr(
        lake, "_compiled", lambda expression, real=lake._compiled: made.append(1) or real(expression)
    )
    warm.everything()
    assert made, "the text of its questions is made"
    made.clear()
    look(SYSTEM, network.ids["D2"], network.ids["D3"])
    look(replace(SYSTEM, parties=frozenset({network.ids["D2"], network.ids["D3"]})), network.ids["D2"])
    network.sell(network.line("D2", 5, doc="C"))
    look(SYSTEM, network.ids["D1"])
    assert made == []
    lake._question.cache_clear()
    look(SYSTEM)
    assert made, "the twin: without it they are made now"


def test_an_empty_house_is_no_fault(db):
    warm.everything()
