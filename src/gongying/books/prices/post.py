"""The only writer of prices."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from gongying.core import posting
from gongying.core.actor import Actor
from gongying.core.journal import book

from . import facts
from .models import Price


class PriceIn(NamedTuple):
    """A price per base unit in major units; scope is network, region (code) or party (code)."""

    list_code: str
    kind: str
    product_id: int
    currency: str
    price: Decimal
    min_quantity: int = 1
    valid_from: date = date(2000, 1, 1)
    valid_to: date | None = None
    scope_kind: str = "network"
    scope_key: str = ""

    @property
    def key(self) -> str:
        """The business key: list, kind, product, scope, step and first day."""
        scope = f"{self.scope_kind}:{self.scope_key}"
        return f"{self.list_code}/{self.kind}/{self.product_id}/{scope}/{self.min_quantity}/{self.valid_from}"


def prices(actor: Actor, rows: Sequence[PriceIn], *, source: str, batch_id: int | None = None) -> posting.Posted:
    """Post prices; the same again is nothing new, another price under the same key is a new revision."""
    sent = [
        (row.key, (*row[:4], f"{row.price:f}", row.min_quantity, *map(_day, row[6:8]), *row[8:])) for row in rows
    ]
    done, digest = posting.revisions(Price, _columns(), sent, source=source, batch_id=batch_id)
    if done.created + done.corrected:
        book.record(actor, facts.PricesPosted(batch_id, done.created + done.corrected, 0, digest))
    return done


def reverse_batch(actor: Actor, *, batch_id: int) -> int:
    """Withdraw the prices of a batch that still stand. Returns how many."""
    count, digest = posting.withdraw(Price, _columns(), batch_id=batch_id)
    if count:
        book.record(actor, facts.PricesPosted(batch_id, 0, count, digest))
    return count


def _columns() -> tuple[str, ...]:
    return PriceIn._fields


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
