"""Whether two pictures show the same thing, and how far two places on earth are apart.

A difference hash (dHash) looks at a picture shrunk to 9 × 8 grey values: a bit for every pair of neighbours in a row, 1 when
the left one is brighter. It survives scaling, compression and a change of brightness; a copy differs in few bits of 64.
Source: N. Krawetz, "Kind of Like That" (2013); great circle: the haversine formula with the mean radius of the earth.
See docs/algorithms/funds.md.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

WIDTH, HEIGHT = 9, 8  # grey values that are compared; 64 bits
EARTH_M = 6_371_000  # metres
PLAIN = 6  # fewer changes than that (or so many missing) say nothing: a white page is like every other


def dhash(grey: Sequence[Sequence[int]]) -> int | None:
    """The 64-bit hash of 8 rows of 9 grey values (0 to 255); None for a picture that shows next to nothing.

    Raises ValueError for another shape.

    >>> row = [90, 80, 85, 60, 70, 20, 30, 10, 50]
    >>> f"{dhash([row] * 8):016x}"
    'aaaaaaaaaaaaaaaa'
    >>> dhash([[255] * 9] * 8) is None
    True
    """
    if len(grey) != HEIGHT or any(len(row) != WIDTH for row in grey):
        raise ValueError("8 rows of 9 grey values")
    found = 0
    for row in grey:
        for left, right in pairwise(row):
            found = found << 1 | (left > right)
    return found if PLAIN <= found.bit_count() <= 64 - PLAIN else None


def distance(one: int, other: int) -> int:
    """In how many of 64 bits two hashes differ: 0 is the same picture, about 32 is chance.

    >>> distance(0b1010, 0b1001)
    2
    """
    return (one ^ other).bit_count()


def nearest(one: int, others: Sequence[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """Of (key, hash) those that differ in at most `most` bits: (key, distance), the most alike first.

    >>> nearest(0b1111, [(1, 0b1110), (2, 0), (3, 0b1111)], 2)
    [(3, 0), (1, 1)]
    """
    found = [(key, distance(one, each)) for key, each in others]
    return sorted((pair for pair in found if pair[1] <= most), key=lambda pair: (pair[1], pair[0]))


def metres(lat1: float, lon1: float, lat2: float, lon2: float) -> int:
    """The distance of two places in degrees (WGS 84) along the great circle, in whole metres.

    >>> metres(30.2741, 120.1551, 31.2304, 121.4737) // 1000  # Hangzhou to Shanghai
    164
    """
    a1, a2, half = radians(lat1), radians(lat2), radians(lon2 - lon1) / 2
    part = sin((a2 - a1) / 2) ** 2 + cos(a1) * cos(a2) * sin(half) ** 2
    return round(2 * EARTH_M * asin(min(1.0, sqrt(part))))
