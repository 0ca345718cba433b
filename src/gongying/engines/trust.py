"""The trust grade of a feed: how far figures that somebody reports of himself may be believed, and why.

A grade rests on parts. Each part has a weight and a score from 0 to 100 that falls in a straight line with what was seen:
100 where nothing is wrong, 0 where the share of wrong reaches the `zero` of the part. A part of which nothing can be said
(no sale, no spot count) has no score and takes no part in the mean; where too little can be said there is no grade. Digit
tests are hints: they take a few points off, and never more than one grade.
Rules and the worked example: docs/algorithms/trust.md.

>>> parts = [Part("identity", 20, score(3, 100, Decimal("0.10")), ()), Part("spot", 20, Decimal(100), ()), Part("jumps", 10, None, ())]
>>> found = graded(parts, CUT_OFFS, hint=Decimal(0))
>>> found.grade, found.score, found.covered
('B', Decimal('85.0'), Decimal('0.80'))
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

GRADES = ("A", "B", "C", "D", "E")
CUT_OFFS = (Decimal(90), Decimal(80), Decimal(65), Decimal(50))  # the least score of A, B, C, D
LEAST_COVERED = Decimal("0.4")  # share of the weights that must have a score
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was seen: its name (a word of the reader's language is put to it elsewhere), the figure, of how many."""

    name: str
    value: int
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a grade: its weight, its score (0 to 100; None where nothing can be said), what was seen, which rows."""

    code: str
    weight: int
    score: Decimal | None
    seen: tuple[Seen, ...]
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade A to E ("" where too little can be said), the score behind it (0 to 100), the share of the weights that
    could be judged, the points the digit tests took off, and the parts."""

    grade: str
    score: Decimal | None
    covered: Decimal
    hint: Decimal
    parts: tuple[Part, ...]

    def points(self, code: str) -> Decimal | None:
        """What a part gives to the score: weight × score ÷ sum of the weights that could be judged. The points of all
        parts less `hint` are the score before rounding.
        """
        judged = sum(part.weight for part in self.parts if part.score is not None)
        part = next(each for each in self.parts if each.code == code)
        return None if part.score is None or not judged else part.weight * part.score / judged


def score(wrong: int, of: int, zero: Decimal) -> Decimal | None:
    """100 × (1 − (wrong ÷ of) ÷ zero), between 0 and 100, to one decimal; None where there is nothing to judge. Something
    wrong of nothing scores 0.

    >>> score(3, 100, Decimal("0.10")), score(30, 100, Decimal("0.10")), score(5, 0, Decimal("0.10"))
    (Decimal('70.0'), Decimal('0.0'), Decimal('0.0'))
    >>> score(0, 0, Decimal("0.10")) is None
    True
    """
    if of <= 0:
        return Decimal("0.0") if wrong else None
    share = Decimal(abs(wrong)) / of
    return _tenth(max(Decimal(0), HUNDRED * (1 - share / zero)))


def mean(scores: Sequence[Decimal | None]) -> Decimal | None:
    """The mean of the scores that are known; None when none is.

    >>> mean([Decimal(100), None, Decimal(50)])
    Decimal('75.0')
    """
    known = [each for each in scores if each is not None]
    return _tenth(sum(known, Decimal(0)) / len(known)) if known else None


def graded(
    parts: Sequence[Part],
    cut_offs: Sequence[Decimal],
    *,
    hint: Decimal,
    least_covered: Decimal = LEAST_COVERED,
) -> Grade:
    """The grade of these parts: the weighted mean of the known scores less `hint` points, which lower it by one grade at most.

    `cut_offs` are the least scores of A, B, C and D, falling. No grade where the known scores carry less than
    `least_covered` of all weights.

    >>> graded([Part("timeliness", 10, Decimal(91), ())], CUT_OFFS, hint=Decimal(30)).grade
    'B'
    """
    whole = sum(part.weight for part in parts)
    judged = [part for part in parts if part.score is not None]
    weight = sum(part.weight for part in judged)
    covered = (Decimal(weight) / whole if whole else Decimal(0)).quantize(Decimal("0.01"))
    if not weight or covered < least_covered:
        return Grade("", None, covered, Decimal(0), tuple(parts))
    plain = sum((part.weight * (part.score or Decimal(0)) for part in judged), Decimal(0)) / weight
    before = _place(_tenth(plain), cut_offs)
    floor = cut_offs[before + 1] if before + 1 < len(cut_offs) else Decimal(0)  # one grade down, and no further
    reached = min(plain, max(plain - hint, floor, Decimal(0)))
    return Grade(
        GRADES[_place(_tenth(reached), cut_offs)], _tenth(reached), covered, _tenth(plain - reached), tuple(parts)
    )


def _place(value: Decimal, cut_offs: Sequence[Decimal]) -> int:
    return next((at for at, least in enumerate(cut_offs) if value >= least), len(cut_offs))


@dataclass(frozen=True, slots=True)
class Jump:
    """A quantity that no history explains: what was reported, and the middle of the periods before."""

    name: str
    value: int
    usual: int


def jumps(
    now: Mapping[str, int], before: Mapping[str, Sequence[int]], *, factor: Decimal, least: int, periods: int = 3
) -> list[Jump]:
    """Whatever is more than `factor` times the median of its earlier periods (and at least `least` units more), largest
    first. With fewer than `periods` earlier periods that sold something nothing is said: a new product may jump.

    >>> jumps({"P1": 500, "P2": 30}, {"P1": [40, 50, 60], "P2": [20, 25, 28]}, factor=Decimal(4), least=20)
    [Jump(name='P1', value=500, usual=50)]
    """
    found = []
    for name, value in now.items():
        sold = [each for each in before.get(name, ()) if each > 0]
        if len(sold) < periods:
            continue
        usual = int(median(sold))
        if value > factor * usual and value - usual >= least:
            found.append(Jump(name, value, usual))
    return sorted(found, key=lambda each: (each.usual - each.value, each.name))


@dataclass(frozen=True, slots=True)
class Line:
    """One product (and lot) of a declaration in base units. What was there, came, was sold and was adjusted, and what
    was counted; None before it is."""

    opening: int
    received: int
    sold: int
    adjusted: int
    counted: int | None = None

    @property
    def calculated(self) -> int:
        """opening + received − sold + adjustments: what must be there.

        >>> Line(120, 60, 75, -3, 100).calculated
        102
        """
        return self.opening + self.received - self.sold + self.adjusted

    @property
    def difference(self) -> int | None:
        """Counted less calculated: below zero something is missing.

        >>> Line(120, 60, 75, -3, 100).difference
        -2
        """
        return None if self.counted is None else self.counted - self.calculated

    @property
    def uncovered(self) -> int:
        """Units said to be sold that he never had: sold beyond opening + received (other adjustments that brought goods count).

        >>> Line(10, 0, 15, 0).uncovered, Line(10, 0, 15, 5).uncovered
        (5, 0)
        """
        there = self.opening + self.received + max(0, self.adjusted)
        return max(0, self.sold - max(0, there))


def lateness(days: int, patience: int) -> Decimal:
    """100 for a report in time, falling in a straight line to 0 when it is `patience` days late.

    >>> lateness(0, 10), lateness(3, 10), lateness(40, 10)
    (Decimal('100.0'), Decimal('70.0'), Decimal('0.0'))
    """
    return _tenth(max(Decimal(0), HUNDRED * (1 - Decimal(max(0, days)) / patience)))


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
