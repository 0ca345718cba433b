"""What a part of an order line comes to. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from gongying.engines.money import portion


class Amounts(Protocol):
    """The amounts of a line in minor units, for `quantity` base units."""

    @property
    def quantity(self) -> int: ...
    @property
    def gross_minor(self) -> int: ...
    @property
    def net_minor(self) -> int: ...
    @property
    def tax_minor(self) -> int: ...


class Taken(Amounts, Protocol):
    """A line of which something is cancelled and something invoiced."""

    @property
    def cancelled(self) -> int: ...
    @property
    def invoiced(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Part:
    """What some base units of a line come to, in minor units: net = gross - discount."""

    quantity: int
    gross: int
    discount: int
    net: int
    tax: int

    @property
    def total(self) -> int:
        """With tax."""
        return self.net + self.tax


def part(line: Amounts, before: int, count: int) -> Part:
    """What `count` units come to after `before` units: all parts of a line together are exactly the line.

    >>> from types import SimpleNamespace
    >>> line = SimpleNamespace(quantity=3, gross_minor=1000, net_minor=900, tax_minor=117)
    >>> [part(line, done, 1).total for done in range(3)]
    [339, 339, 339]
    """
    gross = portion(line.gross_minor, line.quantity, before, count)
    net = portion(line.net_minor, line.quantity, before, count)
    return Part(count, gross, gross - net, net, portion(line.tax_minor, line.quantity, before, count))


def still_held(lines: Iterable[Taken]) -> int:
    """What is held for an order: all that is neither invoiced (from the first unit on) nor cancelled (from the last one back)."""
    return sum(part(x, x.invoiced, x.quantity - x.cancelled - x.invoiced).total for x in lines)


def moved(line: Taken, count: int) -> Part:
    """What the last `count` units come to that are not cancelled."""
    return part(line, line.quantity - line.cancelled - count, count)
