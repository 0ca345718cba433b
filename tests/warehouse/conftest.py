"""A main warehouse with two lots, a quarantine site, a delivery of the earlier lot to D1."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from gongying.areas.warehouse import actions
from gongying.books.goods import post as goods
from gongying.books.places import read as places
from gongying.books.stock import post as stock
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import joined
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope

MAY = frozenset({"*"})
KEEPER = Actor("keeper", role="planner", may=MAY, parties=None)
DIRECTOR = Actor("director", role="director", may=MAY, parties=None)


def today():
    return timezone.localdate()


def later(days):
    return today() + timedelta(days=days)


@pytest.fixture
def house(network):
    with joined("tests.write"):
        rows = [goods.ProductIn("P1", "电饭煲", "COOK", tracking="lot", shelf_life_days=365, case=4)]
        goods.products(SYSTEM, rows)
    main = actions.save_site(DIRECTOR, code="wh-1", name="主仓库", name_en="Main warehouse", capacity_units=200)
    apart = actions.save_site(DIRECTOR, code="QA", name="隔离区", name_en="Quarantine", kind="quarantine")
    found = SimpleNamespace(main=main, apart=apart, transit=places.transit().pk, **vars(network))
    found.p1, found.p2 = network.skus["P1"], network.skus["P2"]
    receive(found, 40, "L1", later(20))
    receive(found, 60, "L2", later(300))
    return found


def receive(house, quantity, lot, expires=None, product="P1", **more):
    line = actions.ReceiveLine(product, quantity, lot, expires_on=expires, **more)
    return actions.receive(KEEPER, site_id=house.main, lines=[line], reference="DN-9")


def deliver(house, code, lot, quantity, key="DN-1"):
    """Goods go to a distributor, as a delivery moves them."""
    leg = stock.Leg(f"{key}/{lot}", house.p1, lot, quantity, None, house.main, house.ids[code], None)
    with joined("tests.write"):
        stock.transfer(SYSTEM, legs=[leg], source="delivery", document=key, on=today())


def sell(house, code, quantity, on=None, key="S-1"):
    row = stock.MoveIn(key, house.ids[code], house.p1, on or today(), -quantity, "sale")
    with joined("tests.write"):
        stock.moves(SYSTEM, [row], source="sales")


def promise(house, quantity, key="a"):
    need = stock.Need(key, house.p1, quantity)
    with joined("tests.write"):
        return stock.reserve(SYSTEM, site_id=house.main, needs=[need], document="SO-1", on=today())[key]


def of(house, code):
    """Somebody of a distributor."""
    return Actor(code, role="owner", may=MAY, parties=frozenset({house.ids[code]}))


def browser(house, role="admin", code=""):
    sync_roles()
    user = User.objects.create_user(
        f"{role}{code}", "x", name=role, role=role, party_id=house.ids[code] if code else None
    )
    UserScope.objects.create(user=user, kind="party" if code else "all", key=str(house.ids[code]) if code else "")
    found = Client()
    found.force_login(user)
    return found


YEAR_AGO = date(2026, 1, 1)
