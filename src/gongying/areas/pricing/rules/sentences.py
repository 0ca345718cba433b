"""A promotion in a sentence, as a salesman would say it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as say

from gongying.books.prices.read import PromotionTerms
from gongying.books.prices.read.documents import StepIn

Names = Mapping[str, str]  # the names of products and groups by code, in the reader's language


def unit_word(code: str) -> str:
    """A unit as people say it."""
    return {"": say("pc"), "EA": say("pc"), "CS": say("case")}.get(code, code)


def currency_word(code: str) -> str:
    """A currency as people say it in a sentence."""
    return say("yuan") if code == "CNY" else code


def amount(value: Decimal) -> str:
    """A number with its thousands: 12,500 or 0.5.

    >>> amount(Decimal("12500.00")), amount(Decimal("0.50"))
    ('12,500', '0.5')
    """
    text = f"{value.normalize():,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def sentence(terms: PromotionTerms, names: Names) -> str:
    """What the promotion gives, without its dates and limits."""
    goods = _goods(terms, names)
    if terms.form == "buy_get":
        return _buy_get(terms, goods, names)
    if terms.form == "bundle":
        parts = " + ".join(
            f"{names.get(p.product, p.product)} × {p.quantity} {unit_word(terms.unit)}" for p in terms.parts
        )
        return say("Every set of %(parts)s: %(reward)s") % {
            "parts": parts,
            "reward": _reward(terms, terms.rate, names),
        }
    steps = say("; ").join(_step(terms, step, names) for step in terms.steps)
    return f"{goods}{say(': ')}{steps}"


def _goods(terms: PromotionTerms, names: Names) -> str:
    codes = [*terms.products, *terms.categories]
    if not codes:
        return say("Everything")
    shown = say(", ").join(names.get(code, code) for code in codes[:3])
    return shown if len(codes) <= 3 else say("%(some)s and %(more)s more") % {"some": shown, "more": len(codes) - 3}


def _gift(terms: PromotionTerms, count: Any, names: Names) -> str:
    unit = unit_word(terms.gift_unit or (terms.unit if not terms.gift else ""))
    what = names.get(terms.gift, terms.gift)
    said = {"count": count, "unit": unit, "what": what}
    return say("%(count)s %(unit)s of %(what)s free") % said if what else say("%(count)s %(unit)s free") % said


def _buy_get(terms: PromotionTerms, goods: str, names: Names) -> str:
    said = {"goods": goods, "gift": _gift(terms, terms.get, names), "currency": currency_word(terms.currency)}
    if terms.basis == "value":
        return say("%(goods)s: for every %(buy)s %(currency)s %(gift)s") % (said | {"buy": amount(terms.buy)})
    said |= {"buy": amount(terms.buy), "unit": unit_word(terms.unit)}
    return say("%(goods)s: buy %(buy)s %(unit)s, %(gift)s") % said


def _step(terms: PromotionTerms, step: StepIn, names: Names) -> str:
    unit = currency_word(terms.currency) if terms.basis == "value" else unit_word(terms.unit)
    said = {"start": amount(step.start), "unit": unit, "reward": _reward(terms, step.rate, names)}
    return say("from %(start)s %(unit)s %(reward)s") % said if step.start else str(said["reward"])


def _reward(terms: PromotionTerms, rate: Decimal, names: Names) -> str:
    if terms.reward == "gift":
        return _gift(terms, int(rate), names)
    if terms.reward == "percent":
        return say("%(rate)s%% off") % {"rate": amount(rate * 100)}
    said = {"rate": amount(rate), "currency": currency_word(terms.currency), "unit": unit_word(terms.unit)}
    return (
        say("%(rate)s %(currency)s off each %(unit)s") % said
        if terms.reward == "per_unit"
        else say("%(rate)s %(currency)s off") % said
    )


def left_words(left: int | None) -> str:
    """What is left for a customer."""
    if left is None:
        return ""
    return say("%(left)s pc left for you") % {"left": f"{left:,}"} if left else say("used up")
