"""Funds: stepped co-funding, accrual, the risk of a claim, ageing, and what an activity brought.

Amounts are whole minor units, shares and rates Decimal; every function returns the parts of its figure. Stepped shares are the
ladders of engines/ladders.py applied to cost (or to the attainment of the agreed goal). Uplift is a difference of differences:
what was sold in the activity's weeks less what would have been sold, which is the same outlet's mean week before, moved by the
trend of outlets without an activity. See docs/algorithms/funds.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import stdev

from .ladders import Tier, slab, slices, tier_of
from .money import whole

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a cost that is borne at one share, in minor units."""

    cost_minor: int
    share: Decimal
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Shared:
    """What the house bears of a cost and what the distributor does, with the slices it comes from. They add up to the cost."""

    cost_minor: int
    house_minor: int
    own_minor: int
    parts: tuple[Slice, ...]


def cofund(cost_minor: int, steps: Sequence[Tier], method: str = "marginal", before_minor: int = 0) -> Shared:
    """The house's part of a cost after `before_minor` of the same activity: `marginal` (each share on its own slice of cost) or
    `slab` (the reached share on everything, less what was borne before). Starts of the steps are minor units.

    Rounded half up once. Raises ValueError for a negative cost or an unknown method.

    >>> steps = [Tier(Decimal(0), Decimal("0.6")), Tier(Decimal(5_000_000), Decimal("0.4"))]
    >>> done = cofund(8_000_000, steps)
    >>> done.house_minor, done.own_minor, [(p.cost_minor, str(p.share)) for p in done.parts]
    (4200000, 3800000, [(5000000, '0.6'), (3000000, '0.4')])
    >>> cofund(4_000_000, steps, before_minor=4_000_000).house_minor  # the two together are the whole
    1800000
    """
    if cost_minor < 0 or before_minor < 0:
        raise ValueError("a cost is not negative")
    if method not in ("marginal", "slab"):
        raise ValueError(f"no method {method}")
    due = _borne(before_minor + cost_minor, steps, method) - _borne(before_minor, steps, method)
    house = max(0, min(cost_minor, due))
    return Shared(cost_minor, house, cost_minor - house, tuple(_slices(before_minor, cost_minor, steps, method)))


def _borne(total: int, steps: Sequence[Tier], method: str) -> int:
    if method == "slab":
        return whole(slab(Decimal(total), steps))
    return whole(sum((rate * part for rate, part in slices(Decimal(total), steps)), ZERO))


def _slices(before: int, cost: int, steps: Sequence[Tier], method: str) -> Iterable[Slice]:
    total = Decimal(before + cost)
    if method == "slab":
        index = tier_of(total, steps)
        share = ZERO if index is None else steps[index].rate
        return [Slice(before + cost, share, whole(share * total))]
    known = dict(enumerate(part for _r, part in slices(Decimal(before), steps)))
    found = []
    for place, (rate, part) in enumerate(slices(total, steps)):
        fresh = part - known.get(place, ZERO)
        if fresh > 0:
            found.append(Slice(int(fresh), rate, whole(rate * fresh)))
    return found


def goal_share(actual_minor: int, goal_minor: int, steps: Sequence[Tier]) -> tuple[Decimal, Decimal]:
    """(attainment, share) where the share grows with the agreed goal: stepped compensation. Starts are attainments (1 is the
    goal itself). Raises ValueError without a goal.

    >>> goal_share(900, 1000, [Tier(Decimal(0), Decimal("0.3")), Tier(Decimal("0.9"), Decimal("0.5"))])
    (Decimal('0.9'), Decimal('0.5'))
    """
    if goal_minor <= 0:
        raise ValueError("a stepped compensation needs a goal")
    attained = Decimal(actual_minor) / goal_minor
    index = tier_of(attained, steps)
    return attained, ZERO if index is None else steps[index].rate


@dataclass(frozen=True, slots=True)
class Accrual:
    """What a fund accrues: the base, the rate, what is entitled, what was given before, and what is due now (minor units)."""

    base_minor: int
    rate: Decimal
    entitled_minor: int
    before_minor: int
    due_minor: int


