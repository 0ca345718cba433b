"""Digit tests of reported quantities: does the first digit fall off as Benford's law says, are the last digits even?

Numbers that people make up are too even at the front and favour round ends. A test that fails is a hint to look, never a
proof: prices of one height, packs of twelve and small counts fail honestly. So there is a smallest number of values
under which nothing is said, and last digits are read only of numbers of two digits or more.
Sources: F. Benford, "The law of anomalous numbers", Proc. Am. Phil. Soc. 78 (1938): P(d) = log10(1 + 1/d); K. Pearson
(1900): the statistic Σ (seen − expected)² / expected, whose tail with k degrees of freedom is Q(k/2, x/2). The worked
example: docs/algorithms/trust.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log10

LEAST_FIRST = 100  # values a first-digit test needs: 4.6 expected nines
LEAST_LAST = 50  # values a last-digit test needs: 5 expected in each of ten places
BENFORD = tuple(log10(1 + 1 / digit) for digit in range(1, 10))
EVEN = (0.1,) * 10


@dataclass(frozen=True, slots=True)
class Digits:
    """One test: how often each digit was seen, how often it was to be expected, the statistic and its p value.

    `p` is the chance of a statistic as large as this from honest numbers; None where there are too few values to say.
    """

    which: str  # first | last
    count: int
    least: int
    seen: tuple[int, ...]
    expected: tuple[float, ...]
    statistic: float
    p: float | None


def chi_square_tail(statistic: float, freedom: int) -> float:
    """The chance that a chi-square variable of `freedom` degrees is at least `statistic`: Q(freedom/2, statistic/2).

    >>> round(chi_square_tail(15.507, 8), 4), round(chi_square_tail(16.919, 9), 4), chi_square_tail(0.0, 8)
    (0.05, 0.05, 1.0)
    """
    a, x = freedom / 2, statistic / 2
    if x <= 0:
        return 1.0
    front = exp(a * log(x) - x - lgamma(a))
    return 1 - front * _series(a, x) if x < a + 1 else front * _fraction(a, x)


def _series(a: float, x: float) -> float:
    """P(a, x) without its front factor, by its power series: quick where x is small."""
    term = total = 1 / a
    n = a
    while abs(term) > abs(total) * 1e-16:
        n += 1
        term *= x / n
        total += term
    return total


def _fraction(a: float, x: float) -> float:
    """Q(a, x) without its front factor, by its continued fraction (Lentz): quick where x is large."""
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    found = d
    for n in range(1, 400):
        part = -n * (n - a)
        b += 2
        d = part * d + b
        c = b + part / c
        d = 1 / (d if abs(d) > tiny else tiny)
        c = c if abs(c) > tiny else tiny
        found *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return found


def _test(which: str, seen: Sequence[int], shares: Sequence[float], least: int) -> Digits:
    count = sum(seen)
    expected = tuple(count * share for share in shares)
    statistic = sum((s - e) ** 2 / e for s, e in zip(seen, expected, strict=True)) if count else 0.0
    p = chi_square_tail(statistic, len(shares) - 1) if count >= least else None
    return Digits(which, count, least, tuple(seen), expected, statistic, p)


def first_digits(values: Iterable[int], least: int = LEAST_FIRST) -> Digits:
    """Benford's test of the first digits of whole numbers; zeros are left out, signs do not count.

    >>> found = first_digits([1, 10, 19, 2, 25, 3, 41], least=5)
    >>> found.seen[:4], found.p > 0.05, first_digits([1, 2, 3]).p
    ((3, 2, 1, 1), True, None)
    """
    seen = [0] * 9
    for value in values:
        if value:
            seen[int(str(abs(value))[0]) - 1] += 1
    return _test("first", seen, BENFORD, least)


def last_digits(values: Iterable[int], least: int = LEAST_LAST) -> Digits:
    """The test whether all last digits are equally frequent, of numbers of two digits or more.

    >>> rounded = last_digits([10, 20, 30, 50, 100] * 10)
    >>> rounded.seen[0], rounded.p < 0.001
    (50, True)
    """
    seen = [0] * 10
    for value in values:
        if abs(value) >= 10:
            seen[abs(value) % 10] += 1
    return _test("last", seen, EVEN, least)
