"""The background door of diversion: rulings nobody objected to."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.jobs.registry import JobContext, Recurs, job

from . import actions


@job("diversion.close_due", label=_("Diversion cases nobody objects to any more"), recurs=Recurs(hour=4))
def close_due(context: JobContext) -> dict[str, Any]:
    """Close the cases whose days to object are over."""
    return {"closed": actions.close_due(context.actor)}
