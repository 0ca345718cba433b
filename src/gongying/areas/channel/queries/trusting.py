"""Trust grades: weighed on demand, kept by month, and told wherever the figure travels."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.engines.trust import Grade, Part, graded, mean

from ..models import TrustGrade
from . import asking, reckon, weighing


@dataclass(frozen=True)
class PartView:
    """One part of a grade: its feed, weight, score (0 to 100; None where nothing can be said), the points it gives, what was
    seen (name, figure, of how many) and the rows behind it (`kind|number|label`)."""

    code: str
    feed: str
    weight: int
    score: Decimal | None
    points: Decimal | None
    seen: list[tuple[str, int, int | None]]
    rows: list[str]


@dataclass(frozen=True)
class Trust:
    """How far the figures a distributor reported for a month may be believed: the grade A to E ("" where too little can be
    said), the score, the share of the weights that could be judged, the points the digit tests took off, the parts, and the
    grade of each feed."""

    party_id: int
    month: str
    grade: str
    score: Decimal | None
    covered: Decimal
    hint: Decimal
    parts: list[PartView]
    feeds: dict[str, str]
    policy_hash: str


@dataclass(frozen=True)
class Weighed:
    """A month weighed: the grade of all and of each feed, its parts by feed, the digit tests, and the policy's hash."""

    whole: Grade
    feeds: dict[str, Grade]
    hints: list[weighing.Hint]
    policy_hash: str


def newest_month(on: date) -> str:
    """The newest month that is over on a day.

    >>> newest_month(date(2026, 11, 25))
    '2026-10'
    """
    return calendar.month_of(calendar.month_of(on).start - timedelta(days=1)).code


def weighed(party_id: int, month: str, on: date) -> Weighed:
    """Weigh a month of a distributor as it looks on a day. Nothing is written."""
    span = calendar.period(month)
    weights, digest = asking.trust_rules(party_id, span.last_day)
    of = weighing.Month(party_id, span, weights, asking.calendar_of(party_id, span.last_day), on)
    stock = [weighing.declared(of), weighing.in_time(of), weighing.identity(of), weighing.spotted(of)]
    sales = [weighing.told(of), weighing.quickly(of), weighing.covered(of), weighing.leaps(of)]
    hints = weighing.digit_hints(of)
    off = sum((each.points for each in hints), Decimal(0))
    feeds = {
        "stock": graded(stock, weights.cut_offs, hint=Decimal(0)),
        "sales": graded(sales, weights.cut_offs, hint=off),
    }
    return Weighed(graded(_both(stock, sales), weights.cut_offs, hint=off), feeds, hints, digest)


def _both(stock: Sequence[Part], sales: Sequence[Part]) -> list[Part]:
    """The parts of all: completeness and timeliness are the mean of both feeds, the others stand once."""
    other = {part.code: part for part in sales}
    found = []
    for part in stock:
        twin = other.pop(part.code, None)
        if twin is not None:
            found.append(
                Part(
                    part.code,
                    part.weight,
                    mean([part.score, twin.score]),
                    part.seen + twin.seen,
                    part.rows + twin.rows,
                )
            )
        else:
            found.append(part)
    return [*found, *other.values()]


def kept_text(grade: Grade) -> str:
    """A grade's parts as they are kept."""
    return json.dumps(
        [
            {
                "code": part.code,
                "weight": part.weight,
                "score": None if part.score is None else str(part.score),
                "points": _text(grade.points(part.code)),
                "seen": [[seen.name, seen.value, seen.of] for seen in part.seen],
                "rows": list(part.rows),
            }
            for part in grade.parts
        ]
    )


def _text(points: Decimal | None) -> str | None:
    return None if points is None else str(points.quantize(Decimal("0.1")))


def parts_of(row: TrustGrade) -> list[PartView]:
    """The parts of a kept grade."""
    return [
        PartView(
            held["code"],
            row.feed,
            held["weight"],
            None if held["score"] is None else Decimal(held["score"]),
            None if held["points"] is None else Decimal(held["points"]),
            [(name, value, of) for name, value, of in held["seen"]],
            held["rows"],
        )
        for held in json.loads(row.parts)
    ]


def grades(actor: Actor, feed: str = "") -> QuerySet[TrustGrade]:
    """Kept grades in scope of one feed ("" is all), the newest month first."""
    rows: QuerySet[TrustGrade] = TrustGrade.objects.for_actor(actor).filter(feed=feed)
    return rows.select_related("party__region").order_by("-month", "party__code")


def months(actor: Actor) -> list[str]:
    """The months that were graded in scope, the newest first."""
    return list(grades(actor).order_by("-month").values_list("month", flat=True).distinct()[:24])


def kept(actor: Actor, party_id: int, on: date) -> TrustGrade | None:
    """The newest grade of a distributor that is kept on a day; None before the first."""
    rows = grades(actor).filter(party_id=party_id, month__lte=f"{on:%Y-%m}")
    return rows.first()


def scores(actor: Actor, on: date, whom: Iterable[int]) -> dict[int, Decimal]:
    """The score of the newest grade kept on a day, by distributor in scope; who has none is left out."""
    rows = grades(actor).filter(party_id__in=list(whom), month__lte=f"{on:%Y-%m}", score__isnull=False)
    found: dict[int, Decimal] = {}
    for party, score in rows.order_by("month").values_list("party_id", "score"):  # the newest stays
        found[party] = Decimal(score or 0)
    return found


@query(needs="channel.view", roles=EVERYONE)
def trust(actor: Actor, *, party_id: int, on: date) -> Trust:
    """How far the figures of a distributor may be believed on a day: the newest kept grade, or the newest month weighed now."""
    party = parties.party(actor, party_id)
    row = kept(actor, party.pk, on)
    if row is not None:
        rows = TrustGrade.objects.for_actor(actor).filter(party_id=party.pk, month=row.month).exclude(feed="")
        feeds = {each.feed: each.grade for each in rows}
        return Trust(
            party.pk, row.month, row.grade, row.score, row.covered, row.hint, parts_of(row), feeds, row.policy_hash
        )
    month = newest_month(on)
    return _view(party.pk, month, weighed(party.pk, month, on))


def _view(party_id: int, month: str, found: Weighed) -> Trust:
    whole = found.whole
    parts = [
        PartView(
            part.code,
            "",
            part.weight,
            part.score,
            whole.points(part.code),
            [(seen.name, seen.value, seen.of) for seen in part.seen],
            list(part.rows),
        )
        for part in whole.parts
    ]
    feeds = {feed: grade.grade for feed, grade in found.feeds.items()}
    return Trust(
        party_id, month, whole.grade, whole.score, whole.covered, whole.hint, parts, feeds, found.policy_hash
    )


def graded_parties(actor: Actor, month: str) -> list[Any]:
    """The distributors in scope whose month is graded: those who had something to report."""
    known = {party.pk: party for party in parties.parties(actor)}
    span = calendar.period(month)
    must = reckon.active(known, span.start, span.end)
    return [party for pk, party in known.items() if pk in must]
