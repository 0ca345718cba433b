"""A wider shop: many products at one price, all in stock, for counting statements."""

from datetime import date
from decimal import Decimal

from gongying.areas.credit import actions as credit
from gongying.areas.orders.actions import DraftLine
from gongying.books.goods import post as goods
from gongying.books.goods import read as goods_read
from gongying.books.places import post as places
from gongying.books.prices import post as prices
from gongying.books.stock import post as stock
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import joined
from gongying.flows.ordering import actions as ordering

DAY = date(2026, 1, 1)


def wide(network, count):
    """A function that places an order of so many lines, each time with another key."""
    codes = [f"W{number:03d}" for number in range(count)]
    with joined("test"):
        goods.products(SYSTEM, [goods.ProductIn(code, code, "COOK", case=12) for code in codes])
        ids = goods_read.ids_by_code(codes)
        prices.prices(
            SYSTEM,
            [prices.PriceIn("W", "dealer", pk, "CNY", Decimal("9.99")) for pk in ids.values()],
            source="test",
        )
        made = places.sites(SYSTEM, [places.SiteIn("WH", "总仓"), places.SiteIn("WAY", "在途", kind="transit")])
        moves = [stock.MoveIn(f"w{pk}", None, pk, DAY, 10**6, site_id=made["WH"]) for pk in ids.values()]
        stock.moves(SYSTEM, moves, source="test")
    party = network.ids["D1"]
    grant = credit.set_limit(
        SYSTEM, party_id=party, currency="CNY", amount_minor=10**12, valid_from=DAY, reason="x"
    )
    credit.approve(Actor("director", role="director", may=frozenset({"*"}), parties=None), grant_id=grant)
    keys = iter(range(1000))

    def place(lines):
        wanted = [DraftLine(code, 2, "CS") for code in codes[:lines]]
        return ordering.place(SYSTEM, party_id=party, lines=wanted, idempotency_key=f"wide-{next(keys)}")

    return place
