"""Drawing a month for many distributors, and the day's work, in the background."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.jobs.registry import JobContext, Recurs, job

from . import actions, queries

AT_ONCE = 20


@job("reconciliation.draw", label=_("Draw statements of account"))
def draw(context: JobContext, *, month: str) -> dict[str, Any]:
    """Draw a month for everybody who has no statement of it; begun again it goes on where it was."""
    waiting = queries.not_drawn(context.actor, month)
    made = 0
    for at in range(0, len(waiting), AT_ONCE):
        made += len(actions.draw(context.actor, month=month, party_ids=waiting[at : at + AT_ONCE]).soa_ids)
        context.progress(min(at + AT_ONCE, len(waiting)), len(waiting))
    return {"drawn": made}


@job("reconciliation.tick", label=_("Reconciliation of the day"), recurs=Recurs(hour=6))
def tick(context: JobContext) -> dict[str, Any]:
    """Match what was posted, remind, escalate; whoever has a statement."""
    ids = sorted(set(queries.statements(context.actor).order_by().values_list("party_id", flat=True)))
    closed = reminded = 0
    for at in range(0, len(ids), AT_ONCE):
        done = actions.tick(context.actor, party_ids=ids[at : at + AT_ONCE], on=timezone.localdate())
        closed, reminded = closed + done.closed, reminded + done.reminded
        context.progress(min(at + AT_ONCE, len(ids)), len(ids))
    return {"closed": closed, "reminded": reminded}
