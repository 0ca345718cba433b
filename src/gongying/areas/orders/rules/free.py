"""Goods that cost nothing: why they are given, what may be given, and what they are worth. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.engines.money import whole

from . import OrderRules

GIVEN = (
    "sample",
    "display",
    "training",
    "replacement",
)  # what a person asks for; `reward` follows from a programme
KINDS: dict[str, Any] = {
    "promotion": _("promotion"),
    "reward": _("reward in goods"),
    "sample": _("samples"),
    "display": _("display goods"),
    "training": _("training goods"),
    "replacement": _("replacement"),
}
DEEMED = ("reward", "sample", "display", "training")


@dataclass(frozen=True, slots=True)
class Left:
    """What may still be given to a distributor in a quarter: the limit, what was given, the rest, in minor units. None: no limit."""

    limit: int | None
    given: int

    @property
    def rest(self) -> int | None:
        """What is left of the limit."""
        return None if self.limit is None else max(0, self.limit - self.given)


def left(rules: OrderRules, *, currency: str, scale: int, given: int) -> Left:
    """The quarter's limit counts in the currency of the rules only: what is given in another one has none.

    >>> left(OrderRules(free_quarter=Decimal(1000)), currency="CNY", scale=100, given=40_000).rest
    60000
    """
    limited = rules.free_quarter is not None and currency == rules.currency
    return Left(int((rules.free_quarter or Decimal(0)) * scale) if limited else None, given)


def needs_person(rules: OrderRules, *, worth_minor: int, currency: str, scale: int) -> bool:
    """Whether somebody else has to agree: above `free_up_to`, and always in another currency.

    >>> needs_person(OrderRules(free_up_to=Decimal(100)), worth_minor=10_000, currency="CNY", scale=100)
    False
    """
    return currency != rules.currency or Decimal(worth_minor) > rules.free_up_to * scale


def deemed_tax(kind: str, worth_minor: int, rate: Decimal) -> int:
    """Output tax (minor units) on goods that are given away without anything sold beside them, which Chinese VAT treats as
    sold (视同销售, art. 4 (8) of the implementing rules; the base is the price of like goods, art. 16). Free goods of a promotion
    stand on the invoice of the goods they came with as a discount, and a replacement under warranty is no gift: neither is taxed.

    >>> deemed_tax("sample", 10_000, Decimal("0.13")), deemed_tax("promotion", 10_000, Decimal("0.13"))
    (1300, 0)
    """
    return whole(worth_minor * rate) if kind in DEEMED else 0
