"""What is left of a distributor's credit, and whether an order fits into it. Amounts are minor units of one currency.

left = limit + temporary limit + his own money with us (prepaid, and by policy deposit and rebate) − owed − held

Source: the practice of the field (see docs/algorithms/credit.md); there is no standard for it. An order that is paid for in
advance is measured against the money alone: a limit that is used up, or overdue documents, do not stop what is paid.

>>> place = Position(limit=100_00, owed=80_00, held=15_00)
>>> left(place).amount, [part.amount for part in left(place).parts]
(500, [10000, 0, 0, 0, 0, -8000, -1500])
>>> [short.code for short in judge(place, Late(), Measure(), 6_00)]
['limit']
>>> judge(Position(owed=900_00, prepaid=6_00), Late(900_00, 40), Measure(), 6_00, prepaid=True)
[]
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """How a distributor stands: what he may owe, what he owes (negative: we owe him), what accepted orders hold, what he
    has with us."""

    limit: int = 0
    temporary: int = 0
    owed: int = 0
    held: int = 0
    prepaid: int = 0
    deposit: int = 0
    rebate: int = 0


@dataclass(frozen=True, slots=True)
class Late:
    """What is past its due day, and how many days the oldest of it."""

    amount: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """How it is measured: which of his money counts, and what lateness is forgiven (both must be passed to count)."""

    deposit_counts: bool = False
    rebate_counts: bool = False
    forgiven_amount: int = 0
    forgiven_days: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One summand of what is left."""

    code: str
    amount: int


@dataclass(frozen=True, slots=True)
class Left:
    """What is left (negative: over), and the parts that add up to it."""

    amount: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Short:
    """Why an order does not fit: `limit` and `advance` (short by `amount`), or `overdue` (`amount` is `days` late)."""

    code: str
    amount: int
    days: int = 0


def left(position: Position, measure: Measure | None = None) -> Left:
    """What may still be ordered on credit."""
    how = measure or Measure()
    parts = (
        Part("limit", position.limit),
        Part("temporary", position.temporary),
        Part("prepaid", position.prepaid),
        Part("deposit", position.deposit if how.deposit_counts else 0),
        Part("rebate", max(0, position.rebate) if how.rebate_counts else 0),
        Part("owed", -position.owed),
        Part("held", -position.held),
    )
    return Left(sum(part.amount for part in parts), parts)


def is_late(late: Late, measure: Measure) -> bool:
    """Whether lateness counts: more than the forgiven amount for more than the forgiven days.

    >>> measure = Measure(forgiven_amount=100, forgiven_days=3)
    >>> is_late(Late(101, 4), measure), is_late(Late(101, 3), measure), is_late(Late(100, 4), measure)
    (True, False, False)
    """
    return late.amount > measure.forgiven_amount and late.days > measure.forgiven_days


def judge(position: Position, late: Late, measure: Measure, amount: int, *, prepaid: bool = False) -> list[Short]:
    """Why an order of an amount (incl. tax) does not fit; nothing is well. An order paid in advance (`prepaid`) fits when
    the money is there, whatever else is owed."""
    if prepaid:
        missing = amount - position.prepaid
        return [Short("advance", missing)] if missing > 0 else []
    found = []
    over = amount - left(position, measure).amount
    if over > 0:
        found.append(Short("limit", over))
    if is_late(late, measure):
        found.append(Short("overdue", late.amount, late.days))
    return found
