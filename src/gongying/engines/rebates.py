"""The settlement kernel: what a base is entitled to, what was settled, what is due, and why.

due = F(cumulative base, terms) - settled, so a late or returned line trues up in the next run and settling
twice pays nothing twice (F3, F5). Amounts are integer minor units, rounded once, at the end of F.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .ladders import METHODS, Tier, slices, tier_of
from .money import Rounding, exponent, whole


@dataclass(frozen=True, slots=True)
class Terms:
    """What a programme pays. Tier starts and caps of the base are in major units (yuan) or in pieces.

    `basis` is value or quantity; for slab and marginal on value the rate is a fraction, for fixed it is an
    amount and for per_unit an amount per piece (major units). Caps and guarantee are minor units.
    """

    method: str
    tiers: tuple[Tier, ...]
    basis: str = "value"
    currency: str = "CNY"
    base_cap: Decimal | None = None
    payout_cap: int | None = None
    guarantee: int = 0
    rounding: Rounding = Rounding.HALF_UP


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a derivation: a stable code, its inputs as text, and the minor units it adds."""

    code: str
    amount: int
    inputs: dict[str, str] = field(default_factory=dict)
    children: tuple["Part", ...] = ()


@dataclass(frozen=True, slots=True)
class Derivation:
    """A figure with its parts: sum(parts) == entitled, entitled - settled == due."""

    entitled: int
    settled: int
    due: int
    tier: int | None
    parts: tuple[Part, ...]


def major(base: int, terms: Terms) -> Decimal:
    """The base in the units the tiers are written in: minor units to yuan, pieces as they are."""
    return Decimal(base).scaleb(-exponent(terms.currency)) if terms.basis == "value" else Decimal(base)


def derive(base: int, terms: Terms, settled: int = 0) -> Derivation:
    """The entitlement of a cumulative base (minor units or pieces) and what is due after `settled`.

    >>> terms = Terms("slab", (Tier(Decimal(5000), Decimal("0.02")), Tier(Decimal(27000), Decimal("0.04"))))
    >>> [derive(b * 100, terms, s * 100).due // 100 for b, s in ((3000, 0), (7000, 0), (27000, 140))]
    [0, 140, 940]
    """
    counted = major(base, terms)
    if terms.base_cap is not None:
        counted = min(counted, terms.base_cap)
    index = tier_of(counted, terms.tiers)
    exact = METHODS[terms.method](counted, terms.tiers) if counted > 0 or index is not None else Decimal(0)
    earned = whole(exact.scaleb(exponent(terms.currency)), terms.rounding)
    parts = [Part("ladder", earned, _inputs(base, counted, terms, index), _children(counted, terms, earned))]
    entitled = earned
    if entitled < terms.guarantee:
        parts.append(Part("guarantee", terms.guarantee - entitled, {"guarantee": str(terms.guarantee)}))
        entitled = terms.guarantee
    if terms.payout_cap is not None and entitled > terms.payout_cap:
        parts.append(Part("payout_cap", terms.payout_cap - entitled, {"cap": str(terms.payout_cap)}))
        entitled = terms.payout_cap
    return Derivation(entitled, settled, entitled - settled, index, tuple(parts))


def outside(settled: int = 0) -> Derivation:
    """Nothing of a distributor counts (any more): no tier, no fixed amount, no guarantee; what was settled is taken back.

    >>> outside(240).due
    -240
    """
    return Derivation(0, settled, -settled, None, (Part("outside", 0),))


def _inputs(base: int, counted: Decimal, terms: Terms, index: int | None) -> dict[str, str]:
    rate = "" if index is None else str(terms.tiers[index].rate)
    start = "" if index is None else str(terms.tiers[index].start)
    return {"base": str(base), "counted": str(counted), "method": terms.method, "start": start, "rate": rate}


def _children(counted: Decimal, terms: Terms, earned: int) -> tuple[Part, ...]:
    """The slices of a marginal ladder; the rounding difference sits with the last so that they sum."""
    if terms.method != "marginal":
        return ()
    found, left = [], earned
    sliced = slices(counted, terms.tiers)
    for number, (rate, part) in enumerate(sliced, 1):
        exact = (rate * part).scaleb(exponent(terms.currency))
        amount = left if number == len(sliced) else whole(exact, terms.rounding)
        found.append(Part("slice", amount, {"part": str(part), "rate": str(rate)}))
        left -= amount
    return tuple(found)


def derive_many(bases: Sequence[int], terms: Terms, settled: Sequence[int]) -> list[Derivation]:
    """The derivation of many bases under the same terms."""
    return [derive(base, terms, before) for base, before in zip(bases, settled, strict=True)]
