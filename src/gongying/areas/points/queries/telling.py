"""How points were earned, step by step: figure, rule, weight, level, cap."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as say

from gongying.books.metrics import read as metrics
from gongying.books.trade import read as trade
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.ui.templatetags.ui import money, num, percent
from gongying.engines.money import exponent

from ..models import Earning
from ..rules import EarningRule, Programme
from .policies import named, programme_of


@dataclass(frozen=True)
class Said:
    """A step: the rule, the figure it saw with its formula, the calculation in numbers, the points; `lines` says whether
    there are sales lines behind it."""

    code: str
    name: str
    figure: str
    formula: str
    value: str
    reading: str
    points: int
    note: str
    lines: bool


def derivation_of(row: Earning) -> list[dict[str, Any]]:
    """The parts as they were written."""
    found: list[dict[str, Any]] = json.loads(row.derivation)
    return found


def window_of(row: Earning) -> tuple[date, date]:
    """The days whose figures counted: [start, end)."""
    span = calendar.period(row.award.period)
    return span.start, min(span.end, row.award.business_date + timedelta(days=1))


def told(row: Earning) -> list[Said]:
    """Every rule of an earning in its order."""
    document = programme_of(row.award.version_id)
    rules = {rule.code: rule for rule in document.rules}
    return list(_steps(row, document, rules))


def _steps(row: Earning, document: Programme, rules: dict[str, EarningRule]) -> Iterator[Said]:
    for part in derivation_of(row):
        rule = rules[part["code"]]
        value = None if part["value"] is None else Decimal(part["value"])
        figure, formula = figure_of(rule)
        yield Said(
            rule.code,
            named(rule),
            figure,
            formula,
            shown(rule, value, document.currency),
            _reading(rule, value, Decimal(part["exact"]), row.multiplier, document.currency),
            int(part["points"]),
            _why(rule, part["why"], document),
            rule.kind in ("value", "pieces", "target", "outlets"),
        )


def figure_of(rule: EarningRule) -> tuple[str, str]:
    """The name and the formula of the figure a rule rests on."""
    if rule.kind == "outlets":
        return say("New outlets"), say(
            "Buyers in sell-through and sell-out that were never sold to before the period"
        )
    metric = metrics.METRICS.get(rule.figure)
    if metric is None:
        return rule.figure, ""
    group = f" · {rule.group}" if rule.group else ""
    return f"{metric.label}{group}", str(metric.formula)


def shown(rule: EarningRule, value: Decimal | None, currency: str) -> str:
    """A figure in its unit."""
    if value is None:
        return say("unknown")
    metric = metrics.METRICS.get(rule.figure)
    unit = metric.unit if metric else "count"
    if unit == "money":
        return money(value.scaleb(exponent(currency)), currency)
    return percent(value) if unit == "ratio" else num(value, 0 if value == int(value) else 2)


def _reading(rule: EarningRule, value: Decimal | None, exact: Decimal, factor: Decimal, currency: str) -> str:
    """figure / step x points x weight x level = exact."""
    if not exact:
        return ""
    parts = [
        f"{shown(rule, value, currency)} ÷ {shown(rule, rule.per, currency)} × {num(rule.points, _places(rule.points))}"
    ]
    parts += [f"× {percent(rule.weight, 0)}"] if rule.weight != 1 else []
    parts += [f"× {num(factor, _places(factor))}"] if factor != 1 else []
    return f"{' '.join(parts)} = {num(exact, 2)}"


def _places(value: Decimal) -> int:
    return 0 if value == int(value) else 2


def _why(rule: EarningRule, why: str, document: Programme) -> str:
    if why == "below":
        return say("below %(least)s: this rule gives nothing") % {
            "least": shown(rule, rule.at_least, document.currency)
        }
    if why == "capped":
        return say("at most %(cap)s points by this rule") % {"cap": num(rule.cap)}
    if why == "full":
        return say("at most %(cap)s points in a period") % {"cap": num(document.cap)}
    words = {
        "unknown": say("there is no figure for this period"),
        "nothing": say("the figure is zero or less"),
        "stopped": say("a rule before this one ends the list"),
    }
    return words.get(why, "")


def lines_behind(actor: Actor, row: Earning, code: str) -> QuerySet[Any]:
    """The sales lines a rule of an earning counted, as they were known to the award."""
    rule = rule_of(row, code)
    start, end = window_of(row)
    groups = (rule.group,) if rule is not None and rule.group else ()
    return trade.lines(
        actor,
        level="sell_in",
        start=start,
        end=end,
        party_id=row.party_id,
        categories=groups,
        up_to=row.award.watermark,
    )


def rule_of(row: Earning, code: str) -> EarningRule | None:
    """A rule of the programme an earning was made by."""
    return next((each for each in programme_of(row.award.version_id).rules if each.code == code), None)
