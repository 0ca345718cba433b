"""Packs and pieces: exact counts, and an amount that is rounded once, at the end.

A price is given for the unit that is sold. Turned into a price of a piece and rounded there, it is paid as often as there are
pieces: 5 packs of 4 at 182,193.74 come to 910,968.80 instead of 910,968.70.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from .fault import Fault
from .money import Money, Rounding, exponent, whole


def pieces(packs: int, factor: int) -> int:
    """Pieces in `packs` packs of `factor` pieces; negative for what comes back. Raises Fault for an empty pack.

    >>> pieces(5, 4), pieces(-1, 4)
    (20, -4)
    """
    return packs * _checked(factor)


def split(count: int, factor: int) -> tuple[int, int]:
    """Whole packs and the pieces left over, both of the sign of `count`.

    >>> split(23, 4), split(-23, 4)
    ((5, 3), (-5, -3))
    """
    packs, rest = divmod(abs(count), _checked(factor))
    return (packs, rest) if count >= 0 else (-packs, -rest)


def exactly(count: int, factor: int) -> int:
    """Whole packs. Raises Fault when pieces are left over.

    >>> exactly(20, 4)
    5
    """
    packs, rest = split(count, factor)
    if rest:
        raise Fault("packs.inexact", f"{count} pieces are not whole cases of {factor}", units=count, factor=factor)
    return packs


def amount(
    price: Decimal, per: int, count: int, currency: str = "CNY", rounding: Rounding = Rounding.HALF_UP
) -> Money:
    """What `count` pieces cost at `price` (major units) for every `per` pieces; exact until it is rounded to minor units, once.

    >>> amount(Decimal("182193.74"), 4, 20).minor, amount(Decimal("100"), 3, 30_000).minor
    (91096870, 100000000)
    """
    exact = Fraction(price) * count / _checked(per) * 10 ** exponent(currency)
    halves = exact * 2
    near = Decimal(halves.numerator) / 2 if halves.denominator == 1 else _beside(exact)
    return Money(whole(near, rounding), currency)


def _beside(exact: Fraction) -> Decimal:
    """A decimal that rounds as the fraction does: its whole part, and which side of the half it lies on."""
    low = int(abs(exact))
    part = Decimal("0.25") if abs(exact) - low < Fraction(1, 2) else Decimal("0.75")
    return (Decimal(low) + part) * (1 if exact > 0 else -1)


def _checked(factor: int) -> int:
    if factor < 1:
        raise Fault("packs.empty", f"a pack of {factor} pieces is none", factor=factor)
    return factor
