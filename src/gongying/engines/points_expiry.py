"""Ways to let points expire, side by side on one's own history: who would have lost what, and how evenly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .points import Lot, Method, burn, expire, expiry


@dataclass(frozen=True, slots=True)
class Event:
    """Points that came in (positive) or were used (negative) on a day, by holder."""

    on: date
    holder: int
    points: int


@dataclass(slots=True)
class Outcome:
    """What a method would have done: expired points by holder, points that were wanted and already gone, what is open."""

    method: Method
    earned: int = 0
    burnt: int = 0
    expired: dict[int, int] = field(default_factory=dict)
    missed: int = 0
    open: int = 0

    @property
    def lost(self) -> int:
        """All that expired."""
        return sum(self.expired.values())


def replay(events: Iterable[Event], method: Method, until: date) -> Outcome:
    """Run a history under a method to the end of a day. Uses go on as they were; what had expired by then is `missed`.
    earned = burnt + expired + open always.

    100 points of January, 60 used in May: cleared by quarters 100 are gone before and 60 are missed.

    >>> story = [Event(date(2026, 1, 10), 1, 100), Event(date(2026, 5, 2), 1, -60)]
    >>> found = replay(story, Method("quarter"), date(2026, 6, 30))
    >>> found.lost, found.missed, replay(story, Method("none"), date(2026, 6, 30)).open
    (100, 60, 40)
    """
    found = Outcome(method)
    lots: dict[int, list[Lot]] = defaultdict(list)
    for number, event in enumerate(sorted(events, key=lambda each: each.on)):
        if event.on > until:
            break
        held = lots[event.holder]
        _let_go(found, event.holder, held, event.on, before=True)
        if event.points > 0:
            held.append(Lot(number, event.on, expiry(event.on, method), event.points))
            found.earned += event.points
            continue
        there = min(-event.points, sum(lot.open for lot in held))
        found.missed += -event.points - there
        if there:
            _reduce(held, burn(held, there))
            found.burnt += there
    for holder, held in lots.items():
        _let_go(found, holder, held, until, before=False)
        found.open += sum(lot.open for lot in held)
    return found


def _let_go(found: Outcome, holder: int, held: list[Lot], day: date, *, before: bool) -> None:
    """Take away what expired up to a day, the day itself only when it is over."""
    over = [
        lot
        for lot in held
        if lot.expires is not None and (lot.expires < day or (not before and lot.expires == day))
    ]
    gone = expire(over, day)
    if gone:
        _reduce(held, gone)
        found.expired[holder] = found.expired.get(holder, 0) + sum(points for _key, points in gone)


def _reduce(held: list[Lot], taken: Sequence[tuple[int, int]]) -> None:
    less = dict(taken)
    kept = [Lot(lot.key, lot.earned, lot.expires, lot.open - less.get(lot.key, 0)) for lot in held]
    held[:] = [lot for lot in kept if lot.open]


def gini(values: Iterable[int]) -> Fraction:
    """How unevenly a sum is spread: 0 is everybody alike, towards 1 is one alone bears it all. Nothing to spread is 0.

    G = Σ (2i - n - 1) x_i / (n Σ x_i), with x ascending and i from 1 (Gini 1912).

    >>> gini([5, 5, 5]), gini([0, 0, 0, 12])
    (Fraction(0, 1), Fraction(3, 4))
    """
    held = sorted(max(0, value) for value in values)
    whole, count = sum(held), len(held)
    if not whole:
        return Fraction(0)
    return Fraction(sum((2 * place - count - 1) * value for place, value in enumerate(held, 1)), count * whole)


@dataclass(frozen=True, slots=True)
class Share:
    """A group of holders: how many, what they had, what of it goes."""

    group: str
    holders: int
    held: int
    lost: int

    @property
    def rate(self) -> Decimal:
        """The share of their points that goes."""
        return Decimal(self.lost) / self.held if self.held else Decimal(0)


def by_group(held: Mapping[int, int], lost: Mapping[int, int], group: Mapping[int, str]) -> list[Share]:
    """What each group of holders had and loses, by name of the group.

    >>> [(each.group, each.lost, each.rate) for each in by_group({1: 10, 2: 30}, {2: 15}, {1: "gold", 2: "bronze"})]
    [('bronze', 15, Decimal('0.5')), ('gold', 0, Decimal('0'))]
    """
    rows: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for holder in held.keys() | lost.keys():
        row = rows[group.get(holder, "")]
        row[0] += 1
        row[1] += held.get(holder, 0)
        row[2] += lost.get(holder, 0)
    return [Share(name, *row) for name, row in sorted(rows.items())]
