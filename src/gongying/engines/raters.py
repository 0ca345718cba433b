"""Two people rate the same things on an anchored scale: how far they agree beyond chance, and what they must talk about.

Source: J. Cohen, "Weighted kappa" (1968): κw = 1 − Σ w·o / Σ w·e over all pairs of levels, o the observed shares, e those of two
raters who rate independently with the same habits, w the disagreement: |i − j| (linear) or (i − j)² (quadratic). κ is 1 when they
always agree, 0 by chance, below 0 when they contradict each other. The words for it are those of Landis & Koch (1977).

>>> found = agree({"a": 1, "b": 2, "c": 3, "d": 4}, {"a": 1, "b": 2, "c": 4, "d": 2})
>>> found.kappa, found.exact, [talk.name for talk in found.talks]
(Fraction(1, 2), 2, ['d'])
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

LEVELS = 5
APART = 1  # a difference of more than this many levels is talked about
WORDS = ((Fraction(0), "poor"), (Fraction(1, 5), "slight"), (Fraction(2, 5), "fair"), (Fraction(3, 5), "moderate"),
         (Fraction(4, 5), "substantial"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Talk:
    """A thing on which the two are so far apart that they must talk: what the first said, what the second."""

    name: str
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two raters agree. `kappa` is None when it says nothing: fewer than two things, or no disagreement was to be
    expected (both always say the same level)."""

    kappa: Fraction | None
    count: int
    exact: int
    near: int
    talks: tuple[Talk, ...]

    @property
    def word(self) -> str:
        """How that is called: poor, slight, fair, moderate, substantial, almost perfect, or unknown."""
        if self.kappa is None:
            return "unknown"
        if self.kappa < 0:
            return "poor"
        kappa = self.kappa
        return next((word for limit, word in WORDS[1:] if kappa <= limit), "almost perfect")


def agree(
    first: Mapping[str, int], second: Mapping[str, int], *, levels: int = LEVELS, quadratic: bool = True
) -> Agreement:
    """Compare what two rated by the same names. Raises ValueError for a level outside 1 to `levels`."""
    both = [name for name in first if name in second]
    for said in (first, second):
        wrong = [name for name in both if not 1 <= said[name] <= levels]
        if wrong:
            raise ValueError(f"{wrong[0]}: 1 to {levels}")
    pairs = [(first[name], second[name]) for name in both]
    talks = tuple(Talk(name, first[name], second[name]) for name in both if abs(first[name] - second[name]) > APART)
    exact = sum(one == other for one, other in pairs)
    near = sum(abs(one - other) <= APART for one, other in pairs)
    return Agreement(_kappa(pairs, quadratic), len(pairs), exact, near, talks)


def _kappa(pairs: list[tuple[int, int]], quadratic: bool) -> Fraction | None:
    if len(pairs) < 2:
        return None
    power, count = 2 if quadratic else 1, len(pairs)
    seen = sum(abs(one - other) ** power for one, other in pairs)
    firsts, seconds = Counter(one for one, _o in pairs), Counter(other for _o, other in pairs)
    expected = sum(
        often * as_often * abs(one - other) ** power
        for one, often in firsts.items()
        for other, as_often in seconds.items()
    )
    return None if not expected else 1 - Fraction(seen * count, expected)


def settled(first: int, second: int, agreed: int | None = None) -> Fraction | None:
    """What counts of two ratings: their mean, or what both agreed on after they talked; None while they must talk.

    >>> settled(3, 4), settled(1, 4), settled(1, 4, 2)
    (Fraction(7, 2), None, Fraction(2, 1))
    """
    if agreed is not None:
        return Fraction(agreed)
    return Fraction(first + second, 2) if abs(first - second) <= APART else None
