"""A shop in which everything can be ordered: prices, a warehouse with goods, credit for both distributors."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from gongying.areas.orders import queries as orders
from gongying.areas.orders.actions import DraftLine
from gongying.books.money import read as money
from gongying.books.places import post as places
from gongying.books.prices import post as prices
from gongying.books.stock import post as stock
from gongying.books.stock import read as stock_read
from gongying.core import soundness
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.journal import book
from gongying.core.policies import actions as policies
from gongying.flows.ordering import actions as ordering

DAY = date(2026, 1, 1)
TAX = Decimal("0.13")


@action(needs="tests.shop", roles=("admin",), name="tests.shop", exposed=False)
def _shop(actor: Actor, *, ids: dict, skus: dict) -> dict:
    """Prices, a warehouse, an address."""
    rows = [
        prices.PriceIn("PL", "dealer", skus["P1"], "CNY", Decimal("100"), valid_from=DAY),
        prices.PriceIn("PL", "dealer", skus["P2"], "CNY", Decimal("20"), valid_from=DAY),
    ]
    prices.prices(actor, rows, source="test")
    made = places.sites(
        actor,
        [
            places.SiteIn("WH", "总仓", "Warehouse"),
            places.SiteIn("WAY", "在途", "In transit", kind="transit"),
            places.SiteIn("D1-A", "杭州仓", "Hangzhou", party_id=ids["D1"], kind="ship_to"),
            places.SiteIn("D2-A", "广州仓", "Guangzhou", party_id=ids["D2"], kind="ship_to"),
        ],
    )
    return made


@action(needs="tests.receive", roles=("admin",), name="tests.receive", exposed=False)
def _receive(actor: Actor, *, key: str, product_id: int, quantity: int, site_id: int) -> None:
    """Goods come into the warehouse."""
    row = stock.MoveIn(key, None, product_id, DAY, quantity, site_id=site_id)
    stock.moves(actor, [row], source="test")


for _name in ("tests.shop", "tests.receive"):
    ACTIONS.pop(_name, None)


def credit_limit(party_id, yuan):
    from gongying.areas.credit import actions as credit

    grant = credit.set_limit(
        SYSTEM, party_id=party_id, currency="CNY", amount_minor=yuan * 100, valid_from=DAY, reason="test"
    )
    credit.approve(Actor("director", role="director", may=frozenset({"*"}), parties=None), grant_id=grant)


def build(network):
    sites = _shop(SYSTEM, ids=network.ids, skus=network.skus)
    count = iter(range(10_000))

    def receive(product="P1", quantity=100):
        _receive(
            SYSTEM,
            key=f"in/{next(count)}",
            product_id=network.skus[product],
            quantity=quantity,
            site_id=sites["WH"],
        )

    def place(*wanted, party="D1", who=None, **more):
        lines = [
            DraftLine(product, packs, pack)
            for product, packs, pack in (w if len(w) == 3 else (*w, "") for w in wanted)
        ]
        return ordering.place(who or SYSTEM, party_id=network.ids[party], lines=lines, **more)

    def publish(kind, key, document):
        version = policies.draft(
            SYSTEM, kind=kind, key=key, title="规则", title_en="Rules", document=document, effective_from=DAY
        )
        policies.publish(SYSTEM, version_id=version)
        return version

    def lines(order_id):
        return list(orders.lines(SYSTEM, orders.order_row(SYSTEM, order_id)))

    def settle():
        while book.seal() + book.deliver():
            pass

    def exposure(party="D1"):
        return money.exposure(network.ids[party], "CNY")

    def shelf(product="P1"):
        sku = network.skus[product]
        return stock_read.available(SYSTEM, site_id=sites["WH"], product_ids=[sku])[sku]

    for code in ("D1", "D2"):
        credit_limit(network.ids[code], 100_000)
    return SimpleNamespace(
        ids=network.ids, skus=network.skus, sites=sites, receive=receive, place=place, publish=publish, lines=lines,
        order=lambda pk: orders.order_row(SYSTEM, pk), settle=settle, exposure=exposure, shelf=shelf,
        limit=lambda code, yuan: credit_limit(network.ids[code], yuan),
        state=lambda pk: orders.order_row(SYSTEM, pk).state,
        told=lambda pk: [each.kind for each in orders.timeline(SYSTEM, orders.order_row(SYSTEM, pk))][::-1],
    )  # fmt: skip


@pytest.fixture
def shop(network):
    return build(network)


@pytest.fixture
def committed_shop(committed_network):
    return build(committed_network)


@pytest.fixture
def people(network):
    """A clerk of D1, a director, a regional manager of the east."""
    every = frozenset({"*"})
    d1, d2 = network.ids["D1"], network.ids["D2"]
    return SimpleNamespace(
        clerk=Actor("clerk", 11, "clerk", every, frozenset({d1})),
        other=Actor("other", 12, "owner", every, frozenset({d2})),
        director=Actor("director", 13, "director", every, None),
        east=Actor("east", 14, "regional", every, frozenset({d1})),
        planner=Actor("planner", 15, "planner", every, None),
    )


def sound():
    """Every question of soundness that does not hold."""
    return {each.name: faults for each, faults in soundness.faults() if faults}


@pytest.fixture(autouse=True)
def _sound_afterwards(request):
    """Whatever a test of ordering did: the books stay whole."""
    yield
    if "shop" in request.fixturenames:
        assert sound() == {}
