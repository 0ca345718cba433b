"""The clock of the house while the story is told: every paper bears the day on which it was written in the story.

The loader is a process of its own, and nothing else runs in it. Without this an order of last spring would say on its timeline
that somebody placed it this afternoon, and sales that were reported in time would count as reported a year late.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.utils import timezone

STEP = timedelta(milliseconds=1)


class Clock:
    """Stands at a moment of the story and never goes back; each look at it is a millisecond later than the one before."""

    def __init__(self, day: date) -> None:
        self.moment = _at(day, 8)

    def set(self, day: date, hour: int = 9) -> None:
        """Go on to an hour of a day; a day that is over already changes nothing."""
        self.moment = max(self.moment, _at(day, hour))

    @property
    def today(self) -> date:
        """The day in the story."""
        return timezone.localdate(self.moment)

    def now(self) -> datetime:
        """What time it is in the story."""
        self.moment += STEP
        return self.moment

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the whole house look at this clock."""
        real: Callable[[], datetime] = timezone.now
        timezone.now = self.now
        try:
            yield
        finally:
            timezone.now = real


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)), timezone.get_default_timezone())
