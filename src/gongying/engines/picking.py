"""Which lots goods are taken from: first expired, first out, split over as many lots as it takes.

One rule for every guard of the house: a lot may be used until the end of its day of expiry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Held:
    """What is there of a lot, in base units; a lot without a day of expiry keeps."""

    lot: str
    quantity: int
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Portion:
    """Base units out of one lot."""

    lot: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Pick:
    """What is taken, and why it may be less than what was wanted: `there` could be used, `unfit` is there but expires too
    early. All in base units."""

    wanted: int
    portions: tuple[Portion, ...]
    there: int
    unfit: int

    @property
    def short(self) -> int:
        """How much is missing."""
        return self.wanted - sum(portion.quantity for portion in self.portions)


def usable(expires_on: date | None, on: date, min_days: int = 0) -> bool:
    """Whether a lot may be handed over on a day on which it must keep for `min_days` more; its last day counts.

    >>> usable(date(2026, 3, 31), date(2026, 3, 31)), usable(date(2026, 3, 31), date(2026, 4, 1))
    (True, False)
    >>> usable(date(2026, 3, 31), date(2026, 3, 1), 30), usable(date(2026, 3, 31), date(2026, 3, 2), 30)
    (True, False)
    """
    return expires_on is None or expires_on >= on + timedelta(days=min_days)


def days_left(expires_on: date, on: date) -> int:
    """Days until the last usable one: 0 on it, negative once it is over.

    >>> days_left(date(2026, 3, 31), date(2026, 3, 1)), days_left(date(2026, 3, 31), date(2026, 4, 1))
    (30, -1)
    """
    return (expires_on - on).days


def order(stock: Iterable[Held]) -> list[Held]:
    """Lots as they are taken: what expires first, lots that keep last, by number where days are equal."""
    return sorted(stock, key=lambda held: (held.expires_on is None, held.expires_on or date.max, held.lot))


def fefo(stock: Iterable[Held], wanted: int, on: date, min_days: int = 0) -> Pick:
    """Take `wanted` base units, what expires first before the rest; never more than is there, never what is unfit.

    >>> lots = [Held("B", 3, date(2026, 5, 1)), Held("A", 2, date(2026, 4, 1))]
    >>> [(p.lot, p.quantity) for p in fefo(lots, 5, date(2026, 3, 1)).portions]
    [('A', 2), ('B', 3)]
    >>> fefo(lots, 6, date(2026, 3, 1)).short
    1
    """
    held = [each for each in order(stock) if each.quantity > 0]
    fit = [each for each in held if usable(each.expires_on, on, min_days)]
    left, portions = wanted, []
    for each in fit:
        if left <= 0:
            break
        taken = min(left, each.quantity)
        portions.append(Portion(each.lot, taken))
        left -= taken
    there = sum(each.quantity for each in fit)
    return Pick(wanted, tuple(portions), there, sum(each.quantity for each in held) - there)


def named(stock: Iterable[Held], asked: Sequence[tuple[str, int]], on: date, min_days: int = 0) -> tuple[Pick, str]:
    """Take from lots that somebody chose. Returns the pick and the first lot that cannot give what was asked of it ("")."""
    lots = {each.lot: each for each in stock}
    wanted: dict[str, int] = {}
    for lot, quantity in asked:
        wanted[lot] = wanted.get(lot, 0) + quantity
    portions, fault, unfit, there = [], "", 0, 0
    for lot, quantity in wanted.items():
        held = lots.get(lot, Held(lot, 0))
        fit = usable(held.expires_on, on, min_days)
        there += held.quantity if fit else 0
        unfit += 0 if fit else held.quantity
        if not fit or held.quantity < quantity:
            fault = fault or lot
            continue
        portions.append(Portion(lot, quantity))
    return Pick(sum(wanted.values()), tuple(portions), there, unfit), fault


def nominal(stock: Iterable[Held]) -> list[Held]:
    """What is left of each lot when some went out without naming one: a negative figure of no lot is taken from the lots as
    goods are, first expired, first out; what remains negative stays with no lot.

    >>> [(h.lot, h.quantity) for h in nominal([Held("A", 4, date(2026, 4, 1)), Held("B", 6), Held("", -5)])]
    [('A', 0), ('B', 5)]
    """
    lots = order(stock)
    owed = -sum(each.quantity for each in lots if not each.lot and each.quantity < 0)
    found = []
    for each in lots:
        if not each.lot and each.quantity <= 0:
            continue
        taken = min(owed, each.quantity) if each.lot and each.quantity > 0 else 0
        owed -= taken
        found.append(Held(each.lot, each.quantity - taken, each.expires_on))
    return [*found, Held("", -owed)] if owed else found
