"""The settlement kernel: what a base is entitled to, what was settled, what is due, and why.

due = F(cumulative base, terms, what else is known) - settled, so a late or returned line trues up in the next run and
settling twice pays nothing twice (F3, F5). Amounts are integer minor units, rounded once, at the end of each step that
makes one. Formulas: docs/algorithms/rebates.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .ladders import METHODS, Tier, scaled, slices, tier_of
from .money import Rounding, exponent, whole

RELATIVE = ("target", "previous")  # the ladder is written in shares of a reference
STATED = ("share", "range", "figure")  # the ladder is read by a number of its own
MONEY = ("value", "gross")  # bases in minor units
SCALED, THOUSANDS = ("weight", "volume"), 3  # summed in grams and millilitres


@dataclass(frozen=True, slots=True)
class Terms:
    """What a programme pays. Tier starts and caps of the base are in major units (yuan) or in pieces.

    `basis` is value (net), gross, quantity, weight (kilograms), volume (litres) or points; for slab and marginal on money
    the rate is a fraction, for fixed it is an amount and for per_unit an amount per unit (major units). `measure` says what
    the ladder is read by: the base itself, its ratio to a target or to the previous base (starts are ratios: 1.1 is 110 %),
    or a stated share, number or figure. Caps and guarantee are minor units; with `guarantee_runs` what was earned above the
    guarantee in earlier periods lowers it.
    """

    method: str
    tiers: tuple[Tier, ...]
    basis: str = "value"
    currency: str = "CNY"
    base_cap: Decimal | None = None
    payout_cap: int | None = None
    guarantee: int = 0
    rounding: Rounding = Rounding.HALF_UP
    measure: str = "base"
    guarantee_runs: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of a distributor beside his base.

    `reference` is his target or previous base in the units of the base (None: there is none); `stated` the number a stated
    ladder is read by; `deducted` what other programmes pay on the same base (minor units); `factor` multiplies the amount by
    the ladder; `earlier` what he was entitled to in the earlier periods of a running guarantee; `closed` the gates that do
    not hold: one is enough to pay nothing.
    """

    reference: int | None = None
    stated: Decimal | None = None
    deducted: int = 0
    factor: Decimal = Decimal(1)
    earlier: tuple[int, ...] = ()
    closed: tuple[str, ...] = ()


NOTHING = Given()


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


def scale_of(basis: str, currency: str) -> int:
    """Decimal places between a base as it is summed and as it is written: fen and yuan, grams and kilograms."""
    return exponent(currency) if basis in MONEY else THOUSANDS if basis in SCALED else 0


def major(base: int, terms: Terms) -> Decimal:
    """The base in the units the tiers are written in: minor units to yuan, grams to kilograms, pieces as they are."""
    return Decimal(base).scaleb(-scale_of(terms.basis, terms.currency))


def derive(base: int, terms: Terms, settled: int = 0, given: Given = NOTHING) -> Derivation:
    """The entitlement of a cumulative base (minor units or units) and what is due after `settled`.

    Steps: base less what it is net of → cap of the base → ladder → factor → guarantee → cap of the payout → gates.

    >>> terms = Terms("slab", (Tier(Decimal(5000), Decimal("0.02")), Tier(Decimal(27000), Decimal("0.04"))))
    >>> [derive(b * 100, terms, s * 100).due // 100 for b, s in ((3000, 0), (7000, 0), (27000, 140))]
    [0, 140, 940]
    >>> over = Terms("marginal", (Tier(Decimal(1), Decimal("0.02")), Tier(Decimal("1.1"), Decimal("0.03"))), measure="target")
    >>> derive(130_000_00, over, given=Given(reference=100_000_00)).entitled  # 2 % of 10,000 and 3 % of 20,000
    80000
    """
    parts, index = _earned(base, terms, given)
    parts.extend(_adjusted(sum(part.amount for part in parts), terms, given))
    entitled = sum(part.amount for part in parts)
    return Derivation(entitled, settled, entitled - settled, index, tuple(parts))


