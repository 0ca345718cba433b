"""What points that are out are worth: breakage by cohorts, the liability of a day, how it moved month by month."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from gongying.core import calendar
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import HQ, query
from gongying.core.refusal import Missing
from gongying.engines.points_worth import (
    Breakage,
    Cohort,
    Entry,
    Flow,
    Liability,
    Movement,
    breakage,
    entries,
    liability,
    movements,
)

from ..models import Move, PointLot
from ..rules import Programme
from .policies import first_programme, programme_on

MONTHS = 12
EARNED = ("award", "rebate")  # the others are adjusted or given back
USED, GONE, LESS = ("burn", "back"), ("expire",), ("adjust", "recall", "transfer")


@dataclass(frozen=True)
class Books:
    """Lots and movements as plain rows: (id, day, earned on, source, points) and (lot, kind, points, day)."""

    lots: list[tuple[int, date, date, str, int]]
    moves: list[tuple[int, str, int, date]]


def books(actor: Actor, until: date) -> Books:
    """What distributors in scope got and what became of it, up to a day."""
    lots: QuerySet[PointLot] = PointLot.objects.for_actor(actor).filter(on__lte=until).order_by("id")
    moves: QuerySet[Move] = Move.objects.for_actor(actor).filter(on__lte=until).order_by("id")
    return Books(
        list(lots.values_list("id", "on", "earned_on", "source", "amount")),
        list(moves.values_list("lot_id", "kind", "points", "on")),
    )


def cohorts(held: Books, until: date) -> list[Cohort]:
    """Points by the quarter in which they were earned, and what had become of them by a day. What was corrected, taken back
    or passed on leaves the cohort; passed on it comes back with the lot of the other distributor."""
    quarter = {pk: calendar.quarter_of(earned).code for pk, _on, earned, _source, _points in held.lots}
    rows: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    known = set()
    for pk, on, _earned, _source, points in held.lots:
        if on <= until:
            known.add(pk)
            rows[quarter[pk]][0] += points
    for lot, kind, points, on in held.moves:
        if lot in known and on <= until:
            place, sign = (0, 1) if kind in LESS else (1, -1) if kind in USED else (2, -1)
            rows[quarter[lot]][place] += sign * points
    return [Cohort(key, *row) for key, row in sorted(rows.items())]


def broken(document: Programme, held: Books, until: date) -> Breakage:
    """The breakage a programme counts with on a day, from everybody's history."""
    return breakage(cohorts(held, until), document.breakage, document.breakage_rate, document.least_history)


def rate_on(document: Programme, on: date) -> Decimal:
    """The breakage of a day, of the whole house."""
    return broken(document, books(SYSTEM, on), on).rate


@dataclass(frozen=True)
class LiabilityView:
    """The liability for points on a day with what it is made of, and its movements of the months before; minor units."""

    on: date
    currency: str
    now: Liability
    breakage: Breakage
    months: list[Movement]


@query(needs="points.worth", roles=HQ)
def worth(actor: Actor, *, on: date | None = None, months: int = MONTHS) -> LiabilityView:
    """What the points of the distributors in scope are worth on a day, and the movements of at most 36 months before.
    Raises Missing while there was never a programme."""
    day = on or timezone.localdate()
    document = valued_by(day)
    every, mine = books(SYSTEM, day), books(actor, day)
    found = broken(document, every, day)
    moved = moved_by_month(every, mine, day, max(1, min(months, 36)))
    points = outstanding(mine, day)
    return LiabilityView(day, document.currency, liability(points, document.minor_value, found.rate), found, moved)


def valued_by(on: date) -> Programme:
    """The programme that gives a point its value on a day; before the first one that is the first. Raises Missing."""
    try:
        return programme_on(on).document
    except Missing:
        first = first_programme()
        if first is None:
            raise
        return first.document


def outstanding(held: Books, until: date) -> int:
    """Points that are out at the end of a day."""
    got = sum(points for _pk, on, _earned, _source, points in held.lots if on <= until)
    return got + sum(points for _lot, _kind, points, on in held.moves if on <= until)


def moved_by_month(every: Books, mine: Books, until: date, count: int) -> list[Movement]:
    """The movements of the `count` months that end with a day's."""
    last = calendar.month_of(until)
    spans = [last]
    while len(spans) < count:
        spans.insert(0, calendar.month_of(spans[0].start - timedelta(days=1)))
    before = spans[0].start - timedelta(days=1)
    document = valued_by(before)
    start = outstanding(mine, before)
    opening = liability(start, document.minor_value, broken(document, every, before).rate).amount
    return movements([_flow(every, mine, span, until) for span in spans], start, opening)


def _flow(every: Books, mine: Books, span: calendar.Period, until: date) -> Flow:
    end = min(span.last_day, until)
    document = valued_by(end)
    earned = other = burnt = expired = 0
    for _pk, on, _earned, source, points in mine.lots:
        if span.start <= on <= end and source != "transfer":
            earned, other = (earned + points, other) if source in EARNED else (earned, other + points)
    for _lot, kind, points, on in mine.moves:
        if span.start <= on <= end:
            burnt -= points if kind in USED else 0
            expired -= points if kind in GONE else 0
            other += points if kind in ("adjust", "recall") else 0
    if mine is not every:  # what was passed on leaves or enters a part of the network
        other += _passed(mine, span.start, end)
    rate = broken(document, every, end).rate
    return Flow(span.code, earned, burnt, expired, other, document.minor_value, rate)


def _passed(mine: Books, start: date, end: date) -> int:
    """Points that were passed into the scope less those passed out of it."""
    into = sum(points for _pk, on, _e, source, points in mine.lots if source == "transfer" and start <= on <= end)
    return into + sum(points for _lot, kind, points, on in mine.moves if kind == "transfer" and start <= on <= end)


@dataclass(frozen=True)
class JournalLine:
    """A line of the voucher of a month: month, number of the account, what it is for, debit and credit in minor units."""

    month: str
    code: str
    account: str
    why: str
    debit_minor: int
    credit_minor: int


def journal(view: LiabilityView) -> list[JournalLine]:
    """The vouchers of the months of a view, which balance each."""
    found = []
    for month in view.months:
        document = valued_by(min(calendar.period(month.month).last_day, view.on))
        found += [_line(document, month.month, each) for each in entries(month)]
    return found


def _line(document: Programme, month: str, entry: Entry) -> JournalLine:
    code = str(getattr(document, f"account_{entry.account}"))
    return JournalLine(month, code, entry.account, entry.why, entry.debit, entry.credit)
