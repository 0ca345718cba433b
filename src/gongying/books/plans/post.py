"""The only writer of targets."""

from collections.abc import Sequence
from typing import NamedTuple

from gongying.core import calendar, posting
from gongying.core.actor import Actor
from gongying.core.journal import book

from . import facts
from .models import Target


class TargetIn(NamedTuple):
    """A target of a natural period (`2026`, `2026Q3`, `2026-07`); amounts are minor units, quantities base units."""

    period: str
    party_id: int | None = None
    seller: str = ""
    category: str = ""
    metric: str = "sell_in"
    currency: str = "CNY"
    amount_minor: int = 0
    quantity: int | None = None

    @property
    def key(self) -> str:
        """The business key: of whom, what, when."""
        return f"{self.metric}/{self.party_id or self.seller}/{self.category or '*'}/{self.period}/{self.currency}"


COLUMNS = (*TargetIn._fields, "starts_on", "ends_on")


def targets(actor: Actor, rows: Sequence[TargetIn], *, source: str, batch_id: int | None = None) -> posting.Posted:
    """Post targets; the same again is nothing new, another amount for the same key is a new revision.

    Raises Refused when a period is not a natural one.
    """
    spans = {code: calendar.period(code) for code in {row.period for row in rows}}
    sent = [
        (row.key, (*row, spans[row.period].start.isoformat(), spans[row.period].end.isoformat())) for row in rows
    ]
    done, digest = posting.revisions(Target, COLUMNS, sent, source=source, batch_id=batch_id)
    if done.created + done.corrected:
        book.record(actor, facts.TargetsPosted(batch_id, done.created + done.corrected, 0, digest))
    return done


def reverse_batch(actor: Actor, *, batch_id: int) -> int:
    """Withdraw the targets of a batch that still stand. Returns how many."""
    count, digest = posting.withdraw(Target, COLUMNS, batch_id=batch_id)
    if count:
        book.record(actor, facts.TargetsPosted(batch_id, 0, count, digest))
    return count
