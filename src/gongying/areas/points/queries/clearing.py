"""What expires: due lots, announced clearings, and the ways to expire side by side on the house's own history."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.scope import one
from gongying.engines import points as engine
from gongying.engines.money import whole
from gongying.engines.points_expiry import Event, Share, by_group, gini, replay

from ..models import Adjustment, Clearing, Loss, Move, PointLot
from ..rules import Programme
from ..rules.programme import WEEKS
from .wallet import as_engine


@dataclass(frozen=True)
class Threat:
    """What a clearing would take from one distributor, what he has, and how much of it is hardly earned."""

    party: Any
    party_id: int
    level: str
    held: int
    points: int
    fresh: int
    exempt: str


@dataclass(frozen=True)
class Threatened:
    """A clearing before it is announced: who would lose what, how evenly, what it releases (minor units)."""

    due_on: date
    rows: list[Threat]
    points: int
    gross_minor: int
    released_minor: int
    fairness: Decimal
    shares: list[Share]

    @property
    def fresh(self) -> int:
        """Points that were earned in the last weeks before they would go."""
        return sum(row.fresh for row in self.rows if not row.exempt)

    @property
    def hit(self) -> int:
        """How many lose something."""
        return sum(1 for row in self.rows if row.points and not row.exempt)


def threatened(actor: Actor, document: Programme, due_on: date, rate: Decimal) -> Threatened:
    """What clearing all that expires by a day would do to the distributors in scope; `rate` is the breakage that the
    liability has counted on already."""
    lots: dict[int, list[PointLot]] = defaultdict(list)
    for lot in PointLot.objects.for_actor(actor).filter(open__gt=0).select_related("party"):
        lots[lot.party_id].append(lot)
    levels = parties.levels_at(due_on, lots)
    rows = []
    for party_id, held in lots.items():
        gone = dict(engine.expire([as_engine(lot) for lot in held], due_on, document.keep))
        if gone:
            young = {lot.pk for lot in held if (due_on - lot.earned_on).days < WEEKS}
            level = levels.get(party_id, "")
            rows.append(
                Threat(
                    held[0].party,
                    party_id,
                    level,
                    sum(lot.open for lot in held),
                    sum(gone.values()),
                    sum(points for pk, points in gone.items() if pk in young),
                    exempted(document, held[0].party.code, level),
                )
            )
    lost = {row.party_id: row.points for row in rows if not row.exempt}
    everybody = {party_id: sum(lot.open for lot in held) for party_id, held in lots.items()}
    points = sum(lost.values())
    gross = whole(points * document.minor_value)
    return Threatened(
        due_on,
        sorted(rows, key=lambda row: (bool(row.exempt), -row.points)),
        points,
        gross,
        whole(points * document.minor_value * (1 - rate)),
        _unevenness(lost.get(party_id, 0) for party_id in everybody),
        by_group(everybody, lost, levels),
    )


def _unevenness(values: Iterable[int]) -> Decimal:
    """The Gini coefficient of losses as a number that is shown."""
    found = gini(values)
    return Decimal(found.numerator) / found.denominator


def exempted(document: Programme, code: str, level: str) -> str:
    """Why nothing is taken from a distributor: he is named, or his level is; "" when he is not exempt."""
    if code in document.exempt:
        return "party"
    return "level" if level and level in document.exempt_levels else ""


def due_days(actor: Actor, until: date) -> list[tuple[date, int]]:
    """The last days of open lots up to a day, with how many points go then."""
    sums: Counter[date] = Counter()
    rows = PointLot.objects.for_actor(actor).filter(open__gt=0, expires_on__lte=until)
    for day, points in rows.values_list("expires_on", "open"):
        sums[day] += points
    return sorted(sums.items())


def clears_from(document: Programme, due_on: date, noticed_on: date) -> date:
    """The first day on which announced points may be cleared: the day after their last one or the end of the notice,
    whichever is later, and the days of grace on top."""
    notice = noticed_on + timedelta(days=document.notice_days)
    return max(due_on + timedelta(days=1), notice) + timedelta(days=document.grace_days)


@dataclass(frozen=True)
class Compared:
    """What a method would have done on the house's own history: cost is what expired, valued (minor units)."""

    code: str
    current: bool
    earned: int
    lost: int
    hit: int
    holders: int
    worst: int
    missed: int
    open: int
    cost_minor: int
    fairness: Decimal
    shares: list[Share]

    @property
    def rate(self) -> Decimal:
        """The share of what was earned that expired."""
        return Decimal(self.lost) / self.earned if self.earned else Decimal(0)


def compared(actor: Actor, document: Programme, today: date) -> list[Compared]:
    """Every method on what distributors in scope earned and used up to a day."""
    events = history(actor, today)
    got: Counter[int] = Counter()
    for event in events:
        got[event.holder] += max(0, event.points)
    levels = parties.levels_at(today, got)
    return [_compared(code, document, events, got, levels, today) for code in engine.METHODS]


def _compared(
    code: str,
    document: Programme,
    events: list[Event],
    got: Mapping[int, int],
    levels: Mapping[int, str],
    today: date,
) -> Compared:
    method = engine.Method(code, document.months, document.protect_days)
    found = replay(events, method, today)
    return Compared(
        code,
        code == document.method,
        found.earned,
        found.lost,
        sum(1 for points in found.expired.values() if points),
        len(got),
        max(found.expired.values(), default=0),
        found.missed,
        found.open,
        whole(found.lost * document.minor_value),
        _unevenness(found.expired.get(party_id, 0) for party_id in got),
        by_group(got, found.expired, levels),
    )


def history(actor: Actor, until: date) -> list[Event]:
    """What came in and was used up to a day, by distributor in scope; what was cleared is left out: that is the question.
    What was passed on leaves the one and comes to the other on the same day."""
    found = [
        Event(on, party, amount)
        for on, party, amount in PointLot.objects.for_actor(actor)
        .filter(on__lte=until)
        .exclude(source="back")
        .values_list("on", "party_id", "amount")
    ]
    rows = Move.objects.for_actor(actor).filter(on__lte=until).exclude(kind="expire")
    found += [Event(*row) for row in rows.values_list("on", "lot__party_id", "points")]
    return sorted(found, key=lambda event: (event.on, -event.points))


def clearings() -> QuerySet[Clearing]:
    """Every clearing, the newest first."""
    return Clearing.objects.order_by("-id")


def clearing_row(clearing_id: int) -> Clearing:
    """One clearing, or Missing."""
    return one(Clearing.objects.all(), pk=clearing_id)


def losses(actor: Actor, clearing: Clearing | None = None) -> QuerySet[Loss]:
    """What clearings take from distributors in scope, the largest first."""
    rows: QuerySet[Loss] = Loss.objects.for_actor(actor).select_related("party", "clearing")
    rows = rows.filter(clearing=clearing) if clearing is not None else rows
    return rows.order_by("-announced", "id")


def adjustments(actor: Actor) -> QuerySet[Adjustment]:
    """Corrections and appeals in scope, the newest first."""
    rows: QuerySet[Adjustment] = Adjustment.objects.for_actor(actor).select_related("party", "clearing")
    return rows.order_by("-id")
