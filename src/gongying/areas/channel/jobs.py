"""The background door of channel data: a month graded for everybody, reminders of a day."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.jobs.registry import JobContext, Recurs, job

from . import actions, queries

# Of the month after: when declarations were due, and when so late that nothing of timeliness is left.
GRADED = (7, 17)


@job("channel.grade_month", label=_("Trust grades of a month"), recurs=Recurs(hour=5, days=GRADED))
def grade_month(context: JobContext, *, month: str = "") -> dict[str, Any]:
    """Grade a month ("": the newest that is over) of every distributor in scope who had something to report."""
    today = timezone.localdate()
    month = month or queries.newest_month(today)
    parties = queries.graded_parties(context.actor, month)
    found: dict[str, int] = {}
    for place, party in enumerate(parties, 1):
        given = actions.grade(context.actor, party_id=party.pk, month=month) or "none"
        found[given] = found.get(given, 0) + 1
        context.progress(place, len(parties))
    return {"month": month, **found}


@job("channel.remind", label=_("Reminders of stock declarations"), recurs=Recurs(hour=8))
def remind(context: JobContext) -> dict[str, Any]:
    """Remind whoever has not declared."""
    return {"told": actions.remind(context.actor)}
