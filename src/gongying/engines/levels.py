"""Levels: which of a ladder of levels a distributor holds, what it lacks for the next, and what becomes of the level held.

A level holds when every requirement is met: value >= at_least, in the unit of the figure. Levels are given from the
lowest; the highest that holds counts. A level once held is kept for some months after falling short (grace), and a
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
from decimal import Decimal
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Need:
    """A requirement: the figure `metric` must reach `at_least` (major units for money, fractions for ratios)."""

    metric: str
    at_least: Decimal


@dataclass(frozen=True, slots=True)
class Level:
    """A level and what it asks for."""

    code: str
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A requirement held against a value; None is a figure that is unknown, which never meets anything."""

    metric: str
    at_least: Decimal
    value: Decimal | None

    @property
    def met(self) -> bool:
        """Whether the requirement holds."""
        return self.value is not None and self.value >= self.at_least

    @property
    def gap(self) -> Decimal:
        """What is missing; 0 when it holds."""
        return Decimal(0) if self.met else self.at_least - (self.value or Decimal(0))

    @property
    def share(self) -> Decimal:
        """How much of it is reached: value / at_least, from 0 to 1."""
        return Decimal(1) if self.met else max(Decimal(0), self.value or Decimal(0)) / self.at_least


@dataclass(frozen=True, slots=True)
class Placement:
    """The level that holds (None below the lowest), with the checks of every level; `missing` leads to the next one."""

    index: int | None
    level: str
    checks: tuple[tuple[str, tuple[Check, ...]], ...]

    @property
    def following(self) -> tuple[str, tuple[Check, ...]] | None:
        """The next level with its checks; None at the top."""
        above = 0 if self.index is None else self.index + 1
        return self.checks[above] if above < len(self.checks) else None

    @property
    def missing(self) -> list[Check]:
        """The unmet requirements of the next level; empty at the top."""
        return [check for check in self.following[1] if not check.met] if self.following else []

    @property
    def progress(self) -> Decimal | None:
        """How far the next level is reached: the smallest share of its requirements, as a chain is as strong as its
        weakest link; None at the top.

        >>> place({"x": Decimal(60), "y": Decimal(9)}, [Level("a", (Need("x", Decimal(80)), Need("y", Decimal(10))))]).progress
        Decimal('0.75')
        """
        return min(check.share for check in self.following[1]) if self.following else None


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a distributor: its level, why, and since when it falls short of the level it keeps.

    `reason` is first, up, kept, open (short, but the period still runs), grace, down or none (no level before and none
    now).
    """

    level: str
    reason: str
    short_since: date | None


def place(values: Mapping[str, Decimal | None], levels: Sequence[Level]) -> Placement:
    """The highest level whose requirements all hold, with the evidence."""
    checks = tuple(
        (level.code, tuple(Check(need.metric, need.at_least, values.get(need.metric)) for need in level.needs))
        for level in levels
    )
    holding = [index for index, (_code, asked) in enumerate(checks) if all(check.met for check in asked)]
    index = holding[-1] if holding else None
    return Placement(index, "" if index is None else levels[index].code, checks)


def decide(
    found: Placement,
    levels: Sequence[Level],
    held: str,
    short_since: date | None,
    on: date,
    grace_months: int,
    *,
    closed: bool = True,
) -> Decision:
    """The decision at a review: up at once, down only after `grace_months` below the level held.

    `closed` says whether the period is over: one that still runs finds nobody short for the first time, but it ends a
    grace that began with an earlier period. A level the ladder no longer has counts as none.

    >>> ladder = [Level("silver", (Need("x", Decimal(1)),)), Level("gold", (Need("x", Decimal(3)),))]
    >>> low = place({"x": Decimal(2)}, ladder)
    >>> decide(low, ladder, "gold", None, date(2026, 1, 10), 6).reason
    'grace'
    >>> decide(low, ladder, "gold", date(2026, 1, 10), date(2026, 7, 10), 6)
    Decision(level='silver', reason='down', short_since=None)
    >>> decide(low, ladder, "gold", None, date(2026, 7, 10), 0, closed=False).reason
    'open'
    """
    order = {level.code: place for place, level in enumerate(levels)}
    before = order.get(held, -1)
    now = -1 if found.index is None else found.index
    if now >= before:
        reason = "kept" if now == before else "first" if before < 0 else "up"
        return Decision(found.level, "none" if now < 0 else reason, None)
    if short_since is None and not closed:
        return Decision(held, "open", None)
    since = short_since or on
    months = (on.year - since.year) * 12 + on.month - since.month - (on.day < since.day)
    if months < grace_months:
        return Decision(held, "grace", since)
    return Decision(found.level, "down", None)


def falling(levels: Sequence[Level]) -> list[tuple[str, str]]:
    """(level, metric) where a higher level asks less than the one below it for the same figure, or no longer asks."""
    found = []
    for low, high in pairwise(levels):
        above = {need.metric: need.at_least for need in high.needs}
        for need in low.needs:
            if above.get(need.metric, Decimal(-1)) < need.at_least:
                found.append((high.code, need.metric))
    return found


def leaps(levels: Sequence[Level], times: Decimal) -> list[tuple[str, str, Decimal]]:
    """(level, metric, factor) where a level asks more than `times` what the level below asks for the same figure.

    >>> leaps([Level("silver", (Need("x", Decimal(2)),)), Level("gold", (Need("x", Decimal(12)),))], Decimal(4))
    [('gold', 'x', Decimal('6'))]
    """
    found = []
    for low, high in pairwise(levels):
        below = {need.metric: need.at_least for need in low.needs}
        for need in high.needs:
            asked = below.get(need.metric, Decimal(0))
            if asked and need.at_least > asked * times:
                found.append((high.code, need.metric, need.at_least / asked))
    return found
