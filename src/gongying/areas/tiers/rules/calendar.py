"""When reviews fall due by the calendar of a programme."""

from dataclasses import dataclass
from datetime import date, timedelta

from gongying.core import calendar

from .document import TierProgramme


@dataclass(frozen=True, slots=True)
class Due:
    """A review by the calendar: of which period, from which day on, and when it is announced. An interim one only raises."""

    on: date
    period: str
    interim: bool
    announced_on: date


def dues(document: TierProgramme, start: date, end: date) -> list[Due]:
    """The reviews that fall due on the days [start, end], the earliest first; none without a calendar.

    A period is reviewed `review_after_days` after its last day. Interim reviews look at the running period as many days
    after each month or quarter of it, the last one left out, as long as it still runs.
    """
    if document.review_after_days is None:
        return []
    wait, notice = timedelta(days=document.review_after_days), timedelta(days=document.announce_days)
    found, span = [], document.running(start - timedelta(days=120))
    while span.start <= end:
        days = [(span.last_day + wait, False)]
        if document.interim != "none":
            parts = calendar.parts(span, document.interim)
            days += [(day, True) for part in parts[:-1] if (day := part.last_day + wait) < span.last_day]
        found += [Due(day, span.code, interim, day - notice) for day, interim in days if start <= day <= end]
        span = document.running(span.end)
    return sorted(found, key=lambda due: (due.on, due.interim))
