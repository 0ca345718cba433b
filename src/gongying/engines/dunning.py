"""Which reminder somebody gets: the highest level his oldest overdue document has reached, and when it is repeated.

A level rises as soon as it is reached; the same level comes again after the days the policy says; a lower one than the last
is not sent while the same debt is overdue. Source: the practice of the field (docs/algorithms/credit.md).

>>> decide(20, [1, 15, 45], None, 14).level, decide(20, [1, 15, 45], Last(2, 3), 14).why
(2, 'soon')
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Last:
    """The last reminder: its level (1 is the mildest) and how many days ago."""

    level: int
    days_ago: int


@dataclass(frozen=True, slots=True)
class Reminder:
    """The level to send, 0 for none, and why: reached, again; or none because not late enough (early), told lately (soon)."""

    level: int
    why: str


def decide(days: int, levels: Sequence[int], last: Last | None, repeat: int) -> Reminder:
    """What to send to whom is `days` late; `levels` are the days at which each level begins, rising; `repeat` is after how
    many days a level is sent again.

    >>> [decide(days, [1, 15, 45], None, 14).level for days in (0, 1, 14, 15, 44, 45)]
    [0, 1, 1, 2, 2, 3]
    >>> decide(16, [1, 15, 45], Last(1, 2), 14), decide(5, [1, 15], Last(1, 14), 14)
    (Reminder(level=2, why='reached'), Reminder(level=1, why='again'))
    """
    reached = sum(days >= begin for begin in levels)
    if not reached:
        return Reminder(0, "early")
    if last is None or reached > last.level:
        return Reminder(reached, "reached")
    if last.days_ago < repeat:
        return Reminder(0, "soon")
    return Reminder(reached, "again")
