"""Two distributors, two products; July 2026 is over and it is the third of August."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from types import SimpleNamespace

import pytest
from django.utils import timezone

from gongying.areas.channel import actions
from gongying.books.stock import post as stock
from gongying.books.stock import read as stock_read
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action, permissions
from gongying.core.doors.registry import ACTIONS
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope

JULY = date(2026, 7, 31)
JUNE = date(2026, 6, 30)
TICKS = count()  # no two moments of the tests are the same


@action(needs="tests.move", roles=("admin",), name="tests.move", exposed=False)
def _move(actor: Actor, *, rows: list[stock.MoveIn]) -> None:
    """Goods that came or went."""
    stock.moves(actor, rows, source="test")


@action(needs="tests.counted", roles=("admin",), name="tests.counted", exposed=False)
def _counted(actor: Actor, *, rows: list[stock.CountIn]) -> None:
    """What was counted before."""
    stock.counts(actor, rows, source="file")


for _name in ("tests.move", "tests.counted"):
    ACTIONS.pop(_name, None)


@pytest.fixture
def today(monkeypatch):
    """Sets the day; it is 2026-08-03 at first."""

    def be(day):
        noon = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: noon + timedelta(microseconds=next(TICKS)))

    be(date(2026, 8, 3))
    return be


@pytest.fixture
def shop(network, today):
    """D1 counted 120 of P1 at the end of June, received 60 and bought as much on 10 July; people of both sides."""
    ids, skus = network.ids, network.skus

    def may(role):
        return frozenset(needs for needs, roles in permissions().items() if role in roles)

    def person(role, code=""):
        scope = frozenset({ids[code]}) if code else None
        return Actor(f"{role}{code}", role=role, may=may(role), parties=scope)

    def receive(quantity, on=date(2026, 7, 10), party="D1", product="P1", lot="", kind="receipt", key=""):
        key = key or f"{party}{product}{lot}{on}{quantity}"
        _move(SYSTEM, rows=[stock.MoveIn(key, ids[party], skus[product], on, quantity, kind=kind, lot=lot)])

    def counted(quantity, on=JUNE, party="D1", product="P1", lot=""):
        _counted(SYSTEM, rows=[stock.CountIn(ids[party], skus[product], on, quantity, lot=lot)])

    def sale(quantity, on="2026-07-15", product="P1", **more):
        return actions.SaleIn(product, quantity, on, **more)

    def sell(*lines, party="D1", who=None, **more):
        return actions.report(who or SYSTEM, party_id=ids[party], lines=list(lines), **more)

    def balance(party="D1", product="P1"):
        rows = stock_read.balances(SYSTEM, holder_id=ids[party]).filter(product=skus[product])
        return sum(row.quantity for row in rows)

    counted(120)
    receive(60)
    network.sell(network.line(yuan=6000, qty=60, on=date(2026, 7, 10), doc="INV1"))
    return SimpleNamespace(
        ids=ids, skus=skus, network=network, person=person, receive=receive, counted=counted, sale=sale, sell=sell,
        balance=balance, clerk=person("clerk", "D1"), other=person("clerk", "D2"), planner=person("planner"),
        director=person("director"), today=today,
    )  # fmt: skip


@pytest.fixture
def declared(shop):
    """D1 sold 75 in July, threw 3 away, and counted 100: 102 were to be there."""
    shop.sell(shop.sale(75, document="R1", outlet="西湖店"), who=shop.clerk)
    made = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    damaged = [actions.AdjustmentIn("damage", -3, "淋雨")]
    actions.fill(shop.clerk, declaration_id=made, counts=[actions.CountedIn("P1", 100, adjustments=damaged)])
    shop.handed = actions.submit(shop.clerk, declaration_id=made)
    shop.declaration_id = made
    return shop


@pytest.fixture
def users(shop):
    """Browsers of people of every kind by role and distributor."""
    sync_roles()

    def user(role, code=""):
        party = shop.ids[code] if code else None
        made = User.objects.create_user(f"{role}{code}", None, name=f"{role} {code}", role=role, party_id=party)
        UserScope.objects.create(user=made, kind="party" if code else "all", key=str(party or ""))
        return made

    return user
