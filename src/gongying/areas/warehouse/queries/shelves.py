"""Shelves and sites of the house, the rules in force, and how full places are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.books.places import read as places
from gongying.books.prices import read as prices
from gongying.books.stock import read as book
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import query
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing, Refused
from gongying.engines.money import exponent

from ..rules import KEY, WarehouseRules, full

WATCHERS = ("admin", "director", "finance", "planner", "auditor")
HOUSE_KINDS = ("warehouse", "quarantine", "transit")


@dataclass(frozen=True)
class Room:
    """A site with what is in it: base units, lots, promised and blocked units, its value in minor units of its currency
    (None without prices), and how full it is of what it can hold (fractions, None where nobody said)."""

    site: places.Site
    units: int
    reserved: int
    blocked: int
    products: int
    value_minor: int | None
    full_units: float | None
    full_value: float | None


@dataclass(frozen=True)
class OnShelf:
    """What a site has of a product, in base units; `free` may be promised."""

    site: str
    product: str
    on_hand: int
    reserved: int
    blocked: int
    free: int


def house_site(actor: Actor, site_id: int) -> places.Site:
    """An open site of the house on whose shelves goods are kept. Raises Missing for one out of scope, Refused for another
    kind of site."""
    site = places.site(actor, site_id)
    if site.party_id is not None or site.kind not in ("warehouse", "quarantine") or not site.active:
        raise Refused(_("Goods are kept at open sites of the house."), code="site", field="site_id")
    return site


def rules_on(on: date, party_id: int | None = None) -> WarehouseRules:
    """The rules in force on a day, for the house or for what is sent to a distributor; the defaults when there are none."""
    try:
        found = policies.value(KEY, KEY, on, party_id).document
    except Missing:
        return WarehouseRules()
    assert isinstance(found, WarehouseRules)
    return found


def min_life(actor: Actor, *, party_id: int, on: date) -> int:
    """How many days goods sent to a distributor must keep after the day of delivery."""
    return rules_on(on, parties.party(actor, party_id).pk).min_life_days


def shelves(actor: Actor) -> QuerySet[Any]:
    """Shelves in scope with what is free of each."""
    rows = book.shelves(actor).annotate(free=F("on_hand") - F("blocked") - F("reserved"))
    return rows.filter(site__kind__in=("warehouse", "quarantine"))


@query(needs="warehouse.view", roles=WATCHERS)
def stock(actor: Actor, *, site: str = "", product: str = "") -> list[OnShelf]:
    """What the sites of the house have, by site and product code, in base units; at most 5,000 rows."""
    rows = shelves(actor)
    rows = rows.filter(site__code=site) if site else rows
    rows = rows.filter(product__code=product) if product else rows
    return [
        OnShelf(row.site.code, row.product.code, row.on_hand, row.reserved, row.blocked, row.free)
        for row in rows[:5000]
    ]


def rooms(actor: Actor, on: date) -> list[Room]:
    """The sites of the house in scope, in transit included, with what is in them."""
    sums: dict[int, tuple[int, int, int, int]] = {}
    per: dict[int, list[tuple[int, int]]] = {}
    for row in book.shelves(actor):
        units, reserved, blocked, products = sums.get(row.site_id, (0, 0, 0, 0))
        sums[row.site_id] = (units + row.on_hand, reserved + row.reserved, blocked + row.blocked, products + 1)
        per.setdefault(row.site_id, []).append((row.product_id, row.on_hand))
    house = [site for site in places.sites(actor) if site.party_id is None and site.kind in HOUSE_KINDS]
    found = []
    for site in house:
        units, reserved, blocked, products = sums.get(site.pk, (0, 0, 0, 0))
        value = value_of(per.get(site.pk, []), site.currency, on)
        fills = full(units, site.capacity_units), full(value or 0, site.capacity_minor)
        found.append(Room(site, units, reserved, blocked, products, value, *fills))
    return found


def value_of(rows: Iterable[tuple[int, int]], currency: str, on: date) -> int | None:
    """What goods (product, base units) are worth at the network's dealer price, else its list price, in minor units; None
    where no product has a price."""
    held = [(product, units) for product, units in rows if units]
    if not held:
        return 0
    best: dict[int, Decimal] = {}
    for kind in ("list", "dealer"):
        priced = prices.prices(SYSTEM, kind=kind, at=on).filter(scope_kind="network", currency=currency, pack="")
        priced = priced.filter(product__in={product for product, _units in held}, min_quantity__lte=1)
        best |= {row.product_id: row.price / row.per for row in priced.order_by("valid_from", "pk")}
    if not best:
        return None
    exact = sum((best.get(product, Decimal(0)) * units for product, units in held), Decimal(0))
    return int((exact * 10 ** exponent(currency)).to_integral_value(ROUND_HALF_UP))


@dataclass(frozen=True)
class Capacity:
    """What somebody's sites can hold together: base units and minor units of a currency, None where nobody said."""

    units: int | None = None
    minor: int | None = None
    currency: str = "CNY"


def capacities(actor: Actor, party_ids: Iterable[int]) -> dict[int, Capacity]:
    """The capacities of distributors in scope, in one question."""
    found: dict[int, Capacity] = {}
    for site in places.sites(actor).filter(party__in=set(party_ids)):
        assert site.party_id is not None
        before = found.get(site.party_id, Capacity())
        units = _plus(before.units, site.capacity_units)
        minor = _plus(before.minor, site.capacity_minor)
        currency = site.currency if site.capacity_minor is not None else before.currency
        found[site.party_id] = Capacity(units, minor, currency)
    return found


def _plus(have: int | None, more: int | None) -> int | None:
    return have if more is None else (have or 0) + more
