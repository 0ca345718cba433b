"""Replay a programme, keep what came out, and share it."""

import hashlib
import json

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Replay, ReplayLine


@action(needs="rewards.replay", roles=("admin", "director", "planner"))
def replay(actor: Actor, *, version_id: int, period: str) -> int:
    """Keep what a version would have paid in a period (`2026Q3`, or months `2024-11..2026-10`), against what was in force,
    distributor by distributor. Returns the change in minor units."""
    row = queries.programme_row(version_id)
    document = queries.document_of_version(row)
    code, _spans = queries.spans_of(document, period)
    found = queries.replayed(actor, row, code)
    before, after = sum(r.before_minor for r in found), sum(r.after_minor for r in found)
    low, middle, high = (sum(r.answers[place] for r in found) for place in range(3))
    said = [(r.party_id, r.before_minor, r.after_minor) for r in found]
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    kept = Replay.objects.create(
        version_id=row.pk,
        hash=row.hash,
        period=code,
        distributors=len(found),
        before_minor=before,
        after_minor=after,
        digest=digest,
        made_by=actor.name,
        low_minor=low,
        middle_minor=middle,
        high_minor=high,
    )
    lines = [ReplayLine(replay=kept, party_id=r.party_id, before_minor=r.before_minor, after_minor=r.after_minor, change_minor=r.change_minor, net_minor=r.net_minor) for r in found]  # fmt: skip
    ReplayLine.objects.unscoped("a replay of the whole network").bulk_create(lines, batch_size=500)
    book.record(actor, facts.ProgrammeReplayed(row.pk, row.hash, code, before, after, digest))
    return after - before


@action(needs="rewards.share", roles=("admin", "director"))
def share(actor: Actor, *, replay_id: int) -> int:
    """Let every distributor of a kept replay read his own line. Returns how many they are; again changes nothing."""
    row = one(Replay.objects.select_for_update(), pk=replay_id)
    whom = list(ReplayLine.objects.for_actor(actor).filter(replay=row).values_list("party_id", flat=True))
    if not whom:
        raise Refused(_("This replay has no lines to share."), code="empty", remedy=_("Keep a new replay."))
    if not row.shared_by:
        row.shared_by, row.shared_at = actor.name, timezone.now()
        row.save(update_fields=["shared_by", "shared_at"])
        book.record(actor, facts.ReplayShared(row.pk, row.version_id, row.hash, row.period, whom))
    return len(whom)
