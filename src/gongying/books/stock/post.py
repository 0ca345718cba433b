"""The only writer of stock."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q

from gongying.core import posting
from gongying.core.actor import Actor
from gongying.core.journal import book

from . import facts
from .models import Balance, Count, Movement

SPOT = tuple[int | None, int, str]  # holder, product, lot


class MoveIn(NamedTuple):
    """A movement in base units, signed; `key` is its business key within the source. No holder is the maker."""

    key: str
    holder_id: int | None
    product_id: int
    business_date: date
    quantity: int
    kind: str = "receipt"
    lot: str = ""
    value_minor: int = 0
    currency: str = "CNY"


class CountIn(NamedTuple):
    """A declaration of what was on hand on the evening of `on`, in base units; cost in major units per unit."""

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


MOVE = (
    "business_key",
    "holder_id",
    "product_id",
    "business_date",
    "quantity",
    "kind",
    "lot",
    "value_minor",
    "currency",
)
COUNT = ("holder_id", "product_id", "counted_on", "quantity", "lot", "unit_cost", "currency")


def moves(actor: Actor, rows: Sequence[MoveIn], *, source: str, batch_id: int | None = None) -> posting.Posted:
    """Post movements. A known key with the same content is left alone; another content reverses and posts anew."""
    posting.turn(Movement)
    wanted = {row.key: row for row in rows}
    picked = ("id", *MOVE, "content_hash")
    known: dict[str, tuple[Any, ...]] = {}
    for held in posting.select_by_keys(Movement, picked, {"source": source}, list(wanted), key="business_key"):
        known[held[1]] = held
    fresh: list[tuple[Any, ...]] = []
    created = corrected = 0
    for key, row in wanted.items():
        mark, old = posting.digest_of(row), known.get(key)
        if old is not None and old[6] != "reversal":
            if old[-1] == mark:
                continue
            fresh.append(_reversal(old))
            corrected += 1
        else:
            created += 1
        # A replacement names what it replaces, so that a key can be corrected more than once.
        fresh.append((*row[:3], row.business_date.isoformat(), *row[4:], mark, old[0] if old else None))
    _write(actor, fresh, source, batch_id)
    return posting.Posted(created, len(rows) - created - corrected, corrected)


def counts(actor: Actor, rows: Sequence[CountIn], *, source: str, batch_id: int | None = None) -> posting.Posted:
    """Post declarations, and as a movement the difference to what was held before.

    A declaration older than the newest one of its spot is kept, and moves nothing.
    """
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
        spot = (row.holder_id, row.product_id, row.lot)
        if spot not in newest or newest[spot].on <= row.on:
            newest[spot] = row
    posting.turn(Movement)
    held = _balances(newest)
    fresh, now = [], posting.stamp()
    for spot, row in newest.items():
        before = held.get(spot)
        if before is not None and before.counted_on is not None and before.counted_on > row.on:
            continue
        change = row.quantity - (before.quantity if before else 0)
        if change:
            key = f"count/{row.key}/{now}"
            mark = posting.digest_of((*row, change))
            fresh.append(
                (
                    key,
                    row.holder_id,
                    row.product_id,
                    row.on.isoformat(),
                    change,
                    "count",
                    row.lot,
                    0,
                    row.currency,
                    mark,
                    None,
                )
            )
    _write(actor, fresh, source, batch_id)
    _stamp_counts(newest)


def _stamp_counts(newest: dict[SPOT, CountIn]) -> None:
    """Remember the day of the newest declaration with each balance."""
    held = _balances(newest)
    late = [b for spot, b in held.items() if b.counted_on is None or b.counted_on < newest[spot].on]
    days = [(newest[b.holder_id, b.product_id, b.lot].on.isoformat(), b.pk) for b in late]
    posting.change(Balance, "counted_on = %s", days)
    missing = [
        Balance(holder_id=spot[0], product_id=spot[1], lot=spot[2], quantity=0, counted_on=row.on)
        for spot, row in newest.items()
        if spot not in held
    ]
    Balance.objects.bulk_create(missing)


def reverse_batch(actor: Actor, *, batch_id: int) -> int:
    """Undo a batch: withdraw its declarations and reverse its movements. Returns how many rows that took."""
    count, digest = posting.withdraw(Count, COUNT, batch_id=batch_id)
    if count:
        book.record(actor, facts.CountsPosted(batch_id, 0, count, digest))
    posting.turn(Movement)
    held = (
        Movement.objects.unscoped("posting")
        .filter(batch_id=batch_id, movement__isnull=True)
        .exclude(kind="reversal")
    )
    found = list(held.order_by("id").values_list("id", *MOVE, "content_hash", "source"))
    for source in {row[-1] for row in found}:
        _write(actor, [_reversal(row[:-1]) for row in found if row[-1] == source], source, batch_id)
    if count:
        _date_again(batch_id)
    return count + len(found)


def _date_again(batch_id: int) -> None:
    """Balances whose declaration was withdrawn carry the day of the newest one that still stands."""
    gone = Count.objects.unscoped("posting").filter(batch_id=batch_id).values("holder_id", "product_id")
    places = {(row["holder_id"], row["product_id"]) for row in gone}
    products = {product for _holder, product in places}
    newest: dict[SPOT, date] = {}
    for row in posting.standing(Count.objects.unscoped("posting").filter(product__in=products)):
        spot = (row.holder_id, row.product_id, row.lot)
        newest[spot] = max(row.counted_on, newest.get(spot, row.counted_on))
    days = [
        (day.isoformat() if day else None, balance.pk)
        for balance in Balance.objects.unscoped("posting").filter(product__in=products)
        if (balance.holder_id, balance.product_id) in places
        and balance.counted_on != (day := newest.get((balance.holder_id, balance.product_id, balance.lot)))
    ]
    posting.change(Balance, "counted_on = %s", days)


def _reversal(old: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same movement turned round, on the day of what it reverses."""
    pk, key, holder, product, day, quantity, _kind, lot, value, currency, mark = old
    return (key, holder, product, str(day), -quantity, "reversal", lot, -value, currency, mark, pk)


