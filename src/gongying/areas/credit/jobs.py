"""The background door of credit: limits that turnover moves."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.jobs.registry import JobContext, Recurs, job

from . import actions


@job("credit.turnover", label=_("Credit limits by turnover"), recurs=Recurs(hour=6))
def bind(context: JobContext) -> dict[str, Any]:
    """Announce what is due, and begin what was announced."""
    return {"begun": actions.begin(context.actor), "announced": actions.bind(context.actor)}
