"""Accrual of rebates: what of a rebate that is not settled yet is owed for the sales made so far.

A rebate that depends on later sales is variable consideration (IFRS 15.50-59, ASC 606-10-32-5 to 14, CAS 14 article 16): it is
estimated as an expected value or as the most likely amount, revenue is kept only as far as it is highly probable that it need
not be taken back, the rest is a refund liability, and a change of the estimate is booked in the period of the change.
Amounts are minor units of one currency, bases minor units or pieces. Method: docs/algorithms/accrual.md.

>>> reached = [Outcome(700, 700 * 48, Decimal("0.9")), Outcome(560, 0, Decimal("0.1"))]
>>> found = estimate(reached, "most_likely")
>>> earned(found.amount, 300, found.base)   # 48 off for each of the 300 pieces sold so far
14400
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .money import whole

METHODS = ("expected", "most_likely")
LIKELY = Decimal("0.8")  # "highly probable" where nobody says otherwise
CERTAIN = Decimal(1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What may come of a period: its final base, the rebate on it (minor units), and how probable that is (0 to 1)."""

    base: int
    rebate: int
    probability: Decimal


@dataclass(frozen=True, slots=True)
class Estimate:
    """The rebate of the whole period that is reckoned with, and the final base it belongs to.

    `unconstrained` is what the method alone says; `amount` is never less. `kept` is the probability that no significant
    revenue is taken back: that the rebate comes out at `amount` (plus what is not significant) or below.
    """

    amount: int
    base: int
    unconstrained: int
    kept: Decimal
    constrained: bool


@dataclass(frozen=True, slots=True)
class Movement:
    """A liability from one day to another in minor units: what was used and released is negative, so that the parts sum."""

    opening: int
    accrued: int
    used: int
    released: int

    @property
    def closing(self) -> int:
        """What stands afterwards."""
        return self.opening + self.accrued + self.used + self.released

    @property
    def change(self) -> int:
        """What it adds to the expense: the settlement it was used for is an expense of its own."""
        return self.closing - self.opening


def estimate(
    outcomes: Sequence[Outcome], method: str = "expected", likely: Decimal = LIKELY, significant: int = 0
) -> Estimate:
    """The rebate to reckon with. `expected` weighs every outcome by its probability (many similar contracts);
    `most_likely` takes the likeliest, the dearer of two (one of two amounts).

    The constraint (IFRS 15.56): the rebate is raised to the smallest outcome that will, with a probability of at least
    `likely`, not be exceeded by more than `significant` minor units. Raises ValueError when the probabilities do not sum
    to 1 or the method is unknown.

    >>> two = [Outcome(500, 0, Decimal("0.6")), Outcome(1500, 15000, Decimal("0.4"))]
    >>> estimate(two).amount, estimate(two, "most_likely").amount, estimate(two, "most_likely", Decimal("0.6")).amount
    (15000, 15000, 0)
    """
    if method not in METHODS:
        raise ValueError(f"no method {method}")
    if sum((each.probability for each in outcomes), Decimal(0)) != CERTAIN:
        raise ValueError("the probabilities must sum to 1")
    if method == "expected":
        said = whole(sum((each.probability * each.rebate for each in outcomes), Decimal(0)))
        base = whole(sum((each.probability * each.base for each in outcomes), Decimal(0)))
    else:
        best = max(outcomes, key=lambda each: (each.probability, each.rebate))
        said, base = best.rebate, best.base
    dearer = sorted((each for each in outcomes if each.rebate > said), key=lambda each: each.rebate)
    for amount, final in [(said, base), *((each.rebate, each.base) for each in dearer)]:
        kept = sum((each.probability for each in outcomes if each.rebate <= amount + significant), Decimal(0))
        if kept >= likely:
            return Estimate(amount, final, said, kept, amount != said)
    raise ValueError("likely must not be above 1")


def earned(amount: int, base: int, final: int) -> int:
    """What of the rebate of a whole period belongs to the sales so far: its share by the base, rounded half up, once.

    Nothing for a base at or below zero; all of it once the final base is reached.

    >>> earned(33600, 300, 700), earned(33600, 0, 700), earned(33600, 700, 700)
    (14400, 0, 33600)
    """
    if base <= 0:
        return 0
    return amount if base >= final else whole(Decimal(amount) * base / final)


def move(opening: int, settled: int, liability: int) -> Movement:
    """Bring a liability from `opening` to `liability` (at least 0) after `settled` more was settled since: the settlement uses
    it up first, what is still missing is accrued, what is too much released. What was taken back (below 0) uses nothing.

    >>> move(1000, 900, 0)
    Movement(opening=1000, accrued=0, used=-900, released=-100)
    >>> move(1000, 1200, 300).closing
    300
    """
    used = min(max(settled, 0), opening)
    change = max(liability, 0) - (opening - used)
    return Movement(opening, max(change, 0), -used, min(change, 0))


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a period: its weight in the season, its days, and how many of them are over."""

    weight: int
    days: int
    over: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a base ends when it goes on as it did: `passed` is the share of the season (or of the days) that is over."""

    base: int
    passed: Decimal
    rest: int
    by: str  # season | days | over

    @property
    def final(self) -> int:
        """The base at the end of the period."""
        return self.base + self.rest

    def at(self, share: Decimal) -> int:
        """The final base when only a share of the rest comes, or more of it."""
        return self.base + whole(self.rest * share)


def pace(base: int, months: Sequence[Month]) -> Pace:
    """The running pace: base × (1 − passed) ÷ passed is still to come, rounded half up; nothing after a base below zero.

    The share that has passed is that of the season (the weights); of the days when none of the season has passed.

    >>> pace(600, [Month(30, 31, 31), Month(10, 30, 0)])
    Pace(base=600, passed=Decimal('0.75'), rest=200, by='season')
    >>> pace(600, [Month(0, 30, 30), Month(0, 30, 15)]).final
    800
    """
    days, over = sum(each.days for each in months), sum(each.over for each in months)
    if over >= days:
        return Pace(base, CERTAIN, 0, "over")
    weight = sum(each.weight for each in months)
    held = sum((Decimal(each.weight) * each.over / each.days for each in months), Decimal(0))
    by, passed = ("season", held / weight) if held > 0 else ("days", Decimal(over) / days)
    if passed <= 0 or base <= 0:
        return Pace(base, passed, 0, by)
    return Pace(base, passed, whole(base * (1 - passed) / passed), by)
