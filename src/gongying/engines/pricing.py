"""From a list price to what is paid: one rounding a step, every step an amount, and the steps sum to the net.

list (the price for `per` base units, as stated) - tax contained in it - level discount - promotions - special price = net;
tax comes on the net. A price stated with tax gives back exactly itself when nothing is deducted. Amounts are minor units.
Method: docs/algorithms/pricing.md.

>>> found = waterfall(Listed(Decimal("113"), 1, "price:1", "D26", included=True), 10, Decimal("0.13"))
>>> found.gross, found.tax, found.total
(100000, 13000, 113000)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .money import Rounding, whole
from .packs import amount


@dataclass(frozen=True, slots=True)
class Listed:
    """A price in major units for every `per` base units, with or without tax, and the document it stands in."""

    price: Decimal
    per: int
    source: str
    label: str = ""
    included: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """A discount as a fraction of the list amount, and the document it stands in."""

    rate: Decimal
    source: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Special:
    """An agreed price for at most `quantity` base units of the line."""

    listed: Listed
    quantity: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step: list, tax (contained in the list price), level, promotion or special; `amount` is what it adds."""

    kind: str
    source: str
    label: str
    amount: int


@dataclass(frozen=True, slots=True)
class Waterfall:
    """A line from list to total. gross - discount == net == sum of the steps; net + tax == total."""

    steps: tuple[Step, ...]
    gross: int
    net: int
    tax: int

    @property
    def discount(self) -> int:
        """What was deducted from the gross."""
        return self.gross - self.net

    @property
    def total(self) -> int:
        """With tax."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Start:
    """A line before promotions: the whole, and the part (base units and amount) that is left to promotions because no
    special price holds for it."""

    steps: tuple[Step, ...]
    special: Step | None
    gross: int
    stated: int
    included: bool
    open_quantity: int
    open_amount: int


def without_tax(minor: int, rate: Decimal) -> int:
    """An amount with tax as one without, rounded half up once.

    >>> without_tax(11300, Decimal("0.13"))
    10000
    """
    return whole(minor / (1 + rate), Rounding.HALF_UP)


def start(
    listed: Listed,
    quantity: int,
    tax_rate: Decimal,
    currency: str = "CNY",
    level: Level | None = None,
    special: Special | None = None,
) -> Start:
    """The steps of a line before promotions. A special price holds only where it is lower than what is paid without it."""
    stated, gross = _amounts(listed, quantity, tax_rate, currency)
    steps = [Step("list", listed.source, listed.label, stated)]
    if stated != gross:
        steps.append(Step("tax", listed.source, f"{tax_rate.normalize():f}", gross - stated))
    if level is not None and level.rate:
        steps.append(Step("level", level.source, level.label, -whole(gross * level.rate)))
    reached = gross + sum(step.amount for step in steps if step.kind == "level")
    agreed, count = None, 0
    if special is not None and special.quantity > 0:
        count = min(quantity, special.quantity)
        part = _share(reached, quantity, count)
        price = _amounts(special.listed, count, tax_rate, currency)[1]
        if price < part:
            agreed = Step("special", special.listed.source, special.listed.label, price - part)
    left = quantity - count if agreed else quantity
    open_amount = reached - _share(reached, quantity, count) if agreed else reached
    return Start(tuple(steps), agreed, gross, stated, listed.included, left, open_amount)


def finish(begun: Start, tax_rate: Decimal, promotions: Iterable[Step] = ()) -> Waterfall:
    """The whole waterfall of a line, promotions between level discount and special price, tax on what is left."""
    steps = (*begun.steps, *promotions, *([begun.special] if begun.special else []))
    net = sum(step.amount for step in steps)
    if begun.included:  # what is deducted is deducted with its tax
        tax = begun.stated - whole((begun.gross - net) * (1 + tax_rate)) - net
    else:
        tax = whole(net * tax_rate)
    return Waterfall(steps, begun.gross, net, tax)


def waterfall(listed: Listed, quantity: int, tax_rate: Decimal, currency: str = "CNY", **more: Any) -> Waterfall:
    """A line without promotions; `more` is level and special.

    >>> found = waterfall(Listed(Decimal("182193.74"), 4, "price:7"), 20, Decimal("0.13"))
    >>> found.net
    91096870
    """
    return finish(start(listed, quantity, tax_rate, currency, **more), tax_rate)


def _amounts(listed: Listed, quantity: int, tax_rate: Decimal, currency: str) -> tuple[int, int]:
    """What a quantity costs as stated, and without tax; each rounded once."""
    stated = amount(listed.price, listed.per, quantity, currency).minor
    return stated, without_tax(stated, tax_rate) if listed.included else stated


def _share(total: int, of: int, count: int) -> int:
    """The part of an amount that `count` of `of` units are, half up."""
    return (Fraction(total * count, of) + Fraction(1, 2)).__floor__()
