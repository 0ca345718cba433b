"""Which few of many amounts come to a sum: a bounded search that says when there is more than one answer.

Finding all subsets of a sum takes time without bound; so only the first `POOL` amounts are looked at (the caller puts the
likely ones first), at most `most` of them together, in at most `STEPS` steps. Fewer parts come before more, earlier ones before
later ones; a search that runs out of steps reports nothing, because it could not say whether its answer is the only one.
"""

from collections.abc import Sequence
from itertools import accumulate

POOL = 24
STEPS = 20_000


class _Spent(Exception):
    """No steps are left."""


def choices(
    amounts: Sequence[int], wanted: int, tolerance: int = 0, most: int = 6, *, least: int = 2
) -> list[tuple[int, ...]]:
    """Up to two choices of places whose amounts come to `wanted` ± `tolerance`; none when the search was cut off.

    Amounts are of the sign of `wanted`, not 0. Choices that differ only in which of several equal amounts they take count as
    one.

    >>> choices([100, 250, 80, 30], 350), choices([100, 250, 70, 31], 101), choices([5, 5, 10, 7], 17)
    ([(0, 1)], [(2, 3)], [(2, 3), (0, 1, 3)])
    """
    sign = -1 if wanted < 0 else 1
    pool = [amount * sign for amount in amounts[:POOL]]
    search = _Search(pool, wanted * sign, tolerance)
    try:
        for size in range(least, min(most, len(pool)) + 1):
            search.look(size)
            if len(search.found) >= 2:
                break
    except _Spent:
        return []
    return search.found[:2]


class _Search:
    """Choices of a fixed size, place by place."""

    def __init__(self, pool: list[int], wanted: int, tolerance: int) -> None:
        self.pool, self.wanted, self.tolerance = pool, wanted, tolerance
        self.found: list[tuple[int, ...]] = []
        self.seen: set[tuple[int, ...]] = set()
        self.steps = STEPS
        # The largest amount from each place on: what the rest can add at most.
        self.largest = list(accumulate(reversed(pool), max))[::-1]

    def look(self, size: int) -> None:
        """Every choice of `size` places, until two are found. Raises _Spent."""
        self._go(0, size, 0, ())

    def _go(self, start: int, size: int, total: int, taken: tuple[int, ...]) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise _Spent
        if size == 0:
            if abs(total - self.wanted) <= self.tolerance:
                self._keep(taken)
            return
        for at in range(start, len(self.pool) - size + 1):
            if len(self.found) >= 2:
                return
            if total + self.largest[at] * size < self.wanted - self.tolerance:
                return
            if total + self.pool[at] <= self.wanted + self.tolerance:
                self._go(at + 1, size - 1, total + self.pool[at], (*taken, at))

    def _keep(self, taken: tuple[int, ...]) -> None:
        amounts = tuple(sorted(self.pool[at] for at in taken))
        if amounts not in self.seen:
            self.seen.add(amounts)
            self.found.append(taken)
