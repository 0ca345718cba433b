"""A small network with a price list, and helpers that publish promotions and quote baskets."""

from datetime import date
from decimal import Decimal

import pytest

from gongying.books.parties import post as parties
from gongying.books.prices import post as prices
from gongying.books.prices import read
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.policies import actions as policies

DAY = date(2026, 7, 15)


@action(needs="tests.enter", roles=("admin",), name="tests.enter", exposed=False)
def _enter(actor: Actor, *, rows: list[prices.PriceIn]) -> None:
    """Post prices."""
    prices.prices(actor, rows, source="t")


@action(needs="tests.uses", roles=("admin",), name="tests.uses", exposed=False)
def _use(actor: Actor, *, uses: list[read.PromotionUse], party_id: int, document: str, on: date) -> int:
    """Record uses."""
    return prices.use(actor, uses, party_id=party_id, document=document, on=on)


@action(needs="tests.unuse", roles=("admin",), name="tests.unuse", exposed=False)
def _unuse(actor: Actor, *, document: str) -> int:
    """Take uses back."""
    return prices.unuse(actor, document=document)


@action(needs="tests.level", roles=("admin",), name="tests.level", exposed=False)
def _level(actor: Actor, *, party_id: int, level: str) -> None:
    """Give a level."""
    parties.set_levels(actor, {party_id: level}, since=date(2026, 1, 1), document="test")


for _name in ("tests.enter", "tests.uses", "tests.unuse", "tests.level"):
    ACTIONS.pop(_name, None)


def build(network):
    """P1 at 100 a piece from 2026 on, P2 at 40 a piece and 150 a case of 4; USD beside it."""
    p1, p2 = network.skus["P1"], network.skus["P2"]
    base = prices.PriceIn("D26", "dealer", p1, "CNY", Decimal(100), valid_from=date(2026, 1, 1))
    _enter(
        SYSTEM,
        rows=[
            base,
            base._replace(product_id=p2, price=Decimal(40)),
            base._replace(product_id=p2, price=Decimal(150), pack="CS"),
            base._replace(currency="USD", list_code="U26", price=Decimal(15)),
        ],
    )

    def enter(**more):
        _enter(SYSTEM, rows=[base._replace(**more)])

    def quote(*wishes, code="D1", on=DAY, **more):
        asked = [
            read.Wish(str(n), network.skus[sku], packs, *pack) for n, (sku, packs, *pack) in enumerate(wishes, 1)
        ]
        return read.quote(SYSTEM, party_id=network.ids[code], wishes=asked, on=on, **more)

    def use(found, document, code="D1", on=DAY):
        return _use(SYSTEM, uses=found.uses, party_id=network.ids[code], document=document, on=on)

    network.enter, network.quote, network.use = enter, quote, use
    network.unuse = lambda document: _unuse(SYSTEM, document=document)
    network.level = lambda code, level: _level(SYSTEM, party_id=network.ids[code], level=level)
    network.draft, network.promote, network.terms = draft, promote, terms
    return network


def draft(
    key, since=date(2026, 7, 1), until=date(2027, 1, 1), scope=("network", ""), kind="prices.promotion", **document
):
    """A draft of a promotion; its id."""
    return policies.draft(
        SYSTEM, kind=kind, key=key, title=f"活动 {key}", title_en=f"Deal {key}", document=document,
        effective_from=since, effective_to=until, scope_kind=scope[0], scope_key=scope[1],
    )  # fmt: skip


def promote(key, **more):
    """A published promotion; its version."""
    version = draft(key, **more)
    policies.publish(SYSTEM, version_id=version)
    return version


def terms(*rows, scope=("network", "")):
    """Published level discounts."""
    return promote("prices.terms", kind="prices.terms", since=date(2026, 1, 1), scope=scope, rows=list(rows))


@pytest.fixture
def shop(network):
    return build(network)


@pytest.fixture
def committed_shop(committed_network):
    return build(committed_network)
