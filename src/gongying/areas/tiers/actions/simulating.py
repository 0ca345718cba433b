"""Try a programme on the whole network, and keep what came out."""

import hashlib
from datetime import date

from django.utils import timezone

from gongying.core import calendar
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.journal import book

from .. import facts, queries
from ..models import Simulation


@action(needs="tiers.simulate", roles=("admin", "director", "planner"))
def simulate(actor: Actor, *, version_id: int, period: str, as_of: date | None = None) -> int:
    """Keep where a version would place the whole network by the figures of a period, against the rules in force. Returns how
    many would move. Publishing asks for it."""
    row, on = queries.version_row(version_id), as_of or timezone.localdate()
    period = calendar.period(period).code
    found = queries.simulated(SYSTEM, row, period, on)  # the whole network, whoever asks
    sums = queries.totals(found)
    digest = hashlib.sha256(queries.said_of(found).encode()).hexdigest()
    Simulation.objects.create(
        version_id=row.pk,
        hash=row.hash,
        period=period,
        as_of=on,
        distributors=len(found),
        up=sums.up,
        down=sums.down,
        before_minor=sums.before_minor,
        after_minor=sums.after_minor,
        digest=digest,
        made_by=actor.name,
    )
    book.record(actor, facts.ProgrammeSimulated(row.pk, row.hash, period, sums.up, sums.down, digest))
    return sums.up + sums.down
