"""Sorts of background work."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from gongying.core.actor import Actor

from .models import Job


class Cancelled(Exception):
    """The job shall stop: the person who started it asked for that, or another worker has taken it over."""


@dataclass
class JobContext:
    """What a job gets: for whom it runs, in which attempt, and how to report."""

    job_id: int
    actor: Actor
    attempt: int = 1

    def progress(self, done: int, total: int = 0, note: str = "") -> None:
        """Report `done` of `total` and stay alive. Raises Cancelled when asked to stop, and when another worker has
        taken this one for dead and begun the job anew.
        """
        values: dict[str, Any] = {"done": done, "total": total, "note": note[:200], "beat_at": timezone.now()}
        mine = Job.objects.filter(pk=self.job_id, state="running", attempts=self.attempt)
        if not mine.update(**values) or mine.filter(cancel=True).exists():
            raise Cancelled


@dataclass(frozen=True)
class Recurs:
    """When the clock puts a job in line by itself: once a day from `hour` on, on all days or on these `days` of the month."""

    hour: int
    days: tuple[int, ...] = ()


@dataclass(frozen=True)
class JobKind:
    """A declared job: `work(context, **arguments)` returns a small dict that is kept and shown."""

    code: str
    label: Any
    work: Callable[..., dict[str, Any] | None]
    restart: bool = True
    recurs: Recurs | None = None


JOBS: dict[str, JobKind] = {}


def job(
    code: str, *, label: Any, restart: bool = True, recurs: Recurs | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a job. `restart` says that it may be run again from the start after a crash; one that `recurs` works without
    arguments."""

    def dress(fn: Callable[..., Any]) -> Callable[..., Any]:
        JOBS[code] = JobKind(code, label, fn, restart, recurs)
        return fn

    return dress
