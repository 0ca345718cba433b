"""Replay a programme, and keep what came out."""

import hashlib
import json

from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book

from .. import facts, queries
from ..models import Replay


@action(needs="rewards.replay", roles=("admin", "director", "planner"))
def replay(actor: Actor, *, version_id: int, period: str) -> int:
    """Keep what a version would have paid in a period, against what was in force. Returns the change in minor units."""
    row = queries.programme_row(version_id)
    period = calendar.period(period).code
    found = queries.replayed(actor, row, period)
    before, after = sum(r.before_minor for r in found), sum(r.after_minor for r in found)
    said = [(r.party_id, r.before_minor, r.after_minor) for r in found]
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    Replay.objects.create(
        version_id=row.pk,
        hash=row.hash,
        period=period,
        distributors=len(found),
        before_minor=before,
        after_minor=after,
        digest=digest,
        made_by=actor.name,
    )
    book.record(actor, facts.ProgrammeReplayed(row.pk, row.hash, period, before, after, digest))
    return after - before
