"""The only reader of prices."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.policies.read import scopes_of
from gongying.core.posting import replaced, standing

from .models import Price


@dataclass(frozen=True, slots=True)
class PriceFound:
    """The price that holds, and why: the list and scope it comes from, and what it won over."""

    price: Decimal
    currency: str
    list_code: str
    scope: str
    min_quantity: int
    valid_from: date
    why: list[str]


def prices(
    actor: Actor, *, product_id: int | None = None, kind: str = "", at: date | None = None
) -> QuerySet[Price]:
    """Standing prices the actor may see: the network's, his regions' and his own."""
    rows: QuerySet[Price] = standing(Price.objects.select_related("product"))
    if actor.parties is not None:
        codes = set(parties.parties(actor).values_list("code", flat=True))
        regions = parties.region_codes_of(actor.parties)
        mine = Q(scope_kind="party", scope_key__in=codes) | Q(scope_kind="region", scope_key__in=regions)
        rows = rows.filter(Q(scope_kind="network") | mine)
    if product_id is not None:
        rows = rows.filter(product_id=product_id)
    if kind:
        rows = rows.filter(kind=kind)
    if at is not None:
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at), valid_from__lte=at)
    return rows.order_by("list_code", "product__code", "min_quantity", "valid_from")


def holding(actor: Actor, party_id: int, on: date, *, kind: str = "dealer", quantity: int = 1) -> list[Price]:
    """The price of every product that holds for a party on a day, one row a product, in two questions."""
    order = {scope: place for place, scope in enumerate(scopes_of(party_id, on))}
    best: dict[int, Price] = {}
    for row in prices(actor, kind=kind, at=on).filter(min_quantity__lte=quantity):
        if (row.scope_kind, row.scope_key) not in order:
            continue
        known = best.get(row.product_id)
        if known is None or _rank(row, order) < _rank(known, order):
            best[row.product_id] = row
    return list(best.values())


def _rank(row: Price, order: dict[tuple[str, str], int]) -> tuple[int, int, int, int]:
    """The most specific scope first, then the highest quantity step, then the newest first day."""
    return order[row.scope_kind, row.scope_key], -row.min_quantity, -row.valid_from.toordinal(), -row.pk


def price(
    actor: Actor, product_id: int, on: date, *, party_id: int | None = None, kind: str = "dealer", quantity: int = 1
) -> PriceFound | None:
    """The price that holds for a party on a day: the most specific scope, then the highest quantity step, then the
    newest first day. None when there is no price.
    """
    order = {scope: place for place, scope in enumerate(scopes_of(party_id, on))}
    found = [
        row
        for row in prices(actor, product_id=product_id, kind=kind, at=on).filter(min_quantity__lte=quantity)
        if (row.scope_kind, row.scope_key) in order
    ]
    if not found:
        return None
    found.sort(key=lambda row: _rank(row, order))
    best = found[0]
    why = [
        f"{r.list_code} {r.scope_kind}:{r.scope_key or '*'} ≥{r.min_quantity} {r.valid_from} {r.price}"
        for r in found
    ]
    scope = f"{best.scope_kind}:{best.scope_key}"
    return PriceFound(best.price, best.currency, best.list_code, scope, best.min_quantity, best.valid_from, why)


def of_batch(batch_id: int) -> QuerySet[Price]:
    """The prices of a batch that still stand, for guards."""
    rows: QuerySet[Price] = Price._base_manager.filter(batch_id=batch_id)
    return standing(rows)


def corrected_since(batch_id: int) -> bool:
    """Whether a later posting says something else where this batch set a price."""
    return replaced(Price, batch_id)
