"""Stock of distributors: lots, age, expiry, and how long it lasts at the rate at which it went out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.stock import read as book
from gongying.books.trade import read as trade
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, HQ, query
from gongying.engines.picking import days_left

from ..rules import full, horizon
from .ageing import STEPS, Aged, ageing
from .shelves import Capacity, capacities, rules_on, value_of

WINDOW = 91  # days: thirteen whole weeks


@dataclass(frozen=True)
class HeldLot:
    """A lot that a distributor has: base units as posted, what is left of it (`reckoned`) once sales that named no lot are
    taken from what expires first, its days, and how many days the product lasts."""

    product: Any
    lot: str
    quantity: int
    reckoned: int
    expires_on: date | None
    left: int | None
    horizon: str
    blocked: bool
    since: date | None
    cover: float | None


@dataclass(frozen=True)
class Stock:
    """What a distributor has: his lots, base units in all, by age, near expiry and expired, how long it lasts, and how full
    his warehouses are."""

    lots: list[HeldLot]
    units: int
    buckets: tuple[int, ...]
    near: int
    expired: int
    below: int
    cover: float | None
    value_minor: int | None
    capacity: Capacity
    full_units: float | None
    full_value: float | None
    declared_on: date | None
    near_days: int


@dataclass(frozen=True)
class Holder:
    """A distributor in the list: base units, by age, share that is older than 180 days, day of the last declaration."""

    party: Any
    units: int
    buckets: tuple[int, ...]
    old: float | None
    declared_on: date | None
    capacity_units: int | None
    full_units: float | None


def _rates(actor: Actor, party_id: int, on: date) -> dict[int, float]:
    """Base units a day that went out of each product in the last thirteen weeks."""
    span: dict[str, Any] = {"start": on - timedelta(days=WINDOW), "end": on, "party_id": party_id}
    out: dict[int, int] = {}
    for level in ("sell_through", "sell_out"):
        rows = trade.lines(actor, level=level, **span).order_by().values_list("product_id")
        for product, units in rows.annotate(n=Sum("quantity")):
            out[product] = out.get(product, 0) + units
    return {product: units / WINDOW for product, units in out.items() if units > 0}


def _lasts(units: int, rate: float | None) -> float | None:
    """Days that stock lasts at a rate; None where nothing goes out."""
    return max(units, 0) / rate if rate else None


def holding(actor: Actor, party_id: int, on: date) -> Stock:
    """The stock of a distributor in scope on the evening of a day."""
    party = parties.party(actor, party_id)
    held = book.stock_of(actor, party.pk)
    products = {row.pk: row for row in goods.products().filter(pk__in={product for product, _lot in held})}
    first = book.first_days(actor, holder_id=party.pk, product_ids=products)
    rates = _rates(actor, party.pk, on)
    sums: dict[int, int] = {}
    for product, each in held:
        sums[product] = sums.get(product, 0) + each.quantity
    lots = [
        HeldLot(
            products[product], each.lot, each.quantity, each.reckoned, each.expires_on,
            None if each.expires_on is None else days_left(each.expires_on, on), horizon(each.expires_on, on),
            each.blocked, first.get((product, each.lot)), _lasts(sums[product], rates.get(product)),
        )
        for product, each in held
    ]  # fmt: skip
    rules, units = rules_on(on, party.pk), sum(sums.values())
    layers = ageing(actor, on, holder_id=party.pk)
    room = capacities(actor, [party.pk]).get(party.pk, Capacity())
    value = value_of(sums.items(), room.currency, on)
    near = sum(max(0, x.reckoned) for x in lots if x.left is not None and 0 <= x.left <= rules.near_expiry_days)
    return Stock(
        lots=lots,
        units=units,
        buckets=_summed(row.buckets for row in layers),
        near=near,
        expired=sum(max(0, x.reckoned) for x in lots if x.horizon == "expired"),
        below=sum(1 for n in sums.values() if n < 0),
        cover=_lasts(units, sum(rates.values()) or None),
        value_minor=value,
        capacity=room,
        full_units=full(units, room.units),
        full_value=full(value or 0, room.minor),
        declared_on=book.last_declared(actor, party.pk).get(party.pk),
        near_days=rules.near_expiry_days,
    )


def _summed(rows: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Buckets of many rows together."""
    found = [0] * (len(STEPS) + 1)
    for row in rows:
        found = [have + more for have, more in zip(found, row, strict=True)]
    return tuple(found)


@dataclass(frozen=True)
class InHand:
    """A lot in a distributor's hands, by product code: base units as posted and as reckoned, and its last day."""

    product: str
    lot: str
    quantity: int
    reckoned: int
    expires_on: date | None
    blocked: bool


@query(needs="warehouse.held", roles=EVERYONE)
def held(actor: Actor, *, party_id: int) -> list[InHand]:
    """What a distributor in scope has, lot by lot, in base units."""
    rows = book.stock_of(actor, parties.party(actor, party_id).pk)
    codes = dict(goods.products().filter(pk__in={p for p, _lot in rows}).values_list("pk", "code"))
    return [
        InHand(codes[product], each.lot, each.quantity, each.reckoned, each.expires_on, each.blocked)
        for product, each in rows
    ]


@dataclass(frozen=True)
class Aging:
    """A distributor's stock by age, by party code: base units, and how many are up to 30, 60, 90, 180 days old and older."""

    distributor: str
    units: int
    buckets: tuple[int, ...]


@query(needs="warehouse.holders", roles=HQ)
def aged(actor: Actor, *, on: date) -> list[Aging]:
    """Stock of the distributors in scope by age on the evening of a day."""
    return [Aging(each.party.code, each.units, each.buckets) for each in holders(actor, on)]


def holders(actor: Actor, on: date) -> list[Holder]:
    """Distributors in scope that have or had stock, most of it first."""
    rows: dict[int, list[Aged]] = {}
    for row in ageing(actor, on):
        if row.holder_id is not None:
            rows.setdefault(row.holder_id, []).append(row)
    declared, rooms = book.last_declared(actor), capacities(actor, rows)
    found = []
    for party in parties.parties(actor).filter(pk__in=rows):
        mine = rows[party.pk]
        units, buckets = sum(row.units for row in mine), _summed(row.buckets for row in mine)
        old = buckets[-1] / sum(buckets) if sum(buckets) else None
        room = rooms.get(party.pk, Capacity()).units
        found.append(Holder(party, units, buckets, old, declared.get(party.pk), room, full(units, room)))
    return sorted(found, key=lambda each: -each.units)
