"""The stock card of a product: every movement with its document and the balance it leaves behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any

from gongying.books.stock import read as book
from gongying.core.actor import Actor

MOST = 5000


@dataclass(frozen=True)
class CardRow:
    """A movement and the balance after it, in base units."""

    movement: Any
    balance: int


def card(
    actor: Actor,
    *,
    product_id: int,
    site_id: int | None = None,
    holder_id: int | None = None,
    until: date | None = None,
) -> list[CardRow]:
    """Movements of a product in scope, newest first, each with the running balance: of the house (or one of its sites), or of
    one distributor. The newest 5,000; the balance is right all the same."""
    rows = book.movements(
        actor, product_id=product_id, site_id=site_id, holder_id=holder_id, house=holder_id is None
    )
    rows = rows if until is None else rows.filter(business_date__lte=until)
    held = list(rows.order_by("business_date", "id"))
    sums = accumulate(row.quantity for row in held)
    found = [CardRow(row, balance) for row, balance in zip(held, sums, strict=True)]
    return found[::-1][:MOST]


def history(rows: Sequence[CardRow], points: int = 24) -> list[tuple[date, int]]:
    """The balance at the end of the newest days on which something moved, oldest first.

    >>> history([])
    []
    """
    days: dict[date, int] = {}
    for row in rows:  # newest first: the first of a day is its last
        days.setdefault(row.movement.business_date, row.balance)
    return sorted(days.items())[-points:]
