"""Which price holds for whom on a day, and what it won over."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.asked import Asked, Given
from gongying.core.policies.read import scopes_of
from gongying.core.posting import replaced, standing

from ..models import Price

Scopes = dict[tuple[str, str], int]  # the scopes of a party; the most specific is 0


@dataclass(frozen=True, slots=True)
class PriceFound:
    """The price that holds (for `per` base units, one `pack`), and why: its list and scope, and what it won over."""

    price: Decimal
    currency: str
    list_code: str
    scope: str
    min_quantity: int
    valid_from: date
    why: list[str]
    pack: str = ""
    per: int = 1
    tax_included: bool = False


def prices(
    actor: Actor, *, product_id: int | None = None, kind: str = "", at: date | None = None
) -> QuerySet[Price]:
    """Standing prices the actor may see: the network's, those of his regions, of his levels (on a day) and his own."""
    rows: QuerySet[Price] = standing(Price.objects.select_related("product"))
    if actor.parties is not None:
        codes = set(parties.parties(actor).values_list("code", flat=True))
        regions = parties.region_codes_of(actor.parties)
        levels = set(parties.levels_at(at, actor.parties).values()) if at is not None else set()
        mine = Q(scope_kind="party", scope_key__in=codes) | Q(scope_kind="region", scope_key__in=regions)
        rows = rows.filter(Q(scope_kind="network") | Q(scope_kind="level", scope_key__in=levels) | mine)
    if product_id is not None:
        rows = rows.filter(product_id=product_id)
    if kind:
        rows = rows.filter(kind=kind)
    if at is not None:
        rows = rows.filter(holds_on(at))
    return rows.order_by("list_code", "product__code", "min_quantity", "valid_from")


def holds_on(day: date) -> Q:
    """Rows whose days include this one."""
    return Q(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


def scopes_for(party_id: int | None, on: date) -> Scopes:
    """The scopes of a party on a day with their place, the most specific first."""
    return {scope: place for place, scope in enumerate(scopes_of(party_id, on))}


def rows_for(
    scopes: Scopes, on: date, *, product_ids: Collection[int], kinds: Collection[str], currency: str
) -> list[Price]:
    """Standing prices of products in the scopes of a party on a day, in one question. Who asks has been let in to the party."""
    keys = {key for _kind, key in scopes}
    rows = _HOLDING(products=list(product_ids), kinds=list(kinds), currency=currency, on=on, keys=keys)
    return [row for row in rows if (row.scope_kind, row.scope_key) in scopes]


_HOLDING = Asked(
    lambda: standing(
        Price.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=Given("on")),
            valid_from__lte=Given("on"),
            product__in=Given("products"),
            kind__in=Given("kinds"),
            currency=Given("currency"),
            scope_key__in=Given("keys"),
        )
    )
)


def holding(actor: Actor, party_id: int, on: date, *, kind: str = "dealer", quantity: int = 1) -> list[Price]:
    """The price of every product that holds for a party on a day, one row a product, in two questions."""
    scopes = scopes_for(party_id, on)
    best: dict[int, Price] = {}
    for row in prices(actor, kind=kind, at=on).filter(min_quantity__lte=quantity):
        if (row.scope_kind, row.scope_key) not in scopes:
            continue
        known = best.get(row.product_id)
        if known is None or rank(row, scopes) < rank(known, scopes):
            best[row.product_id] = row
    return list(best.values())


def rank(row: Price, scopes: Scopes, pack: str = "") -> tuple[int, int, int, int, int]:
    """The most specific scope first, then the pack that is asked for, then the highest quantity step, then the newest first
    day."""
    fits = 0 if row.pack == pack else 1 if not row.pack else 2
    place = scopes[row.scope_kind, row.scope_key]
    return place, fits, -row.min_quantity, -row.valid_from.toordinal(), -row.pk


def best_of(rows: Iterable[Price], scopes: Scopes, quantity: int, pack: str = "") -> Price | None:
    """Of the prices of one product the one that holds for a quantity."""
    fitting = [row for row in rows if row.min_quantity <= quantity]
    return min(fitting, key=lambda row: rank(row, scopes, pack), default=None)


def price(
    actor: Actor, product_id: int, on: date, *, party_id: int | None = None, kind: str = "dealer", quantity: int = 1
) -> PriceFound | None:
    """The price that holds for a party on a day: the most specific scope, then the highest quantity step, then the
    newest first day. None when there is no price.
    """
    scopes = scopes_for(party_id, on)
    found = [
        row
        for row in prices(actor, product_id=product_id, kind=kind, at=on).filter(min_quantity__lte=quantity)
        if (row.scope_kind, row.scope_key) in scopes
    ]
    if not found:
        return None
    found.sort(key=lambda row: rank(row, scopes))
    best = found[0]
    why = [
        f"{r.list_code} {r.scope_kind}:{r.scope_key or '*'} ≥{r.min_quantity} {r.valid_from} {r.price}"
        for r in found
    ]
    return PriceFound(
        best.price,
        best.currency,
        best.list_code,
        f"{best.scope_kind}:{best.scope_key}",
        best.min_quantity,
        best.valid_from,
        why,
        best.pack,
        best.per,
        best.tax_included,
    )


def by_ids(ids: Collection[int]) -> dict[int, Price]:
    """Price rows by their number, also such as no longer stand: what a document of the past names."""
    return {row.pk: row for row in Price.objects.select_related("product").filter(pk__in=ids)}


def by_key(source: str, key: str) -> Price | None:
    """The standing price under a business key."""
    return standing(Price.objects.filter(source=source, business_key=key)).first()


def of_batch(batch_id: int) -> QuerySet[Price]:
    """The prices of a batch that still stand, for guards."""
    rows: QuerySet[Price] = Price._base_manager.filter(batch_id=batch_id)
    return standing(rows)


def corrected_since(batch_id: int) -> bool:
    """Whether a later posting says something else where this batch set a price."""
    return replaced(Price, batch_id)