def pays(base: int, terms: Terms, given: Given = NOTHING) -> int:
    """What `derive` comes to, without saying why: for histories of many periods and distributors.

    >>> terms = Terms("slab", (Tier(Decimal(5000), Decimal("0.02")),), payout_cap=150_00)
    >>> pays(7000_00, terms) == derive(7000_00, terms).entitled == 14000
    True
    """
    seen = _look(base, terms, given)
    entitled = 0 if seen is None else seen.earned
    return entitled + sum(part.amount for part in _adjusted(entitled, terms, given))


def derive_periods(
    each: Sequence[tuple[str, int, Given]], terms: Terms, settled: int = 0, *, runs: bool = False
) -> Derivation:
    """Periods that are calculated each by itself and claimed together: (code, base, what else is known).

    `runs` hands on what each earlier period came to, for a guarantee that runs through them. The tier is that of the last.

    >>> monthly = Terms("slab", (Tier(Decimal(1000), Decimal("0.02")),))
    >>> derive_periods([("2026-01", 900_00, NOTHING), ("2026-02", 2000_00, NOTHING)], monthly).entitled
    4000
    """
    found: list[Derivation] = []
    for _code, base, given in each:
        before = tuple(one.entitled for one in found) if runs else ()
        known = given if not before else _with_earlier(given, (*given.earlier, *before))
        found.append(derive(base, terms, 0, known))
    parts = tuple(
        Part("period", one.entitled, {"period": code, "base": str(base)}, one.parts)
        for (code, base, _given), one in zip(each, found, strict=True)
    )
    entitled = sum(part.amount for part in parts)
    return Derivation(entitled, settled, entitled - settled, found[-1].tier if found else None, parts)


def outside(settled: int = 0) -> Derivation:
    """Nothing of a distributor counts (any more): no tier, no fixed amount, no guarantee; what was settled is taken back.

    >>> outside(240).due
    -240
    """
    return Derivation(0, settled, -settled, None, (Part("outside", 0),))


def waiting(found: Derivation, left: int) -> Derivation:
    """A derivation of which `left` minor units are not taken back yet, because nothing is there to take them from: they stay
    entitled for now, and the next run finds them due again.

    >>> terms = Terms("slab", (Tier(Decimal(0), Decimal("0.02")),))
    >>> waiting(derive(500_00, terms, 30_00), 5_00).due
    -1500
    """
    parts = (*found.parts, Part("waits", left))
    return Derivation(found.entitled + left, found.settled, found.due + left, found.tier, parts)


def guaranteed(terms: Terms, earlier: Sequence[int]) -> int:
    """The guarantee of a period, in minor units. One that runs is n × guarantee less what the earlier periods came to.

    >>> guaranteed(Terms("slab", (), guarantee=10_000_00, guarantee_runs=True), [12_000_00])
    800000
    """
    if not terms.guarantee_runs:
        return terms.guarantee
    return max(0, terms.guarantee * (len(earlier) + 1) - sum(earlier))


def ladder_of(terms: Terms, given: Given) -> Sequence[Tier] | None:
    """The ladder in the units of the base (of what is stated, for such a ladder); None where what it refers to is missing:
    a target or a previous base that is not there, or is nothing, makes every ratio meaningless."""
    if terms.measure in RELATIVE:
        return (
            scaled(terms.tiers, major(given.reference, terms)) if given.reference and given.reference > 0 else None
        )
    if terms.measure in STATED and given.stated is None:
        return None
    return terms.tiers


@dataclass(frozen=True, slots=True)
class _Seen:
    """A base held against its ladder: what counts (major units), the tier that holds, what is earned (minor units)."""

    ladder: Sequence[Tier]
    counted: Decimal
    index: int | None
    earned: int


def _look(base: int, terms: Terms, given: Given) -> _Seen | None:
    """The ladder, the tier and the amount by it; None where what the ladder refers to is missing."""
    ladder = ladder_of(terms, given)
    if ladder is None:
        return None
    counted = major(base - given.deducted, terms)
    if terms.base_cap is not None:
        counted = min(counted, terms.base_cap)
    stated = given.stated if terms.measure in STATED else None
    index = tier_of(counted if stated is None else stated, ladder)
    exact = _exact(counted, terms, ladder, index, stated)
    return _Seen(ladder, counted, index, whole(exact.scaleb(exponent(terms.currency)), terms.rounding))


