"""The price book as people read it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.prices import read as prices
from gongying.core.actor import Actor
from gongying.core.policies.read import scopes_of
from gongying.core.words import pick

from ..rules import unit_word


def rows(actor: Actor, on: date | None) -> Any:
    """The standing prices in scope that hold on a day (None: ever)."""
    return prices.prices(actor, at=on).select_related("product__category")


def search(found: Any, wanted: str) -> Any:
    """Prices whose product, list or scope has these letters."""
    product = (
        Q(product__code__icontains=wanted)
        | Q(product__name__icontains=wanted)
        | Q(product__name_en__icontains=wanted)
    )
    return found.filter(product | Q(list_code__icontains=wanted) | Q(scope_key__iexact=wanted))


def scope_names() -> dict[tuple[str, str], str]:
    """The names of regions by scope; distributors and levels go by their code."""
    return {("region", code): pick(name, name_en) for code, name, name_en in parties.region_names()}


def holding(actor: Actor, party_id: int, on: date, currency: str) -> list[Any]:
    """The price that holds for a distributor of every product on a day, with the level discount that comes off it."""
    scopes = {scope: place for place, scope in enumerate(scopes_of(party_id, on))}
    found = [row for row in prices.holding(actor, party_id, on) if row.currency == currency]
    return sorted(found, key=lambda row: (row.product.code, scopes[row.scope_kind, row.scope_key]))


def group_choices() -> Sequence[tuple[str, str]]:
    """(code, name) of every product group."""
    return goods.category_choices()


def party_choices(actor: Actor, most: int = 2000) -> list[tuple[str, str]]:
    """(code, name) of the distributors in scope."""
    found = parties.parties(actor).values_list("code", "name", "name_en")[:most]
    return [(code, pick(name, name_en)) for code, name, name_en in found]


def product_choices(most: int = 2000) -> list[tuple[str, str]]:
    """(code, name) of the products that are sold."""
    found = goods.products().filter(active=True).values_list("code", "name", "name_en")[:most]
    return [(code, pick(name, name_en)) for code, name, name_en in found]


@dataclass(frozen=True)
class Sold:
    """A product as one distributor buys it today: one unit (its own price's pack) from list to what it pays."""

    product: Any
    unit: str
    line: prices.QuotedLine
    currency: str

    @property
    def off(self) -> Decimal:
        """What comes off the list amount, as a fraction."""
        return 1 - Decimal(self.line.net_minor) / self.line.gross_minor if self.line.gross_minor else Decimal(0)


MOST_AT_ONCE = 500


def sheet(actor: Actor, party_id: int, on: date) -> list[Sold]:
    """What one unit of every product costs a distributor today, without promotions that need more than one."""
    party = parties.party(actor, party_id)
    held = {
        row.product_id: row for row in [
            *prices.holding(actor, party_id, on, kind="list"), *prices.holding(actor, party_id, on, kind="dealer")
        ] if row.currency == party.currency
    }  # fmt: skip
    found = []
    ids = sorted(held)
    for at in range(0, len(ids), MOST_AT_ONCE):
        wishes = [prices.Wish(str(pk), pk, 1, _sold_pack(held[pk])) for pk in ids[at : at + MOST_AT_ONCE]]
        quoted = prices.quote(actor, party_id=party_id, wishes=wishes, on=on)
        found += [line for line in quoted.lines if not line.gift_of]
    products = {each.pk: each for each in goods.products().filter(pk__in=ids)}
    return [
        Sold(
            products[line.product_id],
            unit_word(line.pack or products[line.product_id].base_unit),
            line,
            party.currency,
        )
        for line in found
    ]


def _sold_pack(row: Any) -> str:
    return str(row.pack)


def products_by_id(ids: Iterable[int]) -> list[Any]:
    """Products by their number."""
    return list(goods.products().filter(pk__in=set(ids)))
