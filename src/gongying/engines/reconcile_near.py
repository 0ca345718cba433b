"""Lines of two ledgers that resemble each other: proposals for a person, never matches.

Reasons, the telling ones first: `digits` (the same digits in another order), `side` (the same amount booked on the wrong
side), `far` (the same amount on days too far apart, or under two numbers of one series), `near` (amounts that differ by
at most one per cent).
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from .reconcile_keys import Line, spell, transposed

CLOSE = 100  # amounts are near when they differ by at most a hundredth
RANK = ("digits", "side", "far", "near")
MOST = 40  # candidates that are looked at for one line


def reason_of(mine: Line, his: Line) -> str:
    """Why two lines resemble each other; empty when they do not.

    >>> from datetime import date
    >>> line = lambda amount: Line("", date(2026, 10, 5), "", amount)
    >>> [reason_of(line(a), line(b)) for a, b in ((5400, 4500), (70, -70), (70, 70), (10000, 10050), (10000, 20000))]
    ['digits', 'side', 'far', 'near', '']
    """
    if mine.amount == his.amount:
        return "far"
    if mine.amount == -his.amount:
        return "side"
    if transposed(mine.amount, his.amount):
        return "digits"
    alike = (mine.amount < 0) == (his.amount < 0)
    larger = max(abs(mine.amount), abs(his.amount))
    return "near" if alike and abs(mine.amount - his.amount) * CLOSE <= larger else ""


def pairs(ours: Sequence[Line], theirs: Sequence[Line], *, near_days: int) -> list[tuple[str, Line, Line]]:
    """Pairs of both sides that resemble each other, at most `near_days` apart, the best first. A line may stand in
    several pairs: the caller takes the first in which both are still free."""
    by_size = sorted(theirs, key=lambda his: (abs(his.amount), his.day, his.number, his.key))
    sizes = [abs(his.amount) for his in by_size]
    by_digits: dict[str, list[Line]] = defaultdict(list)
    for his in by_size:
        by_digits["".join(sorted(str(abs(his.amount))))].append(his)
    found = []
    for mine in ours:
        size = abs(mine.amount)
        slack = size // (CLOSE - 1) + 1
        here = by_size[bisect_left(sizes, size - slack) : bisect_right(sizes, size + slack)]
        also = by_digits["".join(sorted(str(size)))]
        for his in dict.fromkeys([*_nearest(mine, here), *_nearest(mine, also)]):
            days, reason = abs((mine.day - his.day).days), reason_of(mine, his)
            if reason and days <= near_days:
                rank = (RANK.index(reason), days, abs(mine.amount - his.amount), mine[:4], his[:4])
                found.append((rank, reason, mine, his))
    return [(reason, mine, his) for _rank, reason, mine, his in sorted(found, key=lambda row: row[0])]


def _nearest(mine: Line, lines: Sequence[Line]) -> list[Line]:
    """The nearest by day: a bounded number, whatever the ledgers hold."""
    return sorted(lines, key=lambda his: (abs((mine.day - his.day).days), his[:4]))[:MOST]


def opposites(lines: Sequence[Line], *, near_days: int) -> Iterator[tuple[Line, Line]]:
    """Lines of one side that are exact opposites, of one series or with the same digits, and not far apart: perhaps one
    takes the other back. (An invoice and its payment are opposites too, and are left alone.)

    >>> from datetime import date
    >>> d = date(2026, 10, 5)
    >>> [(a.key, b.key) for a, b in opposites([Line("1", d, "CN-7", -90), Line("2", d, "INV-7", 90)], near_days=9)]
    [('1', '2')]
    >>> list(opposites([Line("1", d, "INV-7", 90), Line("2", d, "SK-3", -90)], near_days=9))
    []
    """
    waiting: dict[int, list[Line]] = defaultdict(list)
    for each in sorted(lines, key=lambda line: (line.day, line.number, line.key)):
        other = waiting.get(-each.amount) if each.amount else None
        near = (one for one in other or () if (each.day - one.day).days <= near_days)
        fit = next((one for one in near if _related(one.number, each.number)), None)
        if other and fit is not None:
            other.remove(fit)
            yield fit, each
        else:
            waiting[each.amount].append(each)


def _related(one: str, other: str) -> bool:
    mine, his = spell(one), spell(other)
    return bool(mine.bare and his.bare) and (mine.series == his.series or mine.bare == his.bare)
