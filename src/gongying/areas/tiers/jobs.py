"""The clock of tiers."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.jobs.registry import JobContext, Recurs, job

from . import actions


@job("tiers.calendar", label=_("Calendar of level reviews"), recurs=Recurs(hour=6))
def keep(context: JobContext) -> dict[str, Any]:
    """Announce the reviews that are near, and submit those that are due: a second person approves them."""
    done = actions.keep_calendar(context.actor)
    return {"announced": done.announced, "submitted": done.submitted}
