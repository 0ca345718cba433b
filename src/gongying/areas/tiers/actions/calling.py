"""Keep the calendar of reviews: announce what is near, submit what is due."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from gongying.core import turns
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book

from .. import facts, queries
from ..models import Announcement, Review
from .reviewing import review


@dataclass(frozen=True)
class Called:
    """What the calendar of a day came to: reviews announced, and the numbers of those submitted."""

    announced: int
    submitted: list[str]


@action(needs="tiers.review", roles=("admin", "director", "planner"))
def keep_calendar(actor: Actor, *, on: date | None = None) -> Called:
    """Announce the reviews that are near and submit those that fell due; each once. One that awaits approval is waited for."""
    day = on or timezone.localdate()
    turns.take("tiers.calendar")
    announced, submitted = 0, list[str]()
    for rules in queries.in_force(day).values():
        for due in queries.to_announce(rules, day):
            Announcement.objects.create(programme=rules.key, period=due.period, due_on=due.on, interim=due.interim)
            book.record(actor, facts.ReviewAnnounced(rules.key, due.period, due.on.isoformat(), due.interim))
            announced += 1
        if Review.objects.filter(programme=rules.key, state="pending").exists():
            continue
        for due in queries.due_now(rules, day):
            made = review(actor, programme=rules.key, period=due.period, as_of=day)
            submitted += [made.number] if made.review_id is not None else []
    return Called(announced, submitted)
