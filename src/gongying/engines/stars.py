"""Stars of loyalty: good years one after the other, gaps that are excused, and a bonus on what was sold in them.

A chain ends with the last year looked at and goes back as far as every year is good or excused; an excused year breaks
nothing and counts nothing, and only so many are forgiven. The bonus is a percentage on the sales of all good years of the
chain together; the percentage grows in a straight line from `low` in the first year with a star to `high` after
`over` more years. It is rounded once, at the end, and what was paid for the chain before is taken off, so that doing it again
pays nothing twice.
Rules: docs/algorithms/levels.md.

>>> years = [Year(2023, True), Year(2024, False, excused=True), Year(2025, True), Year(2026, True)]
>>> found = chain(years, most_excused=1)
>>> found.start, found.count, [link.state for link in found.links]
(2023, 3, ['good', 'excused', 'good', 'good'])
>>> bonus(30_000_000, Growing(3, Decimal("0.005"), Decimal("0.015"), 2), found.count, before=0).due
150000
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .money import Rounding, whole


@dataclass(frozen=True, slots=True)
class Year:
    """A year as it was: whether it was good, and whether a gap is excused."""

    year: int
    good: bool
    excused: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A year of a chain: good, excused, or the one that broke it."""

    year: int
    state: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A run of good years: since when (None: there is none), how many good years, and every year that was looked at on the
    way, oldest first; a broken one stands before the chain and belongs to it no more."""

    start: int | None
    count: int
    links: tuple[Link, ...]

    @property
    def years(self) -> list[int]:
        """The good years."""
        return [link.year for link in self.links if link.state == "good"]


@dataclass(frozen=True, slots=True)
class Star:
    """A star and how many good years it takes."""

    code: str
    years: int


@dataclass(frozen=True, slots=True)
class Growing:
    """A percentage that grows: `low` in the `first` good year that earns it, `high` from `over` years later on."""

    first: int
    low: Decimal
    high: Decimal
    over: int

    def rate(self, count: int) -> Decimal:
        """The fraction for so many good years; 0 before the first.

        >>> grows = Growing(3, Decimal("0.01"), Decimal("0.02"), 4)
        >>> [grows.rate(count) for count in (2, 3, 5, 7, 9)]
        [Decimal('0'), Decimal('0.01'), Decimal('0.015'), Decimal('0.02'), Decimal('0.02')]
        """
        if count < self.first:
            return Decimal(0)
        steps = min(count - self.first, self.over)
        return self.low if not steps else self.low + (self.high - self.low) * steps / self.over


@dataclass(frozen=True, slots=True)
class Bonus:
    """A bonus with its parts, in minor units: on what, at which rate, entitled to, paid before, due (below zero: back)."""

    base: int
    rate: Decimal
    entitled: int
    before: int

    @property
    def due(self) -> int:
        """What is still to be paid."""
        return self.entitled - self.before


def chain(years: Sequence[Year], *, most_excused: int) -> Chain:
    """The chain that ends with the last of `years` (one after the other, oldest first).

    >>> chain([Year(2025, True), Year(2026, False)], most_excused=0).count
    0
    """
    links: list[Link] = []
    forgiven = 0
    for each in reversed(years):
        if each.good:
            links.append(Link(each.year, "good"))
        elif each.excused and forgiven < most_excused:
            forgiven += 1
            links.append(Link(each.year, "excused"))
        else:
            links.append(Link(each.year, "broken"))
            break
    links.reverse()
    good = [link.year for link in links if link.state == "good"]
    return Chain(good[0] if good else None, len(good), tuple(links))


def star(count: int, stars: Sequence[Star]) -> Star | None:
    """The highest star so many good years earn; None below the first.

    >>> star(4, [Star("three", 3), Star("five", 5)]).code
    'three'
    """
    return max((each for each in stars if each.years <= count), key=lambda each: each.years, default=None)


def bonus(base: int, growing: Growing, count: int, *, before: int) -> Bonus:
    """The loyalty bonus on the cumulative sales `base` (minor units) of a chain of `count` good years, of which `before` was
    paid: entitled = base × rate, half up to a minor unit. Nothing on sales below zero.

    >>> bonus(1_001, Growing(3, Decimal("0.05"), Decimal("0.05"), 1), 3, before=20)
    Bonus(base=1001, rate=Decimal('0.05'), entitled=50, before=20)
    """
    rate = growing.rate(count)
    return Bonus(base, rate, whole(max(0, base) * rate, Rounding.HALF_UP), before)
