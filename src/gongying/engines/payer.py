"""The kernel for histories: one text on many bases, in whole numbers.

Every method pays a straight line on each tier, slope × base + constant, so a ladder becomes three rows of integers: where a
tier starts, its slope, its constant. That comes to what `rebates.pays` says, to the minor unit, and is several times faster.
Formulas: docs/algorithms/rebates.md.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import accumulate, pairwise

from .money import Rounding, exponent
from .rebates import NOTHING, Given, Terms, pays, scale_of

LARGEST = 10**18  # a base beyond it is left to the kernel
LONGEST = 30  # and a number of more digits before or after the point
EXACT = 10**27  # Decimal keeps 28 digits: what is smaller the kernel reckons without rounding on the way


def payer(terms: Terms) -> Callable[[int, Given], int]:
    """What `rebates.pays` comes to under these terms, as a function of a base and of what else is known.

    Whole numbers where the base alone decides (nothing else is known, the ladder is read by the base, amounts are rounded
    half up, tiers rise from zero or above and no rate is negative); anything else is handed to the kernel itself.

    >>> pay = payer(Terms("slab", (Tier(Decimal(5000), Decimal("0.02")), Tier(Decimal(27000), Decimal("0.04")))))
    >>> [pay(base * 100, NOTHING) for base in (3000, 7000, 27000)]
    [0, 14000, 108000]
    """

    def kernel(base: int, given: Given) -> int:
        return pays(base, terms, given)

    return _in_whole_numbers(terms, kernel) if _plain(terms) else kernel


def _plain(terms: Terms) -> bool:
    numbers = [number for tier in terms.tiers for number in (tier.start, tier.rate)]
    if terms.base_cap is not None:
        numbers.append(terms.base_cap)
    return (
        bool(terms.tiers)
        and terms.method in LINES
        and terms.measure == "base"
        and not terms.guarantee_runs
        and terms.rounding is Rounding.HALF_UP
        and all(number.is_finite() and number >= 0 for number in numbers)
        and all(number.adjusted() < LONGEST and _places(number) <= LONGEST for number in numbers)
        and all(low.start < up.start for low, up in pairwise(terms.tiers))
    )


def _in_whole_numbers(terms: Terms, kernel: Callable[[int, Given], int]) -> Callable[[int, Given], int]:
    scale, cap = scale_of(terms.basis, terms.currency), terms.base_cap
    fine = max(scale, *(_places(t.start) for t in terms.tiers), 0 if cap is None else _places(cap))
    of_rates = max(_places(t.rate) for t in terms.tiers)
    unit, most = 10 ** (fine - scale), LARGEST * 10**fine if cap is None else _whole(cap, fine)
    starts = [_whole(tier.start, fine) for tier in terms.tiers]
    lines = LINES[terms.method](starts, [_whole(tier.rate, of_rates) for tier in terms.tiers], 10**fine)
    up, over = 10 ** exponent(terms.currency), 10 ** (fine + of_rates)
    half, twice = over, 2 * over  # floor((2 × n × up + over) ÷ (2 × over)) rounds half up; nothing here is negative
    floor, top = terms.guarantee, terms.payout_cap

    def pay(base: int, given: Given) -> int:
        if given is not NOTHING or not -LARGEST < base < LARGEST:
            return kernel(base, given)
        counted = min(base * unit, most)
        reached = bisect_right(starts, counted)
        earned = 0
        if reached:
            slope, constant = lines[reached - 1]
            exact = slope * counted + constant
            if exact >= EXACT:
                return kernel(base, given)
            earned = (2 * exact * up + half) // twice
        earned = max(earned, floor)
        return earned if top is None or earned <= top else top

    return pay


def _places(number: Decimal) -> int:
    """Decimal places as written."""
    return max(0, -int(number.as_tuple().exponent))


def _whole(number: Decimal, places: int) -> int:
    """A number of at most so many places as a whole number of its last place, whatever its length."""
    upper, lower = number.as_integer_ratio()
    return int(upper * 10**places // lower)


Row = list[tuple[int, int]]  # (slope, constant) of each tier


def _slab(_starts: Sequence[int], rates: Sequence[int], _one: int) -> Row:
    return [(rate, 0) for rate in rates]


def _marginal(starts: Sequence[int], rates: Sequence[int], _one: int) -> Row:
    """Σ rates of full tiers × their width + rate × (base − start)."""
    full = accumulate(
        (rate * (up - low) for rate, (low, up) in zip(rates, pairwise(starts), strict=False)), initial=0
    )
    return [(rate, below - rate * start) for rate, start, below in zip(rates, starts, full, strict=True)]


def _rolling(starts: Sequence[int], rates: Sequence[int], _one: int) -> Row:
    full = accumulate((rate * up for rate, up in zip(rates, starts[1:], strict=False)), initial=0)
    return list(zip(rates, full, strict=True))


def _total(_starts: Sequence[int], rates: Sequence[int], _one: int) -> Row:
    return [(rate, 0) for rate in accumulate(rates)]


def _fixed(_starts: Sequence[int], rates: Sequence[int], one: int) -> Row:
    return [(0, rate * one) for rate in rates]


def _excess(starts: Sequence[int], rates: Sequence[int], _one: int) -> Row:
    return [(rate, -rate * starts[0]) for rate in rates]


LINES: dict[str, Callable[[Sequence[int], Sequence[int], int], Row]] = {
    "slab": _slab,
    "marginal": _marginal,
    "rolling": _rolling,
    "total": _total,
    "fixed": _fixed,
    "per_unit": _slab,
    "excess": _excess,
}