def _write(actor: Actor, fresh: list[tuple[Any, ...]], source: str, batch_id: int | None) -> None:
    """One insert for all, the balances with it, and one fact."""
    if not fresh:
        return
    tail = (source, batch_id, posting.stamp())
    names = (*MOVE, "content_hash", "corrects_id", "source", "batch_id", "posted_at")
    posting.insert(Movement, names, [row + tail for row in fresh])
    change: dict[SPOT, int] = {}
    for row in fresh:
        spot = (row[1], row[2], row[6])
        change[spot] = change.get(spot, 0) + row[4]
    _shift(change)
    digest = posting.digest_of(f"{row[5]}:{row[9]}" for row in fresh)
    book.record(actor, facts.MovesPosted(batch_id, len(fresh), sum(row[4] for row in fresh), digest))


def _shift(change: dict[SPOT, int]) -> None:
    """Add to the balances, in a fixed order so that two writers cannot wait for each other in a circle."""
    held = _balances(change)
    fresh = [
        Balance(holder_id=s[0], product_id=s[1], lot=s[2], quantity=n) for s, n in change.items() if s not in held
    ]
    Balance.objects.bulk_create(fresh)
    moved = sorted((held[spot].pk, n) for spot, n in change.items() if spot in held and n)
    posting.change(Balance, "quantity = quantity + %s", [(n, pk) for pk, n in moved])


def _balances(spots: dict[SPOT, Any]) -> dict[SPOT, Balance]:
    """The balances of these spots."""
    found: dict[SPOT, Balance] = {}
    holders = {spot[0] for spot in spots}
    rows = Balance.objects.unscoped("posting").filter(
        Q(holder__in=holders - {None}) | Q(holder__isnull=None in holders)
    )
    for row in (rows if None in holders else rows.filter(holder__isnull=False)).order_by("pk"):
        spot = (row.holder_id, row.product_id, row.lot)
        if spot in spots:
            found[spot] = row
    return found
