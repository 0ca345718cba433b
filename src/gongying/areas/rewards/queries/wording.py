"""Bases, rates and tiers of a programme in words."""

from decimal import Decimal

from django.utils.translation import gettext as say

from gongying.core.ui.templatetags.ui import money, num, percent
from gongying.engines.capitals import capitals
from gongying.engines.money import exponent
from gongying.engines.rebates import MONEY, RELATIVE

from ..rules import Programme, plain


def in_capitals(minor: int, currency: str) -> str:
    """An amount in Chinese capitals as papers carry it, for renminbi; empty for other currencies."""
    return f"人民币{capitals(minor)}" if currency == "CNY" else ""


def base_text(document: Programme, base: int) -> str:
    """A base, as it is summed, in its unit: money, pieces, kilograms, litres or points."""
    if document.basis in MONEY:
        return money(base, document.currency)
    if document.basis == "weight":
        return say("%(amount)s kg") % {"amount": num(Decimal(base).scaleb(-3), 3)}
    if document.basis == "volume":
        return say("%(amount)s l") % {"amount": num(Decimal(base).scaleb(-3), 3)}
    if document.basis == "points":
        return say("%(count)s points") % {"count": num(base)}
    return say("%(count)s pieces") % {"count": num(base)}


def counted_text(document: Programme, counted: Decimal) -> str:
    """A base given as it is written: yuan, pieces, kilograms."""
    return base_text(document, int(counted.scaleb(document.places)))


def rate_text(document: Programme, rate: Decimal) -> str:
    """A rate as the programme means it: a percentage, an amount a unit, or a fixed amount."""
    if document.in_percent:
        return percent(rate, 2)
    amount = money(rate.scaleb(exponent(document.currency)), document.currency)
    if document.method == "fixed":
        return amount
    said = {
        "weight": say("%(amount)s a kilogram"),
        "volume": say("%(amount)s a litre"),
        "points": say("%(amount)s a point"),
    }
    return said.get(document.basis, say("%(amount)s a piece")) % {"amount": amount}


def tier_text(document: Programme, tier: int | None) -> str:
    """A tier by its place: 2 of 4."""
    if tier is None:
        return say("below the first tier")
    return say("tier %(place)s of %(count)s") % {"place": tier + 1, "count": len(document.tiers)}


def start_text(document: Programme, start: Decimal) -> str:
    """The start of a tier as it is written: a base, a share of what it is measured against, or a number of its own."""
    if document.measure in RELATIVE or document.measure == "share":
        return percent(start, 2)
    return counted_text(document, start) if document.measure == "base" else plain(start)


def measure_text(document: Programme) -> str:
    """What the ladder is read by."""
    return {
        "base": say("the base"),
        "target": say("the share of the target that is reached"),
        "previous": say("the base against the same days last year"),
        "share": say("the share of the focus products"),
        "range": say("the number of different products"),
        "figure": say("the figure %(code)s") % {"code": document.figure},
    }[document.measure]
