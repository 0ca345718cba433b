"""By how much the price of a product changed on a day, for each distributor: what price protection is reckoned from."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from gongying.books.goods import read as goods

from ..models import Price
from .book import best_of, rows_for, scopes_for


class Fall(NamedTuple):
    """What a base unit cost on the eve of a day and on the day, in major units without tax."""

    old: Decimal
    new: Decimal

    @property
    def gap(self) -> Decimal:
        """By how much it fell; negative: it rose."""
        return self.old - self.new


def falls(
    party_ids: Iterable[int], product_ids: Iterable[int], on: date, currency: str
) -> dict[tuple[int, int], Fall]:
    """The dealer price of products on the eve of a day and on it, by distributor and product, where both are known. Who asks has
    been let in to the distributors."""
    products = list(product_ids)
    taxes = {row.pk: row.tax_rate for row in goods.products().filter(pk__in=products)}
    found: dict[tuple[int, int], Fall] = {}
    for party in party_ids:
        before, after = (_units(party, products, day, currency, taxes) for day in (on - timedelta(days=1), on))
        for product in before.keys() & after.keys():
            found[party, product] = Fall(before[product], after[product])
    return found


def _units(
    party: int, products: list[int], day: date, currency: str, taxes: dict[int, Decimal]
) -> dict[int, Decimal]:
    """What a base unit of each product costs a distributor on a day."""
    scopes = scopes_for(party, day)
    by_product: dict[int, list[Price]] = {}
    for row in rows_for(scopes, day, product_ids=products, kinds=["dealer"], currency=currency):
        by_product.setdefault(row.product_id, []).append(row)
    found = {}
    for product, rows in by_product.items():
        best = best_of(rows, scopes, 1)
        if best is not None:
            tax = 1 + taxes.get(product, Decimal(0)) if best.tax_included else Decimal(1)
            found[product] = (best.price / best.per / tax).quantize(Decimal("0.000001"))
    return found
