"""The work that sends messages."""

from django.utils.translation import gettext_lazy as _

from gongying.core.jobs.registry import JobContext, job

from . import delivery


@job(delivery.JOB, label=_("Tell other systems"))
def deliver(context: JobContext) -> dict[str, int]:
    """Send what is due."""
    return delivery.work_off()
