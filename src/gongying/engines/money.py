"""Money as whole minor units (fen, cents): exact, signed, one currency at a time.

>>> Money(10_01).times(Decimal("0.5"))
Money(minor=501, currency='CNY')
>>> [part.minor for part in Money(-100).split([1, 1, 1])]
[-33, -33, -34]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import Enum
from fractions import Fraction

WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"  # no minor unit
THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
POINTS = "PTS"  # points of a loyalty programme are counted in the same ledger, and are no money
EXPONENTS = (
    dict.fromkeys(WHOLE.split(), 0) | dict.fromkeys(THOUSANDTHS.split(), 3) | {"CLF": 4, "UYW": 4, POINTS: 0}
)


class Rounding(Enum):
    """Named roundings. HALF_UP (四舍五入) is the custom of the field and the default."""

    HALF_UP = ROUND_HALF_UP
    HALF_EVEN = ROUND_HALF_EVEN
    DOWN = ROUND_DOWN


def exponent(currency: str) -> int:
    """Decimal places of a currency's minor unit by ISO 4217: 2 unless listed."""
    return EXPONENTS.get(currency, 2)


def whole(value: Decimal, rounding: Rounding = Rounding.HALF_UP) -> int:
    """A decimal to the nearest integer by a named rounding.

    >>> whole(Decimal("-2.5"))
    -3
    """
    return int(value.to_integral_value(rounding._value_))  # `value` of an Enum is four times as slow


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """An exact amount: `minor` whole minor units of `currency`. Mixing currencies raises ValueError."""

    minor: int
    currency: str = "CNY"

    def __post_init__(self) -> None:
        if not isinstance(self.minor, int) or isinstance(self.minor, bool):
            raise TypeError("money is counted in whole minor units")

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units (yuan), exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def times(self, rate: Decimal, rounding: Rounding = Rounding.HALF_UP) -> Money:
        """The amount times a rate, rounded once."""
        return Money(whole(Decimal(self.minor) * rate, rounding), self.currency)

    def split(self, weights: Sequence[int | Decimal]) -> list[Money]:
        """Share by weights without losing a unit: the largest remainders get the spare units.

        Raises ValueError when weights are negative or all zero.
        """
        return [Money(part, self.currency) for part in split(self.minor, weights)]


def split(total: int, weights: Sequence[int | Decimal]) -> list[int]:
    """Whole shares of `total` by largest remainder; conserves negatives too.

    >>> split(100, [1, 1, 1])
    [34, 33, 33]
    """
    parts = [Fraction(weight) for weight in weights]
    whole_weight = sum(parts, Fraction(0))
    if whole_weight <= 0 or min(parts) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    exact = [total * part / whole_weight for part in parts]
    shares = [share.__floor__() for share in exact]
    order = sorted(range(len(parts)), key=lambda i: (shares[i] - exact[i], i))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return shares


def portion(total: int, of: int, before: int, count: int) -> int:
    """What `count` of `of` units take of a total after `before` were taken: the parts always sum to the total.

    Raises ValueError when more is taken than there is.

    >>> [portion(100, 3, taken, 1) for taken in range(3)], portion(-100, 3, 0, 3)
    ([33, 34, 33], -100)
    """
    if not 0 <= before <= before + count <= of:
        raise ValueError(f"{count} after {before} is more than {of}")
    if not of:
        return 0
    return whole(Decimal(total) * (before + count) / of) - whole(Decimal(total) * before / of)


def minor_of(text: str | Decimal | int, currency: str = "CNY", rounding: Rounding = Rounding.HALF_UP) -> int:
    """An amount in major units as minor units, rounded by name.

    >>> minor_of("12.345")
    1235
    """
    return whole(Decimal(text).scaleb(exponent(currency)), rounding)


class CarryRounder:
    """Carry rounding: rounds a stream so that the total of the rounded equals the rounded total.

    Each line's units are round(running total) minus what was given before, per currency, so a line is
    at most one minor unit away from its own value and the sum never drifts. The state is a plain dict.

    >>> carry = CarryRounder()
    >>> [carry.take(Decimal("0.334"), "USD") for _ in range(3)]
    [33, 34, 33]
    """

    def __init__(self, state: dict[str, list[str]] | None = None) -> None:
        self._exact = {c: Decimal(exact) for c, (exact, _given) in (state or {}).items()}
        self._given = {c: int(given) for c, (_exact, given) in (state or {}).items()}

    def take(self, major: Decimal, currency: str) -> int:
        """The minor units of the next amount (in major units)."""
        exact = self._exact.get(currency, Decimal(0)) + major
        reached = whole(exact.scaleb(exponent(currency)))
        units = reached - self._given.get(currency, 0)
        self._exact[currency], self._given[currency] = exact, reached
        return units

    def state(self) -> dict[str, list[str]]:
        """What to store to go on later: {currency: [exact running total, units given]}."""
        return {c: [str(exact), str(self._given[c])] for c, exact in self._exact.items()}
