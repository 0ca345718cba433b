"""How fast stock turns, as a bounded factor: of a rebate, of a credit limit (C070).

factor = min(high, max(low, 1 + slope × (benchmark − days of inventory))), rounded to four places (half to even)

A straight line between two bounds, announced before it applies: nobody is measured by what he could not know. Where the days of
inventory are not known, the policy says what the factor is. Source: the practice of the field; there is no standard for
it. See docs/algorithms/credit.md and docs/algorithms/rebates.md.

>>> rule = Line(Decimal(45), Decimal("0.005"), Decimal("0.8"), Decimal("1.2"))
>>> factor(rule, Decimal(33)), factor(rule, Decimal(45)), factor(rule, Decimal(200)), factor(rule, None)
(Decimal('1.0600'), Decimal('1.0000'), Decimal('0.8000'), Decimal('1'))
>>> bound(500_000_00, Decimal("1.06"))
53000000
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Line:
    """A line through 1 at the `benchmark` (days), falling by `slope` for each day more, between `low` and `high`; `unknown` is
    the factor of a stock that nobody knows."""

    benchmark: Decimal
    slope: Decimal
    low: Decimal
    high: Decimal
    unknown: Decimal = Decimal(1)


def factor(line: Line, days: Decimal | None) -> Decimal:
    """The factor for so many days of inventory (None: not known)."""
    if days is None:
        return line.unknown
    exact = 1 + line.slope * (line.benchmark - days)
    return min(line.high, max(line.low, exact)).quantize(PLACES, ROUND_HALF_EVEN)


def toward(wanted: Decimal, last: Decimal, most: Decimal | None) -> Decimal:
    """A factor that moves at most so far from the last one; without `most` it moves at once.

    >>> toward(Decimal("0.8"), Decimal(1), Decimal("0.1")), toward(Decimal("0.95"), Decimal(1), Decimal("0.1"))
    (Decimal('0.9'), Decimal('0.95'))
    """
    return wanted if most is None else min(last + most, max(last - most, wanted))


def bound(amount: int, by: Decimal) -> int:
    """An amount in minor units times a factor, rounded to whole minor units (half to even)."""
    return int((Decimal(amount) * by).quantize(Decimal(1), ROUND_HALF_EVEN))


def range_days(line: Line) -> Decimal | None:
    """Over how many days of inventory the factor falls from `high` to `low`; None for a line that is flat.

    >>> int(range_days(Line(Decimal(45), Decimal("0.005"), Decimal("0.8"), Decimal("1.2"))) or 0)
    80
    """
    return (line.high - line.low) / line.slope if line.slope else None
