"""Phasing: a year's amount over its months by the season of the goods, nothing lost to rounding.

The weight of a month is its share of a year of history, returns deducted; a month that took back more than it sold
weighs nothing. Goods without history take the shape of everything together; without any history the months are equal.
Largest remainder makes the parts sum to the whole. Method: docs/algorithms/phasing.md.

>>> phase(100, shape({1: 30, 2: 10}, {}))[:3]
[75, 25, 0]
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from .money import Rounding, split, whole

MONTHS = range(1, 13)


def shape(history: Mapping[int, int], everything: Mapping[int, int]) -> list[int]:
    """Twelve weights, January first, from amounts by month (1 to 12) of one kind of goods, else of everything.

    >>> shape({}, {2: 5, 3: -1})
    [0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    >>> sum(shape({}, {}))
    12
    """
    for held in (history, everything):
        found = [max(0, held.get(month, 0)) for month in MONTHS]
        if any(found):
            return found
    return [1] * 12


def phase(amount: int, weights: Sequence[int]) -> list[int]:
    """The twelve parts of an amount (minor units) by their weights; they sum to it exactly."""
    return split(amount, list(weights))


def grown(previous: int, growth: Decimal, rounded_to: int = 1) -> int:
    """Last year's amount with a growth (a fraction), rounded half up to a multiple of `rounded_to` minor units, at least 0.

    >>> grown(1234567, Decimal("0.1"), 10000)
    1360000
    """
    return max(0, whole(previous * (1 + growth) / rounded_to, Rounding.HALF_UP) * rounded_to)
