"""The expiry radar: every lot on the shelves of the house with what is left of its life."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from gongying.books.goods import read as goods
from gongying.books.places import read as places
from gongying.books.stock import read as book
from gongying.core.actor import Actor
from gongying.engines.picking import days_left

from ..rules import horizon


@dataclass(frozen=True)
class ShelfLot:
    """A lot at a site: base units, its days, how many days it keeps (0 on its last), where it is on the radar."""

    site: Any
    product: Any
    lot: str
    quantity: int
    made_on: date | None
    expires_on: date | None
    left: int | None
    horizon: str
    blocked: bool
    since: date | None

    @property
    def key(self) -> str:
        """One lot at one site."""
        return f"{self.site.pk}/{self.product.pk}/{self.lot}"


def shelf_lots(actor: Actor, on: date, *, product_id: int | None = None) -> list[ShelfLot]:
    """Every lot at the sites of the house in scope, of one product or of all, that expire first before the rest."""
    sites = {site.pk: site for site in places.sites(actor, active=False) if site.party_id is None}
    if not sites:
        return []
    held = book.stock_of(actor, None, [product_id] if product_id is not None else [])
    products = {row.pk: row for row in goods.products().filter(pk__in={product for product, _lot in held})}
    first = book.first_days(actor, holder_id=None, product_ids=products)
    found = [
        ShelfLot(
            sites[each.site_id], products[product], each.lot, each.quantity, each.made_on, each.expires_on,
            None if each.expires_on is None else days_left(each.expires_on, on), horizon(each.expires_on, on),
            each.blocked, first.get((product, each.lot)),
        )
        for product, each in held
        if each.site_id in sites
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.expires_on or date.max, each.product.code, each.lot))


def expired_lots(on: date) -> dict[int, list[str]]:
    """Lots on house shelves whose last day is over and that are not blocked, by product, in one question."""
    found: dict[int, list[str]] = defaultdict(list)
    for product, lot in sorted(set(book.expired(on).values_list("product_id", "lot"))):
        found[product].append(lot)
    return found
