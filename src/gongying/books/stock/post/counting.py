"""Declarations, and the movements that bring the balances to them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

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


def counts(actor: Actor, rows: Sequence[CountIn], *, source: str, batch_id: int | None = None) -> posting.Posted:
    """Post declarations, and as a movement the difference to what was held before.

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
    held = _of_products(newest)
    change = _changes(newest, held)
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


def _changes(newest: dict[SPOT, CountIn], held: dict[SPOT, Balance]) -> dict[SPOT, int]:
    """What each declaration that counts changes, in base units."""
    beside: dict[tuple[int | None, int], list[Balance]] = defaultdict(list)
    for balance in held.values():
        beside[balance.holder_id, balance.product_id].append(balance)
    change: dict[SPOT, int] = {}
    named: dict[tuple[int | None, int], date] = {}
    for spot, row in newest.items():
        before = held.get(spot)
        late = before is not None and before.counted_on is not None and before.counted_on > row.on
        if late or not row.lot:
            continue
        change[spot] = row.quantity - (before.quantity if before else 0)
        named[spot[0], spot[2]] = max(row.on, named.get((spot[0], spot[2]), row.on))
    for spot, row in newest.items():
        before = held.get(spot)
        late = before is not None and before.counted_on is not None and before.counted_on > row.on
        if late or row.lot:
            continue
        there = sum(
            each.quantity
            for each in beside[spot[0], spot[2]]
            if not each.lot or not _declared(each, row.on, newest)
        )
        change[spot] = row.quantity - there
    for (holder, product), on in named.items():
        spot = (holder, None, product, "")
        pool = held.get(spot)
        if spot in change or pool is None or pool.quantity >= 0:
            continue
        if pool.counted_on is None or pool.counted_on < on:
            change[spot] = -pool.quantity
    return change


def _declared(balance: Balance, on: date, newest: dict[SPOT, CountIn]) -> bool:
    """Whether a lot has a declaration of its own of that day or later."""
    row = newest.get((balance.holder_id, None, balance.product_id, balance.lot))
    days = [day for day in (balance.counted_on, row.on if row else None) if day is not None]
    return any(day >= on for day in days)


def _neighbour(newest: dict[SPOT, CountIn], spot: SPOT) -> CountIn:
    rows = [row for row in newest.values() if (row.holder_id, row.product_id) == (spot[0], spot[2])]
    return max(rows, key=lambda row: row.on)


def _of_products(newest: Iterable[SPOT]) -> dict[SPOT, Balance]:
    """The balances of the holders and products that are declared, of every lot, wherever the holder keeps his goods."""
    wanted = {(holder, product) for holder, _site, product, _lot in newest}
    found: dict[SPOT, Balance] = {}
    rows = Balance.objects.unscoped("posting").filter(site__isnull=True)
    for part in posting.chunks(sorted({product for _holder, product in wanted}), 500):
        for row in rows.filter(writing.whose(holder for holder, _p in wanted), product__in=part).order_by("pk"):
            if (row.holder_id, row.product_id) in wanted:
                found[row.holder_id, None, row.product_id, row.lot] = row
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
