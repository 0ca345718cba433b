"""Numbers, money and dates the way the house writes them."""

from decimal import Decimal
from typing import Any

from django import template

from gongying.core.ui import links
from gongying.core.words import is_chinese, pick
from gongying.engines.money import exponent

register = template.Library()
SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥"}
MYRIADS = ((10**8, "亿", 2), (10**4, "万", 1))
THOUSANDS = ((10**9, "B", 2), (10**6, "M", 1), (10**3, "K", 1))


@register.filter
def num(value: Any, digits: int = 0) -> str:
    """Thousands separated: 309800 is 309,800 in both languages; None is a dash."""
    return "–" if value is None else f"{Decimal(value):,.{digits}f}"


@register.filter
def money(minor: Any, currency: str = "CNY") -> str:
    """Minor units as ¥1,234,567.89."""
    if minor is None:
        return "–"
    places = exponent(currency)
    amount = Decimal(minor).scaleb(-places)
    sign = "-" if amount < 0 else ""
    return f"{sign}{SIGNS.get(currency, currency + ' ')}{abs(amount):,.{places}f}"


@register.filter
def short_money(minor: Any, currency: str = "CNY") -> str:
    """Minor units on tiles: 123.5万, 2.36亿; K, M, B in English."""
    if minor is None:
        return "–"
    amount = Decimal(minor).scaleb(-exponent(currency))
    for size, unit, digits in MYRIADS if is_chinese() else THOUSANDS:
        if abs(amount) >= size:
            return f"{amount / size:,.{digits}f}{unit}"
    return f"{amount:,.0f}"


@register.filter
def percent(value: Any, digits: int = 1) -> str:
    """A fraction as 12.3%; None is a dash."""
    return "–" if value is None else f"{Decimal(value) * 100:.{digits}f}%"


@register.filter
def label(thing: Any) -> str:
    """The name of a thing with `name` and `name_en` in the reader's language."""
    return pick(thing.name, thing.name_en)


@register.filter
def link_to(key: Any, kind: str) -> str:
    """The address of a thing by its kind: `{{ party_id|link_to:"party" }}`."""
    return links.to(kind, key)
