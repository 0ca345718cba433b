"""Several people at once, on PostgreSQL: a delivery is confirmed once, nothing is returned twice; without locks it would be."""

import time
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from supplies import PLANNER, owner_of

from gongying.areas.supply import actions
from gongying.areas.supply.actions import returning
from gongying.areas.supply.models import CarrierEvent, Delivery, ReturnLine, ShipmentLine
from gongying.core.people.access import sync_roles
from gongying.core.refusal import Refused
from gongying.core.scope import ScopedQuerySet

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


@pytest.fixture
def busy(committed_network, stocked):
    """Committed books: ten pieces are on their way to D1."""
    sync_roles()
    network = committed_network
    site = stocked(network, "SO-1/1", 10)
    line = actions.ShipLineIn("1", "SO-1/1", network.skus["P1"], 10)
    network.shipment = actions.ship(
        PLANNER, site_id=site, party_id=network.ids["D1"], ship_to_id=None, order="SO-1", carrier="", tracking="", eta=None,
        on=date(2026, 7, 1), lines=[line],
    )  # fmt: skip
    network.owner = owner_of(network, "D1")
    return network


def tried(work):
    """True when it was done, the code when it was refused, any other fault as itself."""
    try:
        work()
    except Refused as no:
        return no.code
    except Exception as fault:
        return fault
    return True


def confirm(network):
    return actions.deliver(
        network.owner,
        shipment_id=network.shipment.id,
        received=None,
        signed_by="x",
        file_id=None,
        on=date(2026, 7, 2),
    )


def ask(network, line):
    back = actions.ReturnLineIn(network.skus["P1"], 6, "defect", line.lot, line.pk)
    return actions.request_return(network.owner, party_id=network.ids["D1"], lines=[back], on=date(2026, 7, 3))


def test_two_who_confirm_a_delivery_at_once_confirm_it_once(busy, together):
    answers = together(lambda _number: tried(lambda: confirm(busy)), 3)
    assert sorted(map(str, answers)) == ["True", "delivered", "delivered"]
    assert Delivery.objects.unscoped("test").count() == 1


def test_an_event_told_by_several_doors_at_once_counts_once(busy, together):
    at = datetime(2026, 7, 2, tzinfo=UTC)
    said = {"shipment_id": busy.shipment.id, "event_id": "e1", "kind": "arrived", "at": at}
    assert together(lambda _number: tried(lambda: actions.carrier_event(PLANNER, **said)), 4) == [True] * 4
    assert CarrierEvent.objects.unscoped("test").count() == 1


def _both_ask(busy, together, monkeypatch):
    """Two returns of 6 of 10 pieces at once; the look at what is left is slow."""
    confirm(busy)
    line = ShipmentLine.objects.unscoped("test").get()
    look = returning.already

    def slow(row):
        found = look(row)
        time.sleep(0.3)
        return found

    monkeypatch.setattr(returning, "already", slow)
    answers = together(lambda _number: tried(lambda: ask(busy, line)), 2)
    return answers, sum(ReturnLine.objects.unscoped("test").values_list("asked", flat=True))


def test_two_returns_at_once_take_no_more_than_was_received(busy, together, monkeypatch):
    answers, asked = _both_ask(busy, together, monkeypatch)
    assert sorted(map(str, answers)) == ["True", "returned"]
    assert asked == 6


def test_without_locks_they_would(busy, together, monkeypatch):
    """The twin: it shows that the test above can see."""
    monkeypatch.setattr(ScopedQuerySet, "select_for_update", lambda self, **_how: self)
    answers, asked = _both_ask(busy, together, monkeypatch)
    assert answers == [True, True]
    assert asked == 12
