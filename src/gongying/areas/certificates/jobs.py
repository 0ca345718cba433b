"""The background door of certificates: reminders of a day."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.jobs.registry import JobContext, Recurs, job

from . import actions


@job("certificates.remind", label=_("Reminders of certificates that expire"), recurs=Recurs(hour=8))
def remind(context: JobContext) -> dict[str, Any]:
    """Remind whoever holds a certificate that expires soon."""
    return {"told": actions.remind(context.actor)}
