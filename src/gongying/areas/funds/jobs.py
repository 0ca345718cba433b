"""The background door of funds: commitments whose days are over, funds that accrue."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.jobs.registry import JobContext, Recurs, job

from . import actions, queries


@job("funds.expire", label=_("Commitments whose days are over"), recurs=Recurs(hour=4))
def expire(context: JobContext) -> dict[str, Any]:
    """Give back what was committed and not claimed in time."""
    return {"closed": actions.expire(context.actor, on=timezone.localdate())}


@job("funds.accrue", label=_("Funds that accrue"), recurs=Recurs(hour=4, days=(2, 17)))
def accrue(context: JobContext) -> dict[str, Any]:
    """Let every fund that grows with sales take what is due."""
    today, found = timezone.localdate(), dict[str, Any]()
    for held in queries.funds(today):
        if held.fund.source in ("sell_in", "over_target"):
            found[held.key] = actions.accrue(context.actor, fund=held.key, on=today)
    return found
