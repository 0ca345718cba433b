"""A warehouse with goods, promises to ship from, and people of either side."""

from datetime import date
from types import SimpleNamespace

import pytest
from supplies import ON, PLANNER, owner_of

from gongying.areas.supply import actions
from gongying.books.goods import post as goods
from gongying.books.places import post as places
from gongying.books.stock import post as stock
from gongying.books.stock.models import Balance
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.people.access import sync_roles


@action(needs="tests.fill", roles=("admin",), name="tests.fill", exposed=False)
def _fill(actor: Actor, *, rows: list[tuple[str, int, str, int]]) -> int:
    """A warehouse of the house with goods: (key, product, lot, quantity)."""
    site = places.house(actor)[0].pk
    goods.lots(actor, [goods.LotIn(product, lot) for _key, product, lot, _n in rows if lot])
    moves = [
        stock.MoveIn(key, None, product, date(2026, 6, 1), n, lot=lot, site_id=site)
        for key, product, lot, n in rows
    ]
    stock.moves(actor, moves, source="test")
    return site


@action(needs="tests.promise", roles=("admin",), name="tests.promise", exposed=False)
def _promise(actor: Actor, *, site_id: int, needs: list[tuple[str, int, int]]) -> dict[str, int]:
    """Promise goods: (key, product, quantity)."""
    return stock.reserve(
        actor, site_id=site_id, needs=[stock.Need(*need) for need in needs], document="SO-1", on=ON
    )


for _name in ("tests.fill", "tests.promise"):
    ACTIONS.pop(_name, None)


@pytest.fixture(autouse=True)
def alone():
    """Supply by itself: no flow stands behind its pages."""
    held = dict(actions.VERBS)
    actions.VERBS.clear()
    yield
    actions.VERBS.update(held)


@pytest.fixture
def stocked():
    """Put pieces of P1 into the main warehouse and promise them under a key; gives the site."""

    def fill(network, key, quantity):
        product = network.skus["P1"]
        site = _fill(SYSTEM, rows=[(f"in/{key}", product, "A", quantity)])
        _promise(SYSTEM, site_id=site, needs=[(key, product, quantity)])
        return site

    return fill


@pytest.fixture
def house(network):
    """The network with 100 P1 (lots A and B) and 80 P2 in the main warehouse, and D1 and D2 each with an owner."""
    sync_roles()
    p1, p2 = network.skus["P1"], network.skus["P2"]
    site = _fill(SYSTEM, rows=[("i1", p1, "A", 60), ("i2", p1, "B", 40), ("i3", p2, "", 80)])

    def ship(quantity=10, *, code="D1", order="SO-1", product=p1, lots=(), key="", **more):
        key = key or f"{order}/1"
        _promise(SYSTEM, site_id=site, needs=[(key, product, quantity)])
        line = actions.ShipLineIn(f"{order}-1", key, product, quantity, lots)
        said = {"carrier": "顺丰", "tracking": "SF1", "eta": date(2026, 7, 4), "on": ON} | more
        return actions.ship(
            PLANNER, site_id=site, party_id=network.ids[code], ship_to_id=None, order=order, lines=[line], **said
        )

    def deliver(made, actor=None, *, received=None, on=date(2026, 7, 3), **more):
        said = {"signed_by": "王收货", "file_id": None} | more
        return actions.deliver(
            actor or owner_of(network, "D1"), shipment_id=made.id, received=received, on=on, **said
        )

    def held(holder, product=p1, site_id=None):
        rows = Balance.objects.unscoped("test").filter(holder_id=holder, product_id=product, site_id=site_id)
        return sum(row.quantity for row in rows)

    return SimpleNamespace(
        ids=network.ids, skus=network.skus, site=site, p1=p1, p2=p2, ship=ship, deliver=deliver, held=held,
        d1=owner_of(network, "D1"), d2=owner_of(network, "D2"), network=network,
    )  # fmt: skip
