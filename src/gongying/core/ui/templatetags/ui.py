"""Numbers, money and dates the way the house writes them."""

import html
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from gongying.core.people.models import ROLE_NAMES
from gongying.core.ui import links
from gongying.core.words import is_chinese, pick
from gongying.engines.money import POINTS, exponent

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
    if currency == POINTS:
        return f"{sign}{abs(amount):,} {gettext('points')}"
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
def role(code: str) -> str:
    """A role as people call it."""
    return str(ROLE_NAMES.get(code, code))


@register.filter
def link_to(key: Any, kind: str) -> str:
    """The address of a thing by its kind: `{{ party_id|link_to:"party" }}`."""
    return links.to(kind, key)


@register.filter
def may(actor: Any, permission: str) -> bool:
    """Whether somebody holds a permission: `{% if actor|may:"control.policies" %}` keeps links that would lead nowhere away."""
    return actor is not None and actor.can(permission)


@register.filter
def titled(notice: Any) -> str:
    """The title of a message in the reader's language."""
    return pick(notice.title, notice.title_en)


@register.filter
def bodied(notice: Any) -> str:
    """The text of a message in the reader's language."""
    return pick(notice.body, notice.body_en)


@register.filter
def titled_policy(row: Any) -> str:
    """The title of a policy in the reader's language."""
    return pick(row.title, row.title_en)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line icon of the sprite; it says nothing by itself, so readers skip it."""
    return _icon(name)


@cache
def _icon(name: str) -> SafeString:
    """Made once: a page has a hundred icons, and the address of the sprite is that of this version of the house."""
    return format_html('<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>', static("ui/icons.svg"), name)


TONES: dict[str, set[str]] = {
    "good": {
        "posted", "approved", "published", "done", "confirmed", "whole", "active", "ok", "sale", "in force", "paid", "delivered",
        "released", "accepted", "matched", "closed", "resolved", "received", "acknowledged",
    },
    "bad": {
        "disputed", "rejected", "failed", "void", "forbidden", "withdrawn", "broken", "refused", "disabled", "held", "overdue",
        "expired", "cancelled", "short", "blocked", "missing", "late", "revoked",
    },
    "wait": {
        "pending", "open", "draft", "queued", "running", "submitted", "to be confirmed", "to come", "sent", "shipped",
        "requested", "proposed", "partly", "allocated", "invoiced", "in transit", "answered", "returned",
    },
}  # fmt: skip
SIGNS_OF = {"good": "check", "bad": "alert", "wait": "clock", "mute": "info"}


@register.filter
def state(value: Any) -> SafeString:
    """A state as a badge: word, icon and colour."""
    return _badge(str(value), get_language() or "")


@lru_cache(maxsize=1024)
def _badge(value: str, language: str) -> SafeString:
    tone = next((tone for tone, words in TONES.items() if value in words), "mute")
    return format_html('<span class="badge {}">{}{}</span>', tone, icon(SIGNS_OF[tone]), gettext(value))


@register.filter
def heat(value: Any) -> str:
    """The class of an attainment: below 75 %, 90 %, 100 %, 110 %, above."""
    if value is None:
        return "none"
    steps = ((Decimal("0.75"), "h1"), (Decimal("0.9"), "h2"), (Decimal(1), "h3"), (Decimal("1.1"), "h4"))
    return next((css for limit, css in steps if Decimal(value) < limit), "h5")


@register.filter
def bar(share: Any) -> SafeString:
    """A fraction as a bar, full at 100 %."""
    return format_html('<span class="bar" aria-hidden="true"><i style="width:{}%"></i></span>', _within(share, 100))


@register.filter
def attained(share: Any) -> SafeString:
    """An attainment as a bar in its tone, full at 125 %, with a mark at 100 %."""
    value = Decimal(share or 0)
    tone = "bad" if value < Decimal("0.75") else "warn" if value < Decimal("0.9") else ""
    said = '<span class="bar marked {}" aria-hidden="true"><i style="width:{}%"></i></span>'
    return format_html(said, tone, _within(share, 80))


def _within(share: Any, hundred: int) -> int:
    return max(0, min(100, int(Decimal(share or 0) * hundred)))


@register.filter
def with_bar(share: Any, kind: str = "bar") -> SafeString:
    """A fraction in per cent behind its bar, so that the bars of a column begin at one place; kind: bar, attained."""
    drawn = attained(share) if kind == "attained" else bar(share)
    return format_html('<span class="withbar">{}<span>{}</span></span>', drawn, percent(share))


SHOWN: dict[str, Callable[[Any, str], Any]] = {
    "state": lambda value, currency: state(value),
    "bar": lambda value, currency: with_bar(value, "bar"),
    "attained": lambda value, currency: with_bar(value, "attained"),
    "growth": lambda value, currency: format_html(
        '<span class="{}">{}</span>', "neg" if value < 0 else "pos", percent(value)
    ),
    "num": lambda value, currency: num(value),
    "money": money,
    "percent": lambda value, currency: percent(value),
    "days": lambda value, currency: num(value, 0),
    "date": lambda value, currency: f"{value:%Y-%m-%d}",
    "time": lambda value, currency: f"{timezone.localtime(value):%Y-%m-%d %H:%M}",
}


@register.simple_tag
def cells(given: Iterable[Any]) -> SafeString:
    """The cells of a row of a table, each by its kind. Not a piece of template: a list has hundreds of them."""
    return mark_safe(  # noqa: S308 # nosec - every text in it is escaped
        "".join([f'<td class="{_css(each)}">{_linked(each)}</td>' for each in given])
    )


def _css(given: Any) -> str:
    kind = "num" if given.right else "date" if given.kind == "date" else ""
    return kind if given.phone else f"{kind} phone-hide"


def _linked(given: Any) -> str:
    """What a cell shows, escaped, within its link."""
    value = given.value
    shown = "–" if value is None or value == "" else value
    if shown is value and given.kind in SHOWN:
        shown = SHOWN[given.kind](value, given.currency)
    text = shown.__html__() if hasattr(shown, "__html__") else html.escape(str(shown))
    if not given.href:
        return text
    return f'<a{" data-panel" if given.panel else ""} href="{html.escape(given.href)}">{text}</a>'


@register.filter
def masked(phone: str) -> str:
    """A telephone number with its middle hidden: 138****6271."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 9 else phone
