"""Where a programme's distributors stand on a day and where they end at their pace; read for accruals and for the watch list."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from gongying.books.lake.read import Snapshot
from gongying.books.metrics import read as metrics
from gongying.core import calendar
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing, Refused
from gongying.engines.accrual import Pace, pace
from gongying.engines.money import split
from gongying.engines.phasing import shape
from gongying.engines.rebates import NOTHING, Derivation

from ..rules import PROGRAMME, Programme
from .calculation import Bound, Nets, bound, entitled_earlier
from .measuring import Held, Wanted, eligible, field_of, read, selections, year_before
from .terms import months_over

MONTHS = 12


@dataclass(frozen=True)
class Asked:
    """A programme in one of its periods, looked at before the day `cut`."""

    programme: str
    bound: Bound
    cut: date

    @property
    def over(self) -> bool:
        """Whether the period has ended by then."""
        return self.cut >= self.bound.span.end

    @property
    def days(self) -> calendar.Period:
        """The days of the period that are over."""
        span = self.bound.span
        return calendar.Period(span.code, span.start, max(span.start, min(span.end, self.cut)))


@dataclass(frozen=True)
class Paced:
    """A distributor in a programme: his base and lines so far, his pace, and what any final base would bring.

    `season` says whose last year the season is: own, network, or "" when nobody knows one.
    """

    base: int
    lines: int
    pace: Pace
    season: str
    derived: Callable[[int], Derivation]


def documents(on: date) -> dict[str, Programme]:
    """The programmes in force on a day, by key."""
    rows = policies.in_force(PROGRAMME.code, on).filter(scope_kind="network")
    found = {row.key: policies.parsed(row) for row in rows}
    return {key: document for key, document in found.items() if isinstance(document, Programme)}


def running(on: date, keys: Collection[str] = ()) -> list[Asked]:
    """The programmes (all, or these) in the periods that run on a day, looked at up to its end."""
    found = []
    for key, document in sorted(documents(on).items()):
        if not keys or key in keys:
            asked = in_period(key, calendar.KINDS[document.period](on).code, on)
            if asked is not None:
                found.append(asked)
    return found


def period_before(asked: Asked) -> calendar.Period:
    """The period of the same kind before."""
    return calendar.KINDS[asked.bound.document.period](asked.bound.period.start - timedelta(days=1))


def in_period(programme: str, period: str, on: date) -> Asked | None:
    """A programme in a period up to the end of a day; None when it did not hold in it."""
    try:
        known = bound(programme, period)
    except (Missing, Refused):
        return None
    return Asked(programme, known, on + timedelta(days=1)) if known.span.start <= on else None


def paces(
    asked: Sequence[Asked],
    watermark: int | None = None,
    moment: Snapshot | None = None,
    seen: Collection[int] | None = None,
) -> list[dict[int, Paced]]:
    """Every distributor of each programme with his pace, by party. `seen` are the parties that may be looked at: nobody else's
    season counts either. The season is that of the same months of last year: his own where he bought in each of them, else
    that of everybody in the programme together."""
    spans = [[] if each.over else _months(each.bound.span) for each in asked]
    weights = _seasons(asked, spans, watermark, moment, seen)
    whole = [each.bound.wanted(watermark) for each in asked]
    so_far = [Wanted(each.bound.document, each.bound.period, each.days, watermark) for each in asked]
    held = read([*whole, *so_far], Nets(watermark, moment), moment)
    found = []
    for place, each in enumerate(asked):
        known, now = held[place], held[len(asked) + place]
        found.append(_paced(each, spans[place], weights[place], known, now, seen))
    return found


def _paced(
    asked: Asked,
    months: Sequence[calendar.Period],
    weights: "Season",
    known: dict[int, Held],
    now: dict[int, Held],
    seen: Collection[int] | None,
) -> dict[int, Paced]:
    document, bounds = asked.bound.document, asked.bound
    earlier = entitled_earlier(asked.programme, bounds.period) if document.guarantee_runs else {}
    found = {}
    for party, mine in now.items():
        if seen is None or party in seen:
            shares, season = weights.of(party, len(months))
            at_pace = pace(mine.base, months_over(months, shares, asked.cut))
            derived = _derived(asked, known.get(party, mine), mine, earlier.get(party, ()))
            found[party] = Paced(mine.base, mine.lines, at_pace, season, derived)
    return found


def _derived(asked: Asked, known: Held, now: Held, earlier: tuple[int, ...]) -> Callable[[int], Derivation]:
    """What a final base would bring: the references of the whole period as they are known, the rest spread by days over the
    periods that are calculated by themselves. A gate is taken to hold while the period runs: it is judged at its end."""
    document, bounds = asked.bound.document, asked.bound
    spans = bounds.wanted().spans()
    left = [max(0, (days.end - max(days.start, asked.cut)).days) for _period, days in spans]
    given = {code: each if asked.over else replace(each, closed=()) for code, _base, each in known.each}
    done = {code: base for code, base, _given in now.each}

    def derive(base: int) -> Derivation:
        parts = split(base - now.base, left) if any(left) else [0] * len(spans)
        each = [
            (period.code, done.get(period.code, 0) + part, given.get(period.code, NOTHING))
            for (period, _days), part in zip(spans, parts, strict=True)
        ]
        return Held(base, now.lines, each).derive(document, 0, earlier)

    return derive


@dataclass(frozen=True)
class Season:
    """What was bought in the same months of last year, by number of the month in the period: by party, and by everybody."""

    own: dict[int, dict[int, int]]
    everybody: dict[int, int]

    def of(self, party: int, count: int) -> tuple[list[int], str]:
        """The weights of a party's months, and whose they are."""
        mine = self.own.get(party, {})
        known = len(mine) == count > 0 and min(mine.values()) > 0
        season = "own" if known else "network" if any(value > 0 for value in self.everybody.values()) else ""
        return shape(mine if known else {}, self.everybody)[:count], season


def _seasons(
    asked: Sequence[Asked],
    spans: Sequence[Sequence[calendar.Period]],
    watermark: int | None,
    moment: Snapshot | None,
    seen: Collection[int] | None,
) -> list[Season]:
    """The season of every programme, in one scan."""
    wanted = [
        (place, number, weight, one)
        for place, (each, months) in enumerate(zip(asked, spans, strict=True))
        for number, month in enumerate(months, 1)
        for weight, one in selections(
            each.bound.document, year_before(each.bound.document, month), watermark
        )
    ]  # fmt: skip
    found = [Season(defaultdict(dict), defaultdict(int)) for _each in asked]
    inside = [eligible(each.bound.document, each.bound.span.last_day) for each in asked]
    held = metrics.bases([one for _place, _number, _weight, one in wanted], moment)
    for (place, number, weight, _one), rows in zip(wanted, held, strict=True):
        season, whom, document = found[place], inside[place], asked[place].bound.document
        for row in rows:
            if (whom is None or row.party_id in whom) and (seen is None or row.party_id in seen):
                amount = weight * getattr(row, field_of(document))
                mine = season.own[row.party_id]
                mine[number] = mine.get(number, 0) + amount
                season.everybody[number] += amount
    return found


def _months(span: calendar.Period) -> list[calendar.Period]:
    """The months of a period as far as its days count, twelve at most: a year of whole weeks begins with a few days of
    December, which go with January."""
    found = [
        calendar.Period(month.code, max(month.start, span.start), min(month.end, span.end))
        for month in span.months()
    ]
    if len(found) > MONTHS:
        found[:2] = [calendar.Period(found[1].code, found[0].start, found[1].end)]
    return found
