"""Value added tax of a rebate that is granted after the sale: the tax in it, and its share on every invoice it belongs to.

The rebate is an amount with tax in it. Seller: a red-letter invoice on what was invoiced (国税函[2006]1279号). Buyer: input tax down
by rebate ÷ (1 + rate) × rate (国税发[2004]136号). Amounts are minor units. Method: docs/algorithms/accrual.md.

>>> tax_in(11_300_000, Decimal("0.13"))
1300000
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .money import Rounding, split, whole


@dataclass(frozen=True, slots=True)
class Invoiced:
    """What an invoice holds at one rate: its name and its net amount (minor units, above 0)."""

    document: str
    rate: Decimal
    net: int


@dataclass(frozen=True, slots=True)
class Share:
    """What of a rebate belongs to an invoice at one rate: gross = net + tax, minor units."""

    document: str
    rate: Decimal
    invoiced: int
    gross: int
    tax: int

    @property
    def net(self) -> int:
        """Without tax."""
        return self.gross - self.tax


def tax_in(gross: int, rate: Decimal, rounding: Rounding = Rounding.HALF_UP) -> int:
    """The tax in an amount, minor units: gross ÷ (1 + rate) × rate (F10), rounded once by name."""
    return whole(Decimal(gross) * rate / (1 + rate), rounding)


def tax_on(net: int, rate: Decimal, rounding: Rounding = Rounding.HALF_UP) -> int:
    """The tax on an amount without tax, minor units: net × rate, rounded once by name."""
    return whole(Decimal(net) * rate, rounding)


def shares(
    amount: int, invoices: Sequence[Invoiced], *, inclusive: bool = True, rounding: Rounding = Rounding.HALF_UP
) -> list[Share]:
    """Split a rebate (below 0: what is taken back) over invoices by their net amounts, to the last minor unit.

    The tax is rounded once a rate and split the same way, so that the shares of a rate carry the tax of its whole amount.
    Not `inclusive`: the amount is without tax, which comes on top. Raises ValueError without an invoice above 0.

    >>> two = [Invoiced("A1", Decimal("0.13"), 200), Invoiced("A2", Decimal("0.13"), 100)]
    >>> [(each.document, each.gross, each.tax) for each in shares(1130, two)]
    [('A1', 753, 87), ('A2', 377, 43)]
    """
    parts = split(amount, [each.net for each in invoices])
    by_rate: dict[Decimal, list[int]] = defaultdict(list)
    for place, each in enumerate(invoices):
        by_rate[each.rate].append(place)
    taxes = [0] * len(parts)
    for rate, places in by_rate.items():
        held = [parts[place] for place in places]
        whole_tax = (tax_in if inclusive else tax_on)(sum(held), rate, rounding)
        if any(held):
            for place, tax in zip(places, split(whole_tax, [abs(part) for part in held]), strict=True):
                taxes[place] = tax
    return [
        Share(each.document, each.rate, each.net, part if inclusive else part + tax, tax)
        for each, part, tax in zip(invoices, parts, taxes, strict=True)
    ]