def accrual(base_minor: int, rate: Decimal, before_minor: int = 0) -> Accrual:
    """rate × base, less what was given before; a fall of the base gives nothing and takes nothing away.

    >>> accrual(1_234_567, Decimal("0.02"), 20_000).due_minor
    4691
    """
    entitled = whole(max(0, base_minor) * rate)
    return Accrual(base_minor, rate, entitled, before_minor, max(0, entitled - before_minor))


@dataclass(frozen=True, slots=True)
class Risk:
    """The score of a claim, 0 to 100, with the points of each part; `level` is the highest band it reaches."""

    score: int
    level: str
    parts: tuple[tuple[str, int], ...]


def risk(found: Iterable[str], points: Mapping[str, int], bands: Sequence[tuple[str, int]]) -> Risk:
    """Points by sort of finding (each sort counts once in full, every further one of it a quarter), cut at 100; bands are
    (name, least score), rising.

    >>> risk(["time", "time", "twin"], {"time": 20, "twin": 60}, [("low", 0), ("medium", 20), ("high", 60)])
    Risk(score=85, level='high', parts=(('time', 25), ('twin', 60)))
    """
    counts: dict[str, int] = {}
    for code in found:
        counts[code] = counts.get(code, 0) + 1
    parts = tuple(
        (code, points.get(code, 0) + (n - 1) * (points.get(code, 0) // 4)) for code, n in sorted(counts.items())
    )
    score = min(100, sum(given for _code, given in parts))
    level = next((name for name, least in reversed(list(bands)) if score >= least), "")
    return Risk(score, level, parts)


@dataclass(frozen=True, slots=True)
class Uplift:
    """What an activity brought, in minor units: what was sold; what the weeks before lead one to expect, how the market moved
    that (a part, with its factor), what is above it, and within which noise; the margin of it beside the cost."""

    actual_minor: int
    baseline_minor: int
    trend_minor: int
    trend: Decimal
    uplift_minor: int
    noise_minor: int
    margin_minor: int
    cost_minor: int
    controls: int

    @property
    def roi(self) -> Decimal | None:
        """(margin of the uplift − cost) / cost; None without cost."""
        return Decimal(self.margin_minor - self.cost_minor) / self.cost_minor if self.cost_minor else None

    @property
    def clear(self) -> bool:
        """Whether the uplift is more than twice what the weeks before differ among themselves."""
        return abs(self.uplift_minor) > 2 * self.noise_minor


def uplift(
    actual_minor: int,
    weeks: Sequence[int],
    length: Decimal,
    *,
    control_actual: int = 0,
    control_weeks: Sequence[int] = (),
    controls: int = 0,
    margin: Decimal = Decimal(1),
    cost_minor: int = 0,
) -> Uplift:
    """The uplift of an activity of `length` weeks over its baseline `weeks` (sales of each, minor units), with the trend of a
    control group over the same weeks. Without a control group the trend is 1.

    expected = mean(weeks) · length · trend; uplift = actual − expected. Raises ValueError without a week or length.

    >>> u = uplift(150_000, [20_000, 24_000, 22_000, 22_000], Decimal(4), control_actual=96_000,
    ...            control_weeks=[20_000] * 4, controls=9, margin=Decimal("0.3"), cost_minor=10_000)
    >>> u.baseline_minor, u.trend_minor, u.uplift_minor, u.margin_minor
    (88000, 17600, 44400, 13320)
    """
    if not weeks or length <= 0:
        raise ValueError("an uplift needs weeks to compare with")
    baseline = Decimal(sum(weeks)) / len(weeks) * length
    held = Decimal(sum(control_weeks)) / len(control_weeks) * length if control_weeks else ZERO
    trend = Decimal(control_actual) / held if held > 0 else Decimal(1)
    base, moved = whole(baseline), whole(baseline * (trend - 1))
    above = actual_minor - base - moved
    spread = Decimal(str(stdev(weeks))) if len(weeks) > 1 else ZERO
    noise = whole(spread * length.sqrt())
    return Uplift(
        actual_minor,
        base,
        moved,
        trend,
        above,
        noise,
        whole(above * margin),
        cost_minor,
        controls if held > 0 else 0,
    )


def bucket(days: int, bounds: Sequence[int]) -> int:
    """Which bucket of age something is in: 0 up to the first bound, then one each, the last beyond them all.

    >>> [bucket(n, (30, 60)) for n in (0, 30, 31, 61)]
    [0, 0, 1, 2]
    """
    return sum(days > bound for bound in bounds)
