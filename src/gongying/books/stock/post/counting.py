"""Declarations, and the movements that bring the balances to them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum

from gongying.core import posting
from gongying.core.actor import Actor
from gongying.core.closing import gate
from gongying.core.journal import book

from .. import facts
from ..models import Balance, Count, Movement
from . import moving, writing
from .writing import SPOT, Row

COUNT = ("holder_id", "product_id", "counted_on", "quantity", "lot", "unit_cost", "currency")


class CountIn(NamedTuple):
    """A declaration of what was on hand on the evening of `on`, in base units; cost in major units per unit.

    One that names no lot says what there was of the product in all lots that are not declared by name on that day.
    """

    holder_id: int | None
    product_id: int
    on: date
    quantity: int
    lot: str = ""
    unit_cost: Decimal | None = None
    currency: str = "CNY"

    @property
    def key(self) -> str:
        """The business key: who, what, when."""
        return f"{self.holder_id or 0}/{self.product_id}/{self.lot}/{self.on}"

    @property
    def spot(self) -> SPOT:
        """What it speaks of: wherever the holder keeps it."""
        return (self.holder_id, None, self.product_id, self.lot)


class Held(NamedTuple):
    """What is held of a lot now, the day it was last declared, and what moved it on later days."""

    lot: str
    quantity: int
    counted_on: date | None
    later: list[tuple[date, int]]

    def on(self, day: date) -> int:
        """What was held on the evening of a day."""
        return self.quantity - sum(units for moved, units in self.later if moved > day)


def counts(actor: Actor, rows: Sequence[CountIn], *, source: str, batch_id: int | None = None) -> posting.Posted:
    """Post declarations, and as a movement the difference to what was held on that evening: what moved on later days stays.

    A declaration older than the newest one of its spot is kept, and moves nothing.
    """
    gate.months({f"{row.on:%Y-%m}" for row in rows})
    sent = [
        (
            row.key,
            (
                *row[:2],
                row.on.isoformat(),
                row.quantity,
                row.lot,
                None if row.unit_cost is None else f"{row.unit_cost:f}",
                row.currency,
            ),
        )
        for row in rows
    ]
    done, digest = posting.revisions(Count, COUNT, sent, source=source, batch_id=batch_id)
    if not done.created + done.corrected:
        return done
    book.record(actor, facts.CountsPosted(batch_id, done.created + done.corrected, 0, digest))
    _follow(actor, rows, source, batch_id)
    return done


def _follow(actor: Actor, rows: Sequence[CountIn], source: str, batch_id: int | None) -> None:
    """Bring the balances to the newest declaration of each spot, by movements."""
    newest: dict[SPOT, CountIn] = {}
    for row in rows:
        if row.spot not in newest or newest[row.spot].on <= row.on:
            newest[row.spot] = row
    posting.turn(Movement)
    change = _changes(newest, _of_products(newest))
    now = posting.stamp()
    fresh = []
    for spot, n in change.items():
        told = newest.get(spot)
        if not n:
            continue
        if told is None:  # sold without naming a lot: now that the lots are counted, it is accounted for
            told = _neighbour(newest, spot)
        mark = posting.digest_of((*told, n))
        key = f"count/{told._replace(lot=spot[3]).key}/{now}"
        fresh.append(
            Row(key, spot[0], spot[2], told.on.isoformat(), n, "count", spot[3], 0, told.currency, None, "", "", mark)
        )  # fmt: skip
    writing.write(actor, fresh, source, batch_id)
    _stamp_counts(newest)


def _changes(newest: dict[SPOT, CountIn], held: dict[SPOT, Held]) -> dict[SPOT, int]:
    """What each declaration that counts changes, in base units: against what was held on its own evening."""
    beside: dict[tuple[int | None, int], list[Held]] = defaultdict(list)
    for spot, each in held.items():
        beside[spot[0], spot[2]].append(each)
    change: dict[SPOT, int] = {}
    named: dict[tuple[int | None, int], date] = {}
    fresh = {spot: row for spot, row in newest.items() if not _overtaken(held.get(spot), row.on)}
    for spot, row in fresh.items():
        if row.lot:
            before = held.get(spot)
            change[spot] = row.quantity - (before.on(row.on) if before else 0)
            named[spot[0], spot[2]] = max(row.on, named.get((spot[0], spot[2]), row.on))
    for spot, row in fresh.items():
        if not row.lot:
            there = [
                each.on(row.on)
                for each in beside[spot[0], spot[2]]
                if not each.lot or not _declared(spot, each, row.on, newest)
            ]
            change[spot] = row.quantity - sum(there)
    for (holder, product), on in named.items():
        spot = (holder, None, product, "")
        pool = held.get(spot)
        if spot in change or pool is None or (nameless := pool.on(on)) >= 0:
            continue
        if pool.counted_on is None or pool.counted_on < on:
            change[spot] = -nameless
    return change


def _overtaken(before: Held | None, on: date) -> bool:
    """Whether a newer declaration of the spot was posted already."""
    return before is not None and before.counted_on is not None and before.counted_on > on


def _declared(spot: SPOT, held: Held, on: date, newest: dict[SPOT, CountIn]) -> bool:
    """Whether a lot beside the spot has a declaration of its own of that day or later."""
    row = newest.get((*spot[:3], held.lot))
    days = [day for day in (held.counted_on, row.on if row else None) if day is not None]
    return any(day >= on for day in days)


def _neighbour(newest: dict[SPOT, CountIn], spot: SPOT) -> CountIn:
    rows = [row for row in newest.values() if (row.holder_id, row.product_id) == (spot[0], spot[2])]
    return max(rows, key=lambda row: row.on)


def _of_products(newest: dict[SPOT, CountIn]) -> dict[SPOT, Held]:
    """What the holders have of the products that are declared, of every lot, wherever a holder keeps his goods; with what
    moved after the first of the days."""
    wanted = {(holder, product) for holder, _site, product, _lot in newest}
    first = min(row.on for row in newest.values())
    found: dict[SPOT, Held] = {}
    theirs = writing.whose(holder for holder, _p in wanted)
    for part in posting.chunks(sorted({product for _holder, product in wanted}), 500):
        rows = Balance.objects.unscoped("posting").filter(theirs, site__isnull=True, product__in=part)
        for row in rows.order_by("pk"):
            if (row.holder_id, row.product_id) in wanted:
                spot = (row.holder_id, None, row.product_id, row.lot)
                found[spot] = Held(row.lot, row.quantity, row.counted_on, [])
        moved = Movement.objects.unscoped("posting").filter(
            theirs, site__isnull=True, product__in=part, business_date__gt=first
        )
        days = moved.order_by().values_list("holder_id", "product_id", "lot", "business_date")
        for holder, product, lot, day, units in days.annotate(units=Sum("quantity")):
            if (holder, None, product, lot) in found:
                found[holder, None, product, lot].later.append((day, units))
    return found


def _stamp_counts(newest: dict[SPOT, CountIn]) -> None:
    """Remember the day of the newest declaration with each balance."""
    held = writing.balances(newest)
    late = [(spot, b) for spot, b in held.items() if b.counted_on is None or b.counted_on < newest[spot].on]
    posting.change(Balance, "counted_on = %s", [(newest[spot].on.isoformat(), b.pk) for spot, b in late])
    missing = [
        Balance(holder_id=spot[0], product_id=spot[2], lot=spot[3], quantity=0, counted_on=row.on)
        for spot, row in newest.items()
        if spot not in held
    ]
    Balance.objects.bulk_create(missing)


def reverse_batch(actor: Actor, *, batch_id: int) -> int:
    """Undo a batch: withdraw its declarations and reverse its movements. Returns how many rows that took."""
    days = (
        Count.objects.unscoped("posting").filter(batch_id=batch_id).order_by().values_list("counted_on", flat=True)
    )
    gate.months({f"{day:%Y-%m}" for day in days.distinct()})
    count, digest = posting.withdraw(Count, COUNT, batch_id=batch_id)
    if count:
        book.record(actor, facts.CountsPosted(batch_id, 0, count, digest))
    found = moving.reverse_moves(actor, batch_id)
    if count:
        _date_again(batch_id)
    return count + found


def _date_again(batch_id: int) -> None:
    """Balances whose declaration was withdrawn carry the day of the newest one that still stands."""
    gone = Count.objects.unscoped("posting").filter(batch_id=batch_id).values("holder_id", "product_id")
    wanted = {(row["holder_id"], row["product_id"]) for row in gone}
    products = {product for _holder, product in wanted}
    newest: dict[SPOT, date] = {}
    for row in posting.standing(Count.objects.unscoped("posting").filter(product__in=products)):
        spot = (row.holder_id, None, row.product_id, row.lot)
        newest[spot] = max(row.counted_on, newest.get(spot, row.counted_on))
    days = [
        (day.isoformat() if day else None, balance.pk)
        for balance in Balance.objects.unscoped("posting").filter(product__in=products, site__isnull=True)
        if (balance.holder_id, balance.product_id) in wanted
        and balance.counted_on != (day := newest.get((balance.holder_id, None, balance.product_id, balance.lot)))
    ]
    posting.change(Balance, "counted_on = %s", days)
