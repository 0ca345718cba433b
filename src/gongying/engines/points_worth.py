"""What points that are still out are worth: breakage from the house's own history, the liability, and how it moved.

Points earned with a purchase are a promise of goods to come (IFRS 15 B39-B47): what is expected to be used is a liability at
the value of a point; what experience says will never be used (breakage) is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .money import whole


@dataclass(frozen=True, slots=True)
class Cohort:
    """Points that were earned in one period, and what became of them: used, expired, still open. earned is their sum."""

    key: str
    earned: int
    used: int
    expired: int

    @property
    def open(self) -> int:
        """What is neither used nor expired."""
        return self.earned - self.used - self.expired

    @property
    def ripe(self) -> bool:
        """Whether its fate is known: at most a twentieth is still open."""
        return self.earned > 0 and self.open * 20 <= self.earned


@dataclass(frozen=True, slots=True)
class Breakage:
    """The share of points that will never be used: the rate, where it comes from (none, fixed, history), and the cohorts."""

    rate: Decimal
    source: str
    cohorts: tuple[Cohort, ...]
    expired: int
    decided: int


def breakage(cohorts: Iterable[Cohort], method: str, fixed: Decimal, least: int) -> Breakage:
    """Expired / (used + expired) of the ripe cohorts; by `history` only when they decided over at least `least` points, before
    that the `fixed` rate holds. Cut to four places downwards, so that the liability is never too small for rounding.

    >>> held = [Cohort("2025Q3", 1000, 800, 200), Cohort("2025Q4", 1000, 500, 0)]
    >>> found = breakage(held, "history", Decimal("0.05"), least=500)
    >>> found.rate, found.source, breakage(held, "history", Decimal("0.05"), least=5000).source
    (Decimal('0.2'), 'history', 'fixed')
    """
    held = tuple(cohorts)
    ripe = [each for each in held if each.ripe]
    expired = sum(each.expired for each in ripe)
    decided = expired + sum(each.used for each in ripe)
    if method == "none":
        return Breakage(Decimal(0), "none", held, expired, decided)
    if method == "fixed" or decided < max(1, least):
        return Breakage(fixed, "fixed", held, expired, decided)
    return Breakage(Decimal(expired * 10_000 // decided) / 10_000, "history", held, expired, decided)


@dataclass(frozen=True, slots=True)
class Liability:
    """Open points x value of a point (minor units, a rate) x (1 - breakage), rounded once; `gross` is before breakage."""

    points: int
    value: Decimal
    rate: Decimal
    gross: int
    amount: int

    @property
    def released(self) -> int:
        """What breakage takes off."""
        return self.gross - self.amount


def liability(points: int, value: Decimal, rate: Decimal) -> Liability:
    """The liability for points that are out.

    >>> liability(12_345, Decimal(10), Decimal("0.2"))
    Liability(points=12345, value=Decimal('10'), rate=Decimal('0.2'), gross=123450, amount=98760)
    """
    return Liability(points, value, rate, whole(points * value), whole(points * value * (1 - rate)))


@dataclass(frozen=True, slots=True)
class Flow:
    """What happened to the points of a month, with the value of a point (minor units) and the breakage at its end. `other` are
    adjustments, what was given back and (negative) taken back."""

    month: str
    earned: int
    burnt: int
    expired: int
    other: int
    value: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Movement:
    """The liability of a month in minor units: closing = opening + earned - burnt - expired + other + revaluation."""

    month: str
    points: int
    opening: int
    earned: int
    burnt: int
    expired: int
    other: int
    revaluation: int
    closing: int


def movements(flows: Sequence[Flow], opening_points: int, opening: int) -> list[Movement]:
    """The liability month by month. Flows are taken at the worth of the month's end; revaluation is what a changed value or
    breakage does to points that were out before, and it carries the rounding, so that every month adds up.

    >>> flow = Flow("2026-01", 100, 40, 0, 0, Decimal(10), Decimal("0.1"))
    >>> movements([flow], 1000, 10_000)[0]
    Movement(month='2026-01', points=1060, opening=10000, earned=900, burnt=360, expired=0, other=0, revaluation=-1000, closing=9540)
    """
    found, points, before = [], opening_points, opening
    for flow in flows:
        worth = flow.value * (1 - flow.rate)
        points += flow.earned - flow.burnt - flow.expired + flow.other
        earned, burnt, expired, other = (
            whole(count * worth) for count in (flow.earned, flow.burnt, flow.expired, flow.other)
        )
        closing = liability(points, flow.value, flow.rate).amount
        revaluation = closing - (before + earned - burnt - expired + other)
        found.append(Movement(flow.month, points, before, earned, burnt, expired, other, revaluation, closing))
        before = closing
    return found


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a voucher: an account by what it is for, debit or credit in minor units."""

    account: str
    debit: int
    credit: int
    why: str


def entries(month: Movement) -> list[Entry]:
    """The voucher of a month, which balances: earning is an expense (less revenue) against the liability, use and expiry
    release it, revaluation goes the way of its sign.

    >>> flow = Flow("2026-01", 100, 40, 0, 0, Decimal(10), Decimal("0.1"))
    >>> held = entries(movements([flow], 1000, 10_000)[0])
    >>> sum(each.debit for each in held) == sum(each.credit for each in held), len(held)
    (True, 6)
    """
    found = []
    for why, debit, credit in (
        ("earned", "expense", "liability"),
        ("burnt", "liability", "settled"),
        ("expired", "liability", "breakage"),
        ("other", "expense", "liability"),
        ("revaluation", "expense", "liability"),
    ):
        amount = int(getattr(month, why))
        first, second = (debit, credit) if amount > 0 else (credit, debit)
        if amount:
            found += [Entry(first, abs(amount), 0, why), Entry(second, 0, abs(amount), why)]
    return found
