"""Put work in line, run it, pick up what a crash left."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from gongying.core.actor import Actor
from gongying.core.keys.access import by_name, is_key
from gongying.core.people.access import actor_for
from gongying.core.people.models import User
from gongying.core.refusal import Refused

from .models import Job
from .registry import JOBS, Cancelled, JobContext

STALE = timedelta(minutes=5)
PAUSE = timedelta(seconds=20)  # before a job is tried again
MOST_ATTEMPTS = 3


def start(actor: Actor, code: str, *, title: str, link: str = "", **arguments: Any) -> int:
    """Put a job in line, in the current transaction: it runs when that is committed, and never when it is not.
    Returns the job's id.
    """
    if code not in JOBS:
        raise RuntimeError(f"no job {code}")
    who = asdict(actor) | {
        "may": sorted(actor.may),
        "parties": None if actor.parties is None else sorted(actor.parties),
    }
    with transaction.atomic():
        row = Job.objects.create(
            kind=code, title=title[:200], link=link, arguments=arguments, actor=who, user_id=actor.user_id
        )
        run_job.enqueue(row.pk)
    return row.pk


@task()
def run_job(job_id: int) -> None:
    """The task behind every job (called by the worker)."""
    run(job_id)


def run(job_id: int) -> Job:
    """Run a queued job here and now; claimed by one runner only. What the database could not do at the moment is tried
    again a little later, three times in all.
    """
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state="queued").update(
        state="running", started_at=now, beat_at=now, attempts=F("attempts") + 1, error=""
    )
    row = Job.objects.get(pk=job_id)
    if not claimed:
        return row
    try:
        context = JobContext(row.pk, _whose(row), row.attempts)
        result = JOBS[row.kind].work(context, **row.arguments) or {}
    except Cancelled:
        return _end(row, state="cancelled")
    except Refused as no:
        return _end(row, state="failed", error=str(no))
    except (OperationalError, InterfaceError) as fault:  # a lock, a restart of the database
        return _later(row, fault)
    except Exception as fault:  # the worker lives on; the job shows what happened
        return _end(row, state="failed", error=_words(fault))
    return _end(row, state="done", result=result)


def _whose(row: Job) -> Actor:
    """For whom a job runs: with what he (or the key that asked) may do and see now, not when he asked. Refused when he is let in
    no more."""
    kept = row.actor
    if is_key(kept["name"]):
        held = by_name(kept["name"], language=kept["language"])
        if held is None:
            raise Refused(_("Whoever asked for this is let in no more."), code="gone")
        return held.through("job")
    if row.user_id is None:  # the house itself, or whoever holds the machine
        parties = None if kept["parties"] is None else frozenset(kept["parties"])
        return Actor(**(kept | {"may": frozenset(kept["may"]), "parties": parties, "via": "job"}))
    user = User.objects.filter(pk=row.user_id, is_active=True).first()
    if user is None:
        raise Refused(_("Whoever asked for this is let in no more."), code="gone")
    return actor_for(user, via="job", language=kept["language"])


def _words(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:2000]


def _mine(row: Job) -> QuerySet[Job]:
    """The job, as long as this attempt is the one that runs: another may have taken it for dead and begun anew."""
    return Job.objects.filter(pk=row.pk, state="running", attempts=row.attempts)


def _end(row: Job, **values: Any) -> Job:
    _mine(row).update(ended_at=timezone.now(), **values)
    return Job.objects.get(pk=row.pk)


def _again(row: Job) -> bool:
    """Whether a job may be run from the start once more."""
    return row.kind in JOBS and JOBS[row.kind].restart and row.attempts < MOST_ATTEMPTS


def _later(row: Job, fault: Exception) -> Job:
    if not _again(row):
        return _end(row, state="failed", error=_words(fault))
    with transaction.atomic():
        if _mine(row).update(state="queued", error=_words(fault), beat_at=timezone.now() + PAUSE):
            run_job.using(run_after=timezone.now() + PAUSE).enqueue(row.pk)
    return Job.objects.get(pk=row.pk)


def revive() -> int:
    """Queue again what a dead worker left running (up to three attempts) or took out of the line. Returns how many."""
    late = timezone.now() - STALE
    lost = Q(beat_at__lt=late) | Q(beat_at__isnull=True, created_at__lt=late)
    return sum(_revive(row) for row in Job.objects.filter(lost, state__in=("queued", "running")))


def _revive(row: Job) -> bool:
    same = Job.objects.filter(pk=row.pk, state=row.state, beat_at=row.beat_at)
    if row.beat_at is None:
        same = Job.objects.filter(pk=row.pk, state=row.state, beat_at__isnull=True)
    if row.state == "running" and not _again(row):
        same.update(state="failed", error="worker lost", ended_at=timezone.now())
        return False
    with transaction.atomic():
        moved = same.update(state="queued", beat_at=timezone.now())
        if moved:
            run_job.enqueue(row.pk)
    return bool(moved)


def visible(actor: Actor) -> QuerySet[Job]:
    """The actor's own jobs; the whole network's for those who oversee jobs."""
    rows = Job.objects.order_by("-id")
    if actor.can("control.jobs") and actor.whole_network:
        return rows
    if actor.user_id is None or is_key(actor.name):  # no person: what goes by its own name
        return rows.filter(actor__name=actor.name)
    return rows.filter(user_id=actor.user_id)
