"""Points: what rules earn in a written order, lots that are used up first-to-expire first, and when a lot expires.

Conventions are those of the field (an account of points with lots: award, burn, expire); see docs/algorithms/points.md.
Points are whole numbers. Fractions of a point are cut off, once, at the end of each rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

METHODS = ("none", "rolling", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Rule:
    """`points` for every `per` of a figure (major units for money, a fraction for ratios), nothing below `at_least`.

    `weight` scales the rule as a whole, `cap` is the most it gives, and with `stop` a rule that gave something ends the list.
    """

    code: str
    points: Decimal
    per: Decimal
    at_least: Decimal = Decimal(0)
    weight: Decimal = Decimal(1)
    cap: int | None = None
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What one rule came to: the figure it saw, the exact points before cutting, what it gave, and why.

    `why` is earned, unknown (no figure), nothing (zero or less), below (`at_least` missed), capped, full (the cap of the
    whole was reached) or stopped (a rule before ended the list).
    """

    code: str
    place: int
    value: Decimal | None
    exact: Decimal
    points: int
    why: str


@dataclass(frozen=True, slots=True)
class Earning:
    """Points of one distributor and period with the parts they are made of, in the order of the rules."""

    points: int
    multiplier: Decimal
    parts: tuple[Part, ...]


def earn(
    rules: Sequence[Rule],
    figures: Mapping[str, Decimal | None],
    *,
    multiplier: Decimal = Decimal(1),
    cap: int | None = None,
) -> Earning:
    """Points by rules in their order: figure / per x points x weight x multiplier, cut to whole points, at most the cap of the
    rule and then what is left of the cap of the whole. `figures` are by code of the rule.

    Raises ValueError for a step that is not positive.

    12,345 yuan at one point a thousand is 12; 110 % of the target at 500 points is 550, of which the cap leaves 520; the
    whole is 532.

    >>> rules = [Rule("buy", Decimal(1), Decimal(1000)), Rule("target", Decimal(500), Decimal(1), Decimal("0.8"), cap=520)]
    >>> found = earn(rules, {"buy": Decimal(12345), "target": Decimal("1.1")})
    >>> found.points, [(part.code, part.points, part.why) for part in found.parts]
    (532, [('buy', 12, 'earned'), ('target', 520, 'capped')])
    """
    parts: list[Part] = []
    total, stopped = 0, False
    for place, rule in enumerate(rules, 1):
        if rule.per <= 0:
            raise ValueError(f"{rule.code}: a step of {rule.per} is no step")
        value = figures.get(rule.code)
        exact, points, why = (Decimal(0), 0, "stopped") if stopped else _given(rule, value, multiplier)
        if points and cap is not None and total + points > cap:
            points, why = max(0, cap - total), "full"
        total += points
        stopped = stopped or (rule.stop and points > 0)
        parts.append(Part(rule.code, place, value, exact, points, why))
    return Earning(total, multiplier, tuple(parts))


def _given(rule: Rule, value: Decimal | None, multiplier: Decimal) -> tuple[Decimal, int, str]:
    if value is None:
        return Decimal(0), 0, "unknown"
    if value <= 0:
        return Decimal(0), 0, "nothing"
    if value < rule.at_least:
        return Decimal(0), 0, "below"
    exact = value * rule.points * rule.weight * multiplier / rule.per
    points = int(exact.to_integral_value(ROUND_DOWN))
    if rule.cap is not None and points > rule.cap:
        return exact, rule.cap, "capped"
    return exact, points, "earned"


@dataclass(frozen=True, slots=True)
class Due:
    """What is posted now (negative: taken back), and what should be taken back and is not there any more."""

    due: int
    short: int


def true_up(entitled: int, before: int, available: int) -> Due:
    """Entitled less awarded before; what is taken back is at most what is there, so that nobody falls below nothing.

    >>> true_up(120, 100, 0), true_up(40, 100, 25)
    (Due(due=20, short=0), Due(due=-25, short=35))
    """
    wanted = entitled - before
    if wanted >= 0:
        return Due(wanted, 0)
    taken = min(-wanted, max(0, available))
    return Due(-taken, -wanted - taken)