def _earned(base: int, terms: Terms, given: Given) -> tuple[list[Part], int | None]:
    """The amount by the ladder, with the tier that holds."""
    seen = _look(base, terms, given)
    if seen is None:
        return [Part("no_reference", 0, {"measure": terms.measure, "base": str(base)})], None
    inputs = _inputs(base, seen.counted, terms, given, seen.index)
    if seen.index is not None and terms.measure in RELATIVE:
        inputs["from"] = str(seen.ladder[seen.index].start)
    if terms.method == "excess":
        inputs["above"] = str(seen.ladder[0].start)
    children = _children(seen.counted, terms, seen.ladder, seen.earned)
    return [Part("ladder", seen.earned, inputs, children)], seen.index


def _exact(
    counted: Decimal, terms: Terms, ladder: Sequence[Tier], index: int | None, stated: Decimal | None
) -> Decimal:
    """The amount by the ladder before rounding, in major units."""
    if stated is not None:
        if index is None or counted <= 0:
            return Decimal(0)
        return ladder[index].rate if terms.method == "fixed" else ladder[index].rate * counted
    return METHODS[terms.method](counted, ladder) if counted > 0 or index is not None else Decimal(0)


def _adjusted(earned: int, terms: Terms, given: Given) -> Iterator[Part]:
    """What is added to the amount by the ladder, step by step."""
    entitled = earned
    if given.factor != 1:
        changed = whole(entitled * given.factor, terms.rounding)
        yield Part("factor", changed - entitled, {"factor": str(given.factor)})
        entitled = changed
    floor = guaranteed(terms, given.earlier)
    if entitled < floor:
        told = {"guarantee": str(floor)}
        if terms.guarantee_runs:
            told |= {"periods": str(len(given.earlier) + 1), "earlier": str(sum(given.earlier))}
        yield Part("guarantee", floor - entitled, told)
        entitled = floor
    if terms.payout_cap is not None and entitled > terms.payout_cap:
        yield Part("payout_cap", terms.payout_cap - entitled, {"cap": str(terms.payout_cap)})
        entitled = terms.payout_cap
    if given.closed:
        yield Part("gate", -entitled, {"gates": " ".join(given.closed)})


def _inputs(base: int, counted: Decimal, terms: Terms, given: Given, index: int | None) -> dict[str, str]:
    """What the ladder was read with. What does not apply is left out: a derivation once written keeps its words."""
    rate = "" if index is None else str(terms.tiers[index].rate)
    start = "" if index is None else str(terms.tiers[index].start)
    told = {"base": str(base), "counted": str(counted), "method": terms.method, "start": start, "rate": rate}
    if given.deducted:
        told["deducted"] = str(given.deducted)
    if terms.measure in RELATIVE:
        told |= {"measure": terms.measure, "reference": str(given.reference)}
    elif terms.measure in STATED:
        told |= {"measure": terms.measure, "stated": str(given.stated)}
    return told


def _children(counted: Decimal, terms: Terms, ladder: Sequence[Tier], earned: int) -> tuple[Part, ...]:
    """The slices of a marginal ladder; the rounding difference sits with the last so that they sum."""
    if terms.method != "marginal":
        return ()
    found, left = [], earned
    sliced = slices(counted, ladder)
    for number, (rate, part) in enumerate(sliced, 1):
        exact = (rate * part).scaleb(exponent(terms.currency))
        amount = left if number == len(sliced) else whole(exact, terms.rounding)
        found.append(Part("slice", amount, {"part": str(part), "rate": str(rate)}))
        left -= amount
    return tuple(found)


def _with_earlier(given: Given, earlier: tuple[int, ...]) -> Given:
    return Given(given.reference, given.stated, given.deducted, given.factor, earlier, given.closed)


def derive_many(bases: Sequence[int], terms: Terms, settled: Sequence[int]) -> list[Derivation]:
    """The derivation of many bases under the same terms."""
    return [derive(base, terms, before) for base, before in zip(bases, settled, strict=True)]
