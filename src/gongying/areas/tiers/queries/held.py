"""Standings and the reviews that granted them, in the actor's scope."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import EVERYONE, PORTAL, query
from gongying.core.scope import one

from ..models import Review, Standing

Values = dict[str, Decimal | None]


def current(actor: Actor, at: date, *, programme: str = "", party_id: int | None = None) -> dict[int, Standing]:
    """The standings that hold on a day, by distributor: of each the newest approved one."""
    rows = Standing.objects.for_actor(actor).filter(review__state="approved", review__as_of__lte=at)
    rows = rows.filter(review__programme=programme) if programme else rows
    rows = rows.filter(party_id=party_id) if party_id is not None else rows
    ordered = rows.select_related("review", "party__region__parent__parent").order_by("review__as_of", "review_id")
    return {row.party_id: row for row in ordered}


def levels_of(at: date) -> dict[int, str]:
    """The level of every distributor on a day, for pages that show many."""
    return {party_id: row.level for party_id, row in current(SYSTEM, at).items() if row.level}


@dataclass(frozen=True)
class StandingLine:
    """Who holds what, since when and why, for people and programs."""

    party_id: int
    code: str
    programme: str
    level: str
    previous: str
    reason: str
    since: date
    period: str


@query(needs="tiers.view", roles=EVERYONE)
def standings(actor: Actor, *, on: date, programme: str = "") -> list[StandingLine]:
    """The levels that hold on a day, by code of distributor; a distributor's people see their own only."""
    held = current(actor, on, programme=programme).values()
    return [
        StandingLine(
            row.party_id,
            row.party.code,
            row.review.programme,
            row.level,
            row.previous,
            row.reason,
            row.review.as_of,
            row.review.period,
        )
        for row in sorted(held, key=lambda row: row.party.code)
    ]


def reviews(actor: Actor) -> QuerySet[Review]:
    """Reviews, newest first, with how many standings in scope they hold."""
    inside = None if actor.parties is None else Q(standings__party_id__in=actor.parties)
    return Review.objects.annotate(count=Count("standings", filter=inside)).order_by("-id")


def review_row(review_id: int) -> Review:
    """One review, or Missing."""
    return one(Review.objects.all(), pk=review_id)


def standings_of(actor: Actor, row: Review) -> QuerySet[Standing]:
    """The standings of a review in scope."""
    rows: QuerySet[Standing] = Standing.objects.for_actor(actor).filter(review=row)
    return rows.select_related("party__region__parent__parent", "review").order_by("party__code")


def decision(actor: Actor, review_id: int, party_id: int) -> Standing:
    """What a review decides for one distributor. Missing out of scope, and for a distributor until it is approved."""
    rows = Standing.objects.for_actor(actor).select_related("party", "review")
    if actor.role in PORTAL:
        rows = rows.filter(review__state="approved")
    found: Standing = one(rows, review_id=review_id, party_id=party_id)
    return found


def history(actor: Actor, party_id: int) -> QuerySet[Standing]:
    """The approved standings of one distributor, newest first."""
    rows: QuerySet[Standing] = Standing.objects.for_actor(actor).filter(party_id=party_id, review__state="approved")
    return rows.select_related("review").order_by("-review__as_of", "-id")


def figures(row: Standing) -> Values:
    """The figures a standing rests on; money in major units."""
    held = json.loads(row.figures)
    return {name: None if value is None else Decimal(value) for name, value in held.items()}
