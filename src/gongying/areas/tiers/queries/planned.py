"""The calendar of reviews: what is due, what was announced, what comes next."""

from datetime import date, timedelta

from ..models import Announcement, Review
from ..rules import Due, TierProgramme, dues
from .programmes import InForce

LOOKED_BACK = timedelta(days=45)  # a review that was missed for longer is started by hand


def due_now(rules: InForce, on: date) -> list[Due]:
    """Reviews by the calendar that fell due lately and nobody started."""
    found = []
    for due in dues(rules.document, on - LOOKED_BACK, on):
        if not Review.objects.filter(programme=rules.key, period=due.period, as_of__gte=due.on).exists():
            found.append(due)
    return found[-1:]  # a later review of the same network makes an earlier one needless


def to_announce(rules: InForce, on: date) -> list[Due]:
    """Reviews that are near enough to be announced, and were not."""
    ahead = timedelta(days=rules.document.announce_days)
    if not ahead:
        return []
    told = Announcement.objects.filter(programme=rules.key)
    return [
        due
        for due in dues(rules.document, on, on + ahead)
        if not told.filter(period=due.period, due_on=due.on).exists()
    ]


def coming(document: TierProgramme, on: date) -> Due | None:
    """The next review by the calendar."""
    return next(iter(dues(document, on, on + timedelta(days=400))), None)
