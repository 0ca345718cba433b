"""The background door of recruiting: personal data whose time is over."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.jobs.registry import JobContext, Recurs, job

from . import actions


@job("recruiting.expire", label=_("Personal data of applicants whose time is over"), recurs=Recurs(hour=3))
def expire(context: JobContext) -> dict[str, Any]:
    """Erase the contacts of applications that ended, and of leads that went no further, when the rules say so."""
    return {"erased": actions.expire(context.actor)}
