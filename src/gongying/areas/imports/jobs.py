"""The background door of imports."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.jobs.registry import JobContext, job

from . import actions


@job("imports.work_off", label=_("Import"))
def work_off(context: JobContext, *, batch_id: int) -> dict[str, Any]:
    """Work off a batch and report rows as they are done, of about how many."""
    batch = actions.work_off(context.actor, batch_id, context.progress)
    return {
        "created": batch.created,
        "corrected": batch.corrected,
        "unchanged": batch.unchanged,
        "failed": batch.failed,
    }
