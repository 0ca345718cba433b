"""Hand the journal of a month to the general ledger."""

import hashlib
from dataclasses import dataclass

from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import action

from .. import queries
from ..models import Journal
from .payments import CASHIERS


@dataclass(frozen=True)
class Exported:
    """An exported journal: how many rows, and the hash of the CSV file (the same month under the same mapping is the same
    file)."""

    id: int
    rows: int
    sha256: str


@action(needs="billing.export", roles=CASHIERS)
def export_journal(actor: Actor, *, month: str) -> Exported:
    """Keep on record that the journal of a month was handed over, with its hash. Refused where an account has no mapping."""
    found = queries.journal(actor, calendar.period(month).code)
    text = queries.journal_csv(found)
    mark = hashlib.sha256(text.encode()).hexdigest()
    row = Journal.objects.create(
        month=found.month,
        rows=len(found.rows),
        sha256=mark,
        policy=found.policy,
        closed=found.closed,
        made_by=actor.name,
    )
    return Exported(row.pk, row.rows, mark)
