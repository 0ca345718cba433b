"""Altman's Z'' of a company that makes nothing, with every published reading of it and what would change the reading.

    Z'' = 6.56 · X1 + 3.26 · X2 + 6.72 · X3 + 1.05 · X4

X1 working capital / assets, X2 retained earnings / assets, X3 EBIT / assets, X4 equity (book) / liabilities. Sources: E. I. Altman,
"Predicting Financial Distress of Companies: Revisiting the Z-Score and ZETA Models" (2000): distress below 1.10,
safe above 2.60. Popular pages print 1.23 and 2.90 for it, which are the cut-offs of the older Z' (private manufacturers). Both are
read here, and a company that one calls safe and the other does not is said to be disputed.

>>> found = score({"x1": Fraction("0.20"), "x2": Fraction("0.15"), "x3": Fraction("0.08"), "x4": Fraction("0.40")})
>>> float(found.value), [(each.source, each.zone) for each in found.readings], found.disputed
(2.7586, [('altman', 'safe'), ('popular', 'grey')], True)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from .ratios import amount

Year = Mapping[str, int]
WEIGHTS = {"x1": Fraction("6.56"), "x2": Fraction("3.26"), "x3": Fraction("6.72"), "x4": Fraction("1.05")}
CUTOFFS = {"altman": (Fraction("1.10"), Fraction("2.60")), "popular": (Fraction("1.23"), Fraction("2.90"))}
INPUTS = {
    "x1": ("working_capital", "total_assets"),
    "x2": ("retained_earnings", "total_assets"),
    "x3": ("operating_profit", "total_assets"),
    "x4": ("total_equity", "total_liabilities"),
}
DISTRESS, GREY, SAFE = "distress", "grey", "safe"


@dataclass(frozen=True, slots=True)
class Term:
    """One summand: the ratio, its weight, and what it adds."""

    code: str
    ratio: Fraction
    weight: Fraction

    @property
    def part(self) -> Fraction:
        """What it adds to the score."""
        return self.ratio * self.weight


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source's cut-offs say of the score."""

    source: str
    low: Fraction
    high: Fraction
    zone: str


@dataclass(frozen=True, slots=True)
class Score:
    """The score, the summands it is made of, and what each source says of it."""

    value: Fraction
    terms: tuple[Term, ...]
    readings: tuple[Reading, ...]

    @property
    def zone(self) -> str:
        """By the cut-offs of the author."""
        return next(each.zone for each in self.readings if each.source == "altman")

    @property
    def disputed(self) -> bool:
        """Whether the sources call it by different names."""
        return len({each.zone for each in self.readings}) > 1


@dataclass(frozen=True, slots=True)
class Crossing:
    """By how much one input must change, all else equal, for the score to reach a cut-off: of the ratio, and of the amount
    above its line where statements are given (minor units, rounded away from the score so that it does cross)."""

    code: str
    source: str
    cutoff: Fraction
    ratio: Fraction
    line: str = ""
    amount: int | None = None


def zone_of(value: Fraction, low: Fraction, high: Fraction) -> str:
    """Below `low` distress, above `high` safe, else (the boundaries too) grey."""
    return DISTRESS if value < low else SAFE if value > high else GREY


def score(ratios: Mapping[str, Fraction]) -> Score:
    """The score of four ratios."""
    terms = tuple(Term(code, Fraction(ratios[code]), weight) for code, weight in WEIGHTS.items())
    value = sum((term.part for term in terms), Fraction(0))
    readings = tuple(Reading(name, low, high, zone_of(value, low, high)) for name, (low, high) in CUTOFFS.items())
    return Score(value, terms, readings)


def inputs(year: Year) -> dict[str, Fraction] | None:
    """X1 to X4 of a year's sheet; None where a line lacks, or there are no assets or no liabilities."""
    held: dict[str, int | None] = {name: amount(year, name) for pair in INPUTS.values() for name in pair}
    short, owed = amount(year, "current_assets"), amount(year, "current_liabilities")
    held["working_capital"] = None if short is None or owed is None else short - owed
    found = {}
    for code, (above, below) in INPUTS.items():
        over, under = held[above], held[below]
        if over is None or not under or under < 0:
            return None
        found[code] = Fraction(over, under)
    return found


def of_year(year: Year) -> Score | None:
    """The score of a year's sheet, or None where it cannot be reckoned."""
    held = inputs(year)
    return None if held is None else score(held)


def crossings(found: Score, year: Year | None = None) -> list[Crossing]:
    """Which change of which input takes the score to which cut-off: for every input and every source's two cut-offs, the nearest
    first (by how much of the score it takes, then by the size of the change)."""
    answer = []
    for reading in found.readings:
        for cutoff in (reading.low, reading.high):
            for term in found.terms:
                change = (cutoff - found.value) / term.weight
                above, below = INPUTS[term.code]
                base = amount(year, below) if year is not None else None
                moved = None if base is None else _away(change * base)
                answer.append(Crossing(term.code, reading.source, cutoff, change, above, moved))
    return sorted(answer, key=lambda each: (abs(each.cutoff - found.value), abs(each.ratio), each.code))


def _away(value: Fraction) -> int:
    """To the whole minor unit away from nothing, so that the change does reach the cut-off."""
    whole = abs(value.numerator) // value.denominator + (1 if value.denominator > 1 else 0)
    return whole if value >= 0 else -whole
