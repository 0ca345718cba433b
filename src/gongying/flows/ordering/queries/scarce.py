"""Back-orders by product: what is owed to whom, beside what is free to give."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from gongying.areas.orders import queries as orders
from gongying.books.goods import read as goods
from gongying.books.stock import read as stock
from gongying.core.actor import SYSTEM, Actor


@dataclass(frozen=True, slots=True)
class Owed:
    """A line of an order that lacks base units of a product."""

    order: str
    place: int
    party_id: int
    product_id: int
    units: int
    placed_on: date


@dataclass(frozen=True, slots=True)
class Scarce:
    """A product that is owed: by how many orders, to how many distributors, and how many base units are free for them."""

    product: Any
    orders: int
    distributors: int
    units: int
    free: int
    oldest: date

    @property
    def short(self) -> int:
        """What is missing even if all that is free is given."""
        return max(0, self.units - self.free)

    @property
    def to_share(self) -> bool:
        """Whether there is something to share out, and not enough for all."""
        return 0 < self.free < self.units


def owed(actor: Actor, site_id: int, product_ids: Collection[int] = ()) -> list[Owed]:
    """Lines of accepted orders in scope that are served from a site and lack something, the oldest order first."""
    held = list(orders.listed(actor).filter(state="approved", site_id=site_id).order_by("placed_on", "id"))
    lines = orders.lines_of(actor, [row.pk for row in held])
    return [
        Owed(row.number, line.place, row.party_id, line.product_id, line.unreserved, row.placed_on or date.min)
        for row in held
        for line in lines[row.pk]
        if line.unreserved > 0 and (not product_ids or line.product_id in product_ids)
    ]


def scarce(actor: Actor, site_id: int) -> list[Scarce]:
    """The products of all back-orders in scope at a site, those first of which there is something to share out."""
    by_product: dict[int, list[Owed]] = defaultdict(list)
    for line in owed(actor, site_id):
        by_product[line.product_id].append(line)
    free = stock.available(SYSTEM, site_id=site_id, product_ids=by_product)
    known = {row.pk: row for row in goods.products().filter(pk__in=by_product)}
    found = [
        Scarce(
            known[product],
            len({line.order for line in lines}),
            len({line.party_id for line in lines}),
            sum(line.units for line in lines),
            max(0, free[product][0] - free[product][1]),
            lines[0].placed_on,
        )
        for product, lines in by_product.items()
    ]
    return sorted(found, key=lambda each: (not each.to_share, -each.short, each.product.code))
