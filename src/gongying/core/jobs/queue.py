"""Put work in line, run it, pick up what a crash left."""

from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django_tasks import task

from gongying.core.actor import Actor
from gongying.core.refusal import Refused

from .models import Job
from .registry import JOBS, Cancelled, JobContext

STALE = timedelta(minutes=5)
MOST_ATTEMPTS = 3


def start(actor: Actor, code: str, *, title: str, link: str = "", **arguments: Any) -> int:
    """Queue a job for after the commit of the current transaction. Returns the job's id."""
    if code not in JOBS:
        raise RuntimeError(f"no job {code}")
    who = asdict(actor) | {
        "may": sorted(actor.may),
        "parties": None if actor.parties is None else sorted(actor.parties),
    }
    row = Job.objects.create(
        kind=code, title=title[:200], link=link, arguments=arguments, actor=who, user_id=actor.user_id
    )
    transaction.on_commit(partial(_enqueue, row.pk))
    return row.pk


def _enqueue(job_id: int) -> None:
    run_job.enqueue(job_id)


@task()
def run_job(job_id: int) -> None:
    """The task behind every job (called by the worker)."""
    run(job_id)


def run(job_id: int) -> Job:
    """Run a queued job here and now; claimed by one runner only."""
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state="queued").update(
        state="running", started_at=now, beat_at=now, attempts=F("attempts") + 1
    )
    row = Job.objects.get(pk=job_id)
    if not claimed:
        return row
    kept = row.actor
    parties = None if kept["parties"] is None else frozenset(kept["parties"])
    actor = Actor(**(kept | {"may": frozenset(kept["may"]), "parties": parties, "via": "job"}))
    try:
        result = JOBS[row.kind].work(JobContext(row.pk, actor), **row.arguments) or {}
    except Cancelled:
        return _end(row.pk, state="cancelled")
    except Refused as no:
        return _end(row.pk, state="failed", error=str(no))
    except Exception as fault:  # the worker lives on; the job shows what happened
        return _end(row.pk, state="failed", error=f"{type(fault).__name__}: {fault}"[:2000])
    return _end(row.pk, state="done", result=result)


def _end(job_id: int, **values: Any) -> Job:
    Job.objects.filter(pk=job_id).update(ended_at=timezone.now(), **values)
    return Job.objects.get(pk=job_id)


def revive() -> int:
    """Queue again what a dead worker left running (up to three attempts). Returns how many."""
    dead = Job.objects.filter(state="running", beat_at__lt=timezone.now() - STALE)
    count = 0
    for row in dead:
        again = JOBS.get(row.kind) is not None and JOBS[row.kind].restart and row.attempts < MOST_ATTEMPTS
        moved = Job.objects.filter(pk=row.pk, state="running", beat_at=row.beat_at)
        if again and moved.update(state="queued"):
            _enqueue(row.pk)
            count += 1
        elif not again:
            moved.update(state="failed", error="worker lost", ended_at=timezone.now())
    return count


def visible(actor: Actor) -> QuerySet[Job]:
    """The actor's own jobs; the whole network's for those who oversee jobs."""
    rows = Job.objects.order_by("-id")
    return rows if actor.can("control.jobs") and actor.whole_network else rows.filter(user_id=actor.user_id)
