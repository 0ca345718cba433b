"""The work of the day: jobs that recur are put in line when their hour has come, once a day, however many clocks run."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from gongying.core import turns
from gongying.core.actor import SYSTEM

from .models import Job
from .queue import start
from .registry import JOBS, JobKind

TURN = "jobs.recurring"


def turn() -> int:
    """Put in line what is due and was not yet begun today, in the name of the house. Returns how many."""
    now = timezone.localtime()
    due = [kind for kind in JOBS.values() if _due(kind, now)]
    if not _open(due, now):
        return 0
    with transaction.atomic():
        turns.take(TURN)
        waiting = _open(due, now)
        for kind in waiting:
            with translation.override(settings.LANGUAGE_CODE):
                start(SYSTEM, kind.code, title=str(kind.label))
    return len(waiting)


def _due(kind: JobKind, now: datetime) -> bool:
    """Whether a job is one of today, and its hour has come."""
    when = kind.recurs
    return when is not None and now.hour >= when.hour and (not when.days or now.day in when.days)


def _open(due: list[JobKind], now: datetime) -> list[JobKind]:
    """Those of them that nobody began today: what a person began by himself does not count."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Job.objects.filter(user_id=None, actor__name=SYSTEM.name, created_at__gte=midnight)
    begun = set(mine.filter(kind__in=[kind.code for kind in due]).values_list("kind", flat=True)) if due else set()
    return [kind for kind in due if kind.code not in begun]