@dataclass(frozen=True, slots=True)
class Lot:
    """Points of one award that are still open: `expires` is the last day on which they count, None never."""

    key: int
    earned: date
    expires: date | None
    open: int


def in_order(lots: Iterable[Lot]) -> list[Lot]:
    """First to expire first; of those that expire together (or never) the older one, then the lower key.

    >>> day = date(2026, 1, 1)
    >>> [lot.key for lot in in_order([Lot(1, day, None, 5), Lot(2, day, date(2026, 6, 30), 5), Lot(3, day, date(2026, 3, 31), 5)])]
    [3, 2, 1]
    """
    return sorted(lots, key=lambda lot: (lot.expires or date.max, lot.earned, lot.key))


def burn(lots: Iterable[Lot], points: int) -> list[tuple[int, int]]:
    """Which lots give how much, first to expire first: (key, points) whose sum is `points`.

    Raises ValueError when there are fewer, or nothing is asked for.

    >>> day = date(2026, 1, 1)
    >>> burn([Lot(1, day, None, 50), Lot(2, day, date(2026, 6, 30), 30)], 40)
    [(2, 30), (1, 10)]
    """
    if points <= 0:
        raise ValueError("nothing to burn")
    taken, left = [], points
    for lot in in_order(lots):
        part = min(lot.open, left)
        if part > 0:
            taken.append((lot.key, part))
            left -= part
    if left:
        raise ValueError(f"{left} points are not there")
    return taken


def expire(lots: Iterable[Lot], on: date, keep: int = 0) -> list[tuple[int, int]]:
    """What expires with the end of a day: every lot whose last day is that day or before, first to expire first. `keep`
    points stay with the holder in all, those that would expire last.

    >>> day = date(2026, 1, 1)
    >>> held = [Lot(1, day, date(2026, 3, 31), 40), Lot(2, day, date(2026, 6, 30), 30)]
    >>> expire(held, date(2026, 3, 31)), expire(held, date(2026, 3, 31), keep=50), expire(held, date(2026, 3, 30))
    ([(1, 40)], [(1, 20)], [])
    """
    held = in_order(lots)
    free = max(0, sum(lot.open for lot in held) - keep)
    gone = []
    for lot in held:
        if lot.expires is not None and lot.expires <= on and (part := min(lot.open, free)) > 0:
            gone.append((lot.key, part))
            free -= part
    return gone


@dataclass(frozen=True, slots=True)
class Method:
    """How points expire: `none`; `rolling` after `months`, at the end of the month; with the `quarter` or the `year`. Points
    that were earned fewer than `protect_days` before such an end stay until the next one."""

    code: str
    months: int = 12
    protect_days: int = 0


def expiry(earned: date, method: Method) -> date | None:
    """The last day on which points of a day count.

    >>> expiry(date(2026, 1, 10), Method("quarter")), expiry(date(2026, 3, 20), Method("quarter", protect_days=30))
    (datetime.date(2026, 3, 31), datetime.date(2026, 6, 30))
    >>> expiry(date(2026, 1, 31), Method("rolling", months=13)), expiry(date(2026, 1, 31), Method("none"))
    (datetime.date(2027, 2, 28), None)
    """
    if method.code == "none":
        return None
    if method.code == "rolling":
        return _month_end(earned.year, earned.month + method.months)
    length = 3 if method.code == "quarter" else 12
    end = _month_end(earned.year, -(-earned.month // length) * length)
    if (end - earned).days < method.protect_days:
        end = _month_end(end.year, end.month + length)
    return end


def _month_end(year: int, month: int) -> date:
    """The last day of a month; month 14 is February of the next year."""
    total = year * 12 + month
    return date(total // 12, total % 12 + 1, 1) - timedelta(days=1)
