"""Levels: which of a ladder of levels a distributor holds, what it lacks for the next, and what becomes of the level held.

A level holds when its criteria do (engines/criteria.py): value >= at_least, in the unit of the figure. Levels are given
from the lowest; the highest that holds counts, unless a gate is closed: a figure above its limit caps the level. A level
once held is kept for some months after falling short (grace), falls by one level at most where the landing is soft, and a
period that is still running can raise a level but never starts that clock: part of a year proves nothing against a
year's requirement.
Rules: docs/algorithms/levels.md.

>>> levels = [Level("silver", (Need("sell_in", Decimal(100)),)), Level("gold", (Need("sell_in", Decimal(300)), Need("coverage", Decimal("0.8"))))]
>>> found = place({"sell_in": Decimal(400), "coverage": Decimal("0.5")}, levels)
>>> found.level, [(check.metric, check.gap) for check in found.missing]
('silver', [('coverage', Decimal('0.3'))])
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise

from .criteria import Check, Group, Need, Seen, Way, cheapest, least, see

__all__ = [
    "Check",
    "Closed",
    "Decision",
    "Gate",
    "Group",
    "Level",
    "Need",
    "Placement",
    "Seen",
    "Way",
    "decide",
    "falling",
    "leaps",
    "months_between",
    "pieces_for",
    "place",
]


@dataclass(frozen=True, slots=True)
class Level:
    """A level and what it asks for: requirements and groups of them, all of which must hold."""

    code: str
    needs: tuple[Need | Group, ...]

    @property
    def criteria(self) -> Group:
        """The same as one group."""
        return Group(self.needs)


@dataclass(frozen=True, slots=True)
class Gate:
    """While the figure `metric` is above `at_most` nobody rises above the level `cap` ("" is no level at all)."""

    metric: str
    at_most: Decimal
    cap: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A gate that holds somebody down: the figure and how far it is above its limit."""

    metric: str
    at_most: Decimal
    value: Decimal
    cap: str

    @property
    def excess(self) -> Decimal:
        """By how much the figure is too high."""
        return self.value - self.at_most


