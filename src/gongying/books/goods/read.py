"""The only readers of products, packs, lots and serial numbers."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from gongying.core.asked import Asked, Given
from gongying.core.words import pick

from .models import Category, Lot, Pack, Product, Serial

__all__ = [
    "Product",
    "Sold",
    "all_ids",
    "all_packs",
    "base_units",
    "categories",
    "category_choices",
    "days_of",
    "expired",
    "ids_by_code",
    "known_lots",
    "known_serials",
    "lots",
    "packs",
    "priced",
    "products",
    "serials_of",
    "sold",
    "tracked",
]


def products() -> QuerySet[Product]:
    """All products by code; everybody in the network sees the range."""
    return Product.objects.select_related("category").order_by("code")


def ids_by_code(codes: Iterable[str]) -> dict[str, int]:
    """Product ids of codes."""
    return dict(Product.objects.filter(code__in=set(codes)).values_list("code", "id"))


class Sold(NamedTuple):
    """What an order checks of a product; `min_order` in packs."""

    pk: int
    code: str
    active: bool
    min_order: int


def sold(codes: Iterable[str]) -> dict[str, Sold]:
    """The products of codes, by code, for ordering."""
    return {row[1]: Sold(*row) for row in _SOLD(codes=list(codes))}


_SOLD = Asked(lambda: Product.objects.filter(code__in=Given("codes")).values_list(*Sold._fields))


def priced(ids: Iterable[int], codes: Iterable[str]) -> list[tuple[Any, ...]]:
    """What a price needs of products with these ids or codes: (id, code, group, rate of tax, pack, base units of it), once for
    each pack, and once without one where there is none."""
    return _PRICED(ids=[*ids] or [0], codes=[*codes] or [""])


_PRICED = Asked(
    lambda: Product.objects.filter(Q(id__in=Given("ids")) | Q(code__in=Given("codes"))).values_list(
        "id", "code", "category__code", "tax_rate", "packs__code", "packs__factor"
    )
)


def all_ids() -> dict[str, int]:
    """The ids of all products by code."""
    return dict(Product.objects.values_list("code", "id"))


def all_packs() -> frozenset[tuple[int, str]]:
    """Every (product, pack) there is."""
    return frozenset(Pack.objects.values_list("product_id", "code"))


def base_units() -> dict[int, str]:
    """The base unit of every product."""
    return dict(Product.objects.values_list("pk", "base_unit"))


def categories() -> QuerySet[Category]:
    """All product groups by code."""
    return Category.objects.order_by("code")


def category_choices() -> list[tuple[str, str]]:
    """(code, name in the reader's language) of every product group."""
    return [(each.code, pick(each.name, each.name_en)) for each in categories()]


def packs(product_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """The packs of products: base units by code of the pack; a product without packs has an empty entry."""
    found: dict[int, dict[str, int]] = {pk: {} for pk in product_ids}
    for product, code, factor in Pack.objects.filter(product__in=found).values_list("product", "code", "factor"):
        found[product][code] = factor
    return found


def tracked(product_ids: Iterable[int]) -> dict[int, str]:
    """What stock of these products must name ("lot" or "serial"), of those that must name something."""
    rows = Product.objects.filter(pk__in=set(product_ids)).exclude(tracking="")
    return dict(rows.values_list("pk", "tracking"))


def lots(product_ids: Iterable[int]) -> dict[tuple[int, str], Lot]:
    """The known lots of products by (product, code)."""
    rows = Lot.objects.filter(product__in=set(product_ids)).order_by("product", "code")
    return {(row.product_id, row.code): row for row in rows}


def known_lots(keys: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Which of (product, code) are lots on record."""
    wanted = set(keys)
    rows = Lot.objects.filter(product__in={key[0] for key in wanted}, code__in={key[1] for key in wanted})
    return wanted & set(rows.values_list("product_id", "code"))


def known_serials(keys: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Which of (product, number) are serial numbers on record."""
    wanted = set(keys)
    rows = Serial.objects.filter(product__in={key[0] for key in wanted}, code__in={key[1] for key in wanted})
    return wanted & set(rows.values_list("product_id", "code"))


def serials_of(product_id: int, lot: str) -> list[str]:
    """The serial numbers of the pieces made in a lot."""
    rows = Serial.objects.filter(product=product_id, lot__code=lot).order_by("code")
    return list(rows.values_list("code", flat=True))


def days_of(keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], tuple[date | None, date | None]]:
    """The day of expiry and the day of making of (product, lot or serial number), of those on record: a serial number has
    those of the lot it was made in."""
    wanted = set(keys)
    if not wanted:
        return {}
    codes = {code for _product, code in wanted}
    here = Q(product__in={product for product, _code in wanted}) & (Q(code__in=codes) if len(codes) <= 500 else Q())
    lots_here = Lot.objects.filter(here).values_list("product_id", "code", "expires_on", "made_on")
    found = {(product, code): (expires, made) for product, code, expires, made in lots_here}
    if wanted - set(found):
        pieces = Serial.objects.filter(here, lot__isnull=False)
        rows = pieces.values_list("product_id", "code", "lot__expires_on", "lot__made_on")
        found |= {(product, code): (expires, made) for product, code, expires, made in rows}
    return found


def expired(on: date) -> QuerySet[Lot]:
    """Lots whose last day is over on a day."""
    return Lot.objects.filter(expires_on__lt=on)
