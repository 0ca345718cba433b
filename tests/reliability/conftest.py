"""The trading world and one order that went all the way, for tests of what must be true."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def crash_world(tmp_path_factory, django_db_setup):
    """A folder, a database beside that of the tests, and the template that the first harness makes for all others."""
    import harness

    folder, name = tmp_path_factory.mktemp("crash"), f"test_{connection.settings_dict['NAME']}_crash"
    if harness.ON_SQLITE:
        yield SimpleNamespace(folder=folder, address="", template=str(folder / "template.sqlite3"))
        return
    address, template = harness.beside(name)
    yield SimpleNamespace(folder=folder, address=address, template=template)
    harness.beside(name, again=False)


@pytest.fixture
def traded(db):
    """One order that is partly delivered and partly returned, partly set aside, partly missing."""
    return story()


def story():
    """Of 30 + 8 ordered units 20 + 8 are there: 10 + 8 are sent, 9 + 8 arrive, 2 come back, and 10 wait set aside."""
    import trading

    from gongying.areas.orders.actions import DraftLine
    from gongying.areas.supply import actions as supply
    from gongying.areas.supply.actions import Finding, ReturnLineIn
    from gongying.areas.supply.models import ReturnLine, ShipmentLine
    from gongying.core.actor import SYSTEM
    from gongying.flows.ordering import actions as ordering
    from gongying.flows.ordering.actions import ShipIn

    world = trading.build(distributors=1, products=3, each=20)
    (party,) = world.parties.values()
    order = ordering.place(SYSTEM, party_id=party, lines=[DraftLine("G003", 30), DraftLine("G002", 8)])
    sent = ordering.ship(SYSTEM, order_id=order.id, lines=[ShipIn(1, 10), ShipIn(2, 8)])
    first, second = ShipmentLine.objects.unscoped("test").filter(shipment_id=sent.id).order_by("id")
    ordering.deliver(SYSTEM, shipment_id=sent.id, signed_by="王", received={str(first.pk): 9})
    lines = [ReturnLineIn(row.product_id, 1, "defect", shipped_line_id=row.pk) for row in (first, second)]
    back = supply.request_return(trading.CLERK, party_id=party, lines=lines)
    supply.decide_return(SYSTEM, return_id=back)
    rows = ReturnLine.objects.unscoped("test").filter(of_id=back)
    ordering.inspect(
        SYSTEM, return_id=back, site_id=world.site_id, findings=[Finding(row.pk, good=1) for row in rows]
    )
    return SimpleNamespace(world=world, party=party, order=order, shipment=sent, back=back)