@dataclass(frozen=True, slots=True)
class Placement:
    """The level that holds (None below the lowest), with the checks of every level; `missing` leads to the next one.

    `closed` are the gates that keep a higher level away, `reached` the level the figures alone would give.
    """

    index: int | None
    level: str
    checks: tuple[tuple[str, tuple[Check, ...]], ...]
    seen: tuple[Seen, ...] = ()
    closed: tuple[Closed, ...] = ()
    reached: str = ""

    @property
    def above(self) -> int | None:
        """Where the next level stands in the ladder; None at the top."""
        here = 0 if self.index is None else self.index + 1
        return here if here < len(self.checks) else None

    @property
    def following(self) -> tuple[str, tuple[Check, ...]] | None:
        """The next level with its checks; None at the top."""
        return None if self.above is None else self.checks[self.above]

    @property
    def way(self) -> Way:
        """The cheapest way to the next level; it asks nothing at the top, and where only a gate is in the way."""
        return Way(()) if self.above is None else cheapest(self.seen[self.above])

    @property
    def missing(self) -> list[Check]:
        """The requirements of the cheapest way to the next level that are not met; empty at the top."""
        return list(self.way.checks)

    @property
    def progress(self) -> Decimal | None:
        """How far the next level is reached: the smallest share of what is wanted, as a chain is as strong as its
        weakest link; None at the top.

        >>> place({"x": Decimal(60), "y": Decimal(9)}, [Level("a", (Need("x", Decimal(80)), Need("y", Decimal(10))))]).progress
        Decimal('0.75')
        """
        return None if self.above is None else self.seen[self.above].share


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a distributor: its level, why, and since when it falls short of the level it keeps.

    `reason` is first, up, kept, open (short, but the period still runs), grace, new (short, but protected as new), down,
    soft (short still, but a review of this period lowered it already) or none (no level before and none now).
    """

    level: str
    reason: str
    short_since: date | None


def place(values: Mapping[str, Decimal | None], levels: Sequence[Level], gates: Sequence[Gate] = ()) -> Placement:
    """The highest level whose criteria hold and no gate forbids, with the evidence. An unknown figure closes no gate.

    >>> gate = Gate("overdue_days", Decimal(30), "a")
    >>> held = place({"x": Decimal(9), "overdue_days": Decimal(40)}, [Level("a", (Need("x", Decimal(1)),)), Level("b", (Need("x", Decimal(2)),))], [gate])
    >>> held.level, held.reached, held.closed[0].excess
    ('a', 'b', Decimal('10'))
    """
    seen = tuple(see(level.criteria, values) for level in levels)
    holding = [index for index, each in enumerate(seen) if each.met]
    order = {level.code: index for index, level in enumerate(levels)}
    closed = [
        Closed(gate.metric, gate.at_most, value, gate.cap)
        for gate in gates
        if (value := values.get(gate.metric)) is not None and value > gate.at_most
    ]
    top = holding[-1] if holding else -1
    binding = tuple(each for each in closed if order.get(each.cap, -1) < top)
    cap = min((order.get(each.cap, -1) for each in binding), default=top)
    index = max((each for each in holding if each <= cap), default=None)
    return Placement(
        index,
        "" if index is None else levels[index].code,
        tuple((level.code, tuple(each.checks())) for level, each in zip(levels, seen, strict=True)),
        seen,
        binding,
        levels[top].code if holding else "",
    )


def months_between(since: date, on: date) -> int:
    """Whole months from a day to another.

    >>> months_between(date(2026, 1, 31), date(2026, 3, 30))
    1
    """
    return (on.year - since.year) * 12 + on.month - since.month - (on.day < since.day)


def decide(
    found: Placement,
    levels: Sequence[Level],
    held: str,
    short_since: date | None,
    on: date,
    grace_months: int,
    *,
    closed: bool = True,
    soft: bool = False,
    lowered: bool = False,
    protected: bool = False,
    only_up: bool = False,
) -> Decision:
    """The decision at a review: up at once, down only after `grace_months` below the level held.

    `closed` says whether the period is over: one that still runs finds nobody short for the first time, but it ends a
    grace that began with an earlier period, unless it is a review that `only_up` raises. Where the landing is `soft` a
    level falls by one at most, and not again (`lowered`) by another review of the same period. Who is `protected` keeps
    what he has. A level the ladder no longer has counts as none.

    >>> ladder = [Level("silver", (Need("x", Decimal(1)),)), Level("gold", (Need("x", Decimal(3)),))]
    >>> low = place({"x": Decimal(2)}, ladder)
    >>> decide(low, ladder, "gold", None, date(2026, 1, 10), 6).reason
    'grace'
    >>> decide(low, ladder, "gold", date(2026, 1, 10), date(2026, 7, 10), 6)
    Decision(level='silver', reason='down', short_since=None)
    >>> decide(low, ladder, "gold", None, date(2026, 7, 10), 0, closed=False).reason
    'open'
    >>> decide(place({}, ladder), ladder, "gold", None, date(2026, 7, 10), 0, soft=True).level
    'silver'
    """
    order = {level.code: place for place, level in enumerate(levels)}
    before = order.get(held, -1)
    now = -1 if found.index is None else found.index
    if now >= before:
        reason = "kept" if now == before else "first" if before < 0 else "up"
        return Decision(found.level, "none" if now < 0 else reason, None)
    if soft and lowered:
        return Decision(held, "soft", None)
    if protected:
        return Decision(held, "new", None)
    if only_up or (short_since is None and not closed):
        return Decision(held, "open", short_since)
    since = short_since or on
    if months_between(since, on) < grace_months:
        return Decision(held, "grace", since)
    lands = max(now, before - 1) if soft else now
    return Decision(levels[lands].code if lands >= 0 else "", "down", None)


def falling(levels: Sequence[Level]) -> list[tuple[str, str]]:
    """(level, metric) where a higher level can be reached without the one below it: it asks less of a figure, or no longer
    asks for it, on at least one of its ways.

    >>> falling([Level("silver", (Need("x", Decimal(2)),)), Level("gold", (Group((Need("x", Decimal(3)), Need("y", Decimal(1))), 1),))])
    [('gold', 'x')]
    """
    found: dict[tuple[str, str], None] = {}
    for low, high in pairwise(levels):
        for figures in least(high.criteria):
            seen = see(low.criteria, figures)
            if not seen.met:
                found |= {(high.code, check.metric): None for check in cheapest(seen).checks}
    return list(found)


def leaps(levels: Sequence[Level], times: Decimal) -> list[tuple[str, str, Decimal]]:
    """(level, metric, factor) where a level asks more than `times` what the level below asks for the same figure.

    >>> leaps([Level("silver", (Need("x", Decimal(2)),)), Level("gold", (Need("x", Decimal(12)),))], Decimal(4))
    [('gold', 'x', Decimal('6'))]
    """
    found = []
    for low, high in pairwise(levels):
        below, above = _least_asked(low), _least_asked(high)
        for metric, at_least in above.items():
            asked = below.get(metric, Decimal(0))
            if asked and at_least > asked * times:
                found.append((high.code, metric, at_least / asked))
    return found


def _least_asked(level: Level) -> dict[str, Decimal]:
    """What a level asks of each figure at least, in the order in which they are named."""
    found: dict[str, Decimal] = {}
    for need in level.criteria.needs():
        found[need.metric] = min(found.get(need.metric, need.at_least), need.at_least)
    return found


def pieces_for(gap: Decimal, worth: Decimal) -> int | None:
    """How many whole cases worth `worth` each close a gap: ⌈gap ÷ worth⌉; None where a case is worth nothing.

    >>> pieces_for(Decimal(9400), Decimal(250)), pieces_for(Decimal(1), Decimal(0))
    (38, None)
    """
    if worth <= 0:
        return None
    return int((gap / worth).to_integral_value(ROUND_CEILING))
