"""Ladders: half-open tiers and the methods the field pays by.

Tier k holds on [start_k, start_(k+1)); a base exactly on a boundary belongs to the upper tier, so exactly
one tier always holds. Formulas: docs/algorithms/rebates.md. Base and results are in the caller's units.

>>> ladder = [Tier(Decimal(0), Decimal("0.10")), Tier(Decimal(100), Decimal("0.20")), Tier(Decimal(300), Decimal("0.30"))]
>>> marginal(Decimal(3800), ladder)
Decimal('1100.00')
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Tier:
    """From `start` (inclusive) the `rate` holds: a fraction, an amount per unit, or a fixed amount."""

    start: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Section:
    """A tier as people write it: from (inclusive) to (exclusive; None is open)."""

    start: Decimal
    end: Decimal | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a ladder: `code` is gap, overlap, order, negative or empty; `at` the place."""

    code: str
    at: Decimal
    detail: str


@dataclass(frozen=True, slots=True)
class Cliff:
    """The jump of a slab at a boundary: J = (r_k - r_(k-1)) * t_k."""

    start: Decimal
    jump: Decimal

    def per_missing_unit(self, base: Decimal) -> Decimal | None:
        """The stuffing incentive J / (t - B) for a base below the boundary; None at or above it."""
        return self.jump / (self.start - base) if base < self.start else None


def check_sections(sections: Sequence[Section]) -> list[Fault]:
    """Gaps, overlaps, wrong order and negative values of sections as written (F20)."""
    if not sections:
        return [Fault("empty", Decimal(0), "a ladder needs at least one tier")]
    faults = [Fault("negative", s.start, f"{s.rate} at {s.start}") for s in sections if s.rate < 0 or s.start < 0]
    for here, above in pairwise(sections):
        if above.start <= here.start:
            faults.append(Fault("order", above.start, f"{above.start} after {here.start}"))
        elif here.end is None or here.end > above.start:
            faults.append(Fault("overlap", above.start, f"{above.start} to {here.end} is in two tiers"))
        elif here.end < above.start:
            faults.append(Fault("gap", here.end, f"{here.end} to {above.start} is in no tier"))
    return faults


def check(tiers: Sequence[Tier]) -> list[Fault]:
    """Faults of a ladder given by its starts: order and sign (gaps and overlaps cannot be written)."""
    ends = [*(tier.start for tier in tiers[1:]), None]
    return check_sections([Section(t.start, end, t.rate) for t, end in zip(tiers, ends, strict=True)])


def from_sections(sections: Sequence[Section]) -> list[Tier]:
    """Sections as a ladder. Raises ValueError naming the first fault."""
    faults = check_sections(sections)
    if faults:
        raise ValueError(f"{faults[0].code}: {faults[0].detail}")
    return [Tier(section.start, section.rate) for section in sections]


def tier_of(base: Decimal, tiers: Sequence[Tier]) -> int | None:
    """The index of the one tier that holds; None below the first start."""
    found = None
    for index, tier in enumerate(tiers):
        if base < tier.start:
            break
        found = index
    return found


def scaled(tiers: Sequence[Tier], reference: Decimal) -> list[Tier]:
    """A ladder written in shares of a reference (a target, the base of last year) as a ladder of the base itself.

    Scaling the starts instead of dividing the base keeps boundaries exact: at 110 % of a target of 300 the base is 330.

    >>> scaled([Tier(Decimal("1.1"), Decimal("0.02"))], Decimal(300))
    [Tier(start=Decimal('330.0'), rate=Decimal('0.02'))]
    """
    return [Tier(tier.start * reference, tier.rate) for tier in tiers]


def excess(base: Decimal, tiers: Sequence[Tier]) -> Decimal:
    """The reached tier's rate on what lies above the first start (over-achievement: only the part above pays).

    >>> excess(Decimal(360), scaled([Tier(Decimal(1), Decimal("0.02")), Tier(Decimal("1.1"), Decimal("0.05"))], Decimal(300)))
    Decimal('3.00')
    """
    index = tier_of(base, tiers)
    return Decimal(0) if index is None else tiers[index].rate * (base - tiers[0].start)


def slab(base: Decimal, tiers: Sequence[Tier]) -> Decimal:
    """Retroactive, all units: the reached tier's rate on the whole base (D365 "Cumulative")."""
    index = tier_of(base, tiers)
    return Decimal(0) if index is None else tiers[index].rate * base


def marginal(base: Decimal, tiers: Sequence[Tier]) -> Decimal:
    """Incremental: each rate only on the part of the base inside its tier (D365 "Stepped")."""
    return sum((rate * part for rate, part in slices(base, tiers)), Decimal(0))


def slices(base: Decimal, tiers: Sequence[Tier]) -> list[tuple[Decimal, Decimal]]:
    """(rate, part of the base) of each reached tier: the explanation of `marginal`."""
    found = []
    for index, tier in enumerate(tiers):
        if base <= tier.start:
            break
        top = base if index + 1 == len(tiers) else min(base, tiers[index + 1].start)
        found.append((tier.rate, top - tier.start))
    return found


def rolling(base: Decimal, tiers: Sequence[Tier]) -> Decimal:
    """D365 "Rolling": full tiers pay their rate on their upper end, the top tier on the whole base."""
    index = tier_of(base, tiers)
    if index is None:
        return Decimal(0)
    below = sum((tiers[k].rate * tiers[k + 1].start for k in range(index)), Decimal(0))
    return below + tiers[index].rate * base


def total(base: Decimal, tiers: Sequence[Tier]) -> Decimal:
    """D365 "Total": every reached tier's rate on the whole base."""
    index = tier_of(base, tiers)
    return Decimal(0) if index is None else sum((t.rate for t in tiers[: index + 1]), Decimal(0)) * base


def fixed(base: Decimal, tiers: Sequence[Tier]) -> Decimal:
    """A fixed amount for the reached tier."""
    index = tier_of(base, tiers)
    return Decimal(0) if index is None else tiers[index].rate


METHODS: dict[str, Callable[[Decimal, Sequence[Tier]], Decimal]] = {
    "slab": slab,
    "marginal": marginal,
    "rolling": rolling,
    "total": total,
    "fixed": fixed,
    "per_unit": slab,
    "excess": excess,
}


def cliffs(tiers: Sequence[Tier]) -> list[Cliff]:
    """The jump of a slab at every boundary above the first."""
    return [Cliff(up.start, (up.rate - low.rate) * up.start) for low, up in pairwise(tiers)]
