"""Criteria as a tree: all of them, any of them, at least k of n, one inside another; each node says whether it holds and what it lacks.

A leaf asks that a figure reaches a value; a group holds when at least `hold` of its parts hold (0 is all of them). More of
any figure can therefore never undo a group that holds. The cheapest way to make a group hold is found by trying every way:
the effort of a way is the sum, over its figures, of the share that is still missing, and a figure that is asked for
twice counts once, by the greater value.
Rules: docs/algorithms/levels.md.

>>> tree = Group((Need("sell_out", Decimal(100)), Group((Need("coverage", Decimal("0.8")), Need("growth", Decimal("0.2"))), 1)))
>>> found = see(tree, {"sell_out": Decimal(120), "coverage": Decimal("0.6"), "growth": Decimal("0.02")})
>>> found.met, found.share
(False, Decimal('0.75'))
>>> [(check.metric, check.gap) for check in cheapest(found).checks]
[('coverage', Decimal('0.2'))]
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product


@dataclass(frozen=True, slots=True)
class Need:
    """A requirement: the figure `metric` must reach `at_least` (major units for money, fractions for ratios)."""

    metric: str
    at_least: Decimal


@dataclass(frozen=True, slots=True)
class Group:
    """Parts of which at least `hold` must hold; 0 is all of them, 1 any of them. `code` is how people call the group."""

    parts: "tuple[Need | Group, ...]"
    hold: int = 0
    code: str = ""

    @property
    def wanted(self) -> int:
        """How many parts must hold."""
        return self.hold or len(self.parts)

    def needs(self) -> "Iterator[Need]":
        """Every requirement in it, however deep, in order."""
        for part in self.parts:
            if isinstance(part, Need):
                yield part
            else:
                yield from part.needs()

    @property
    def depth(self) -> int:
        """How many groups stand inside each other, itself counted.

        >>> Group((Need("x", Decimal(1)), Group((Need("y", Decimal(1)),)))).depth
        2
        """
        return 1 + max((part.depth for part in self.parts if isinstance(part, Group)), default=0)


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
        if self.met:
            return Decimal(1)
        return max(Decimal(0), self.value or Decimal(0)) / self.at_least if self.at_least else Decimal(0)


@dataclass(frozen=True, slots=True)
class Seen:
    """A group held against figures, with each of its parts."""

    group: Group
    parts: "tuple[Check | Seen, ...]"

    @property
    def holding(self) -> int:
        """How many parts hold."""
        return sum(part.met for part in self.parts)

    @property
    def met(self) -> bool:
        """Whether as many parts hold as are wanted."""
        return self.holding >= self.group.wanted

    @property
    def share(self) -> Decimal:
        """How far it is reached: of the parts that are wanted (the nearest ones) the share of the weakest."""
        nearest = sorted((part.share for part in self.parts), reverse=True)[: self.group.wanted]
        return min(nearest, default=Decimal(1))

    def checks(self) -> Iterator[Check]:
        """Every requirement in it, however deep, in order."""
        for part in self.parts:
            if isinstance(part, Check):
                yield part
            else:
                yield from part.checks()


@dataclass(frozen=True, slots=True)
class Way:
    """A way to make a group hold: what must still be reached, and the effort: Σ missing share of each figure."""

    checks: tuple[Check, ...]

    @property
    def effort(self) -> Decimal:
        """The missing shares added up; 0 when nothing is missing."""
        return sum((1 - check.share for check in self.checks), Decimal(0))


def see(group: Group, values: Mapping[str, Decimal | None]) -> Seen:
    """Hold a group against figures.

    >>> see(Group((Need("x", Decimal(1)), Need("y", Decimal(1))), 1), {"y": Decimal(2)}).met
    True
    """
    return Seen(
        group,
        tuple(
            Check(part.metric, part.at_least, values.get(part.metric))
            if isinstance(part, Need)
            else see(part, values)
            for part in group.parts
        ),
    )


def ways(seen: Seen) -> list[Way]:
    """Every way to make a group hold, each figure once; of a group that holds the one way that asks nothing.

    Their number grows with the choices: whoever writes criteria limits how many requirements a group has.
    """
    return [Way(tuple(held.values())) for held in _ways(seen)]


def cheapest(seen: Seen) -> Way:
    """The way with the least effort; of two alike the one with fewer figures, then the one written first."""
    return min(ways(seen), key=lambda way: (way.effort, len(way.checks)))


def least(group: Group) -> list[dict[str, Decimal]]:
    """Figures that just make a group hold, one set for each way: whatever makes it hold has at least one of these.

    >>> least(Group((Need("x", Decimal(5)), Group((Need("y", Decimal(1)), Need("x", Decimal(9))), 1))))
    [{'x': Decimal('5'), 'y': Decimal('1')}, {'x': Decimal('9')}]
    """
    return [{check.metric: check.at_least for check in way.checks} for way in ways(see(group, {}))]


def _ways(seen: "Check | Seen") -> list[dict[str, Check]]:
    if seen.met:
        return [{}]
    if isinstance(seen, Check):
        return [{seen.metric: seen}]
    lacking = [part for part in seen.parts if not part.met]
    found = []
    for chosen in combinations(lacking, seen.group.wanted - seen.holding):
        found += [_together(held) for held in product(*(_ways(part) for part in chosen))]
    return found


def _together(held: Sequence[Mapping[str, Check]]) -> dict[str, Check]:
    """Several ways at once: of a figure that is asked for twice the greater value."""
    joined: dict[str, Check] = {}
    for each in held:
        for metric, check in each.items():
            if metric not in joined or joined[metric].at_least < check.at_least:
                joined[metric] = check
    return joined
