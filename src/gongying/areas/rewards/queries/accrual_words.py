"""The derivation of an accrued rebate in words: base, pace, scenarios, estimate, constraint, what is earned, what moves."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as say

from gongying.core.policies import read as policies
from gongying.core.ui.templatetags.ui import money, percent

from ..models import AccrualLine
from ..rules import Programme
from .steps import Said
from .wording import base_text


def accrual_told(line: AccrualLine) -> list[Said]:
    """A line step by step, each with its formula, the numbers in it and what came out."""
    told = json.loads(line.derivation)
    document = policies.parsed(policies.version(line.version_id))
    assert isinstance(document, Programme)
    return [*_pace(line, document, told), *_estimate(line, document, told), *_moved(line)]


def pace_said(document: Programme, base: int, pace: dict[str, Any]) -> Iterator[Said]:
    """The base so far and where it ends at its pace."""
    yield Said("base", say("Base so far"), say("what counts up to the day"), "", base_text(document, base))
    if pace["by"] == "over":
        text = say("The period is over: nothing has to be estimated.")
        yield Said("over", say("Period"), "", text, say("the period is over"))
        return
    season = {
        "own": say("his own sales in the same months of last year"),
        "network": say("everybody's sales in the same months of last year"),
    }.get(pace["season"], say("by days: nothing is known of last year"))
    reading = season if pace["by"] == "season" else say("by days: nothing of the season is over")
    yield Said("passed", say("Share of the season that is over"), say("weight of the days that are over ÷ weight of the period"), reading, percent(Decimal(pace["passed"]), 1))  # fmt: skip
    yield Said("rest", say("Still to come at this pace"), say("base × (1 − share) ÷ share"), "", base_text(document, pace["rest"]))  # fmt: skip


def _pace(line: AccrualLine, document: Programme, told: dict[str, Any]) -> Iterator[Said]:
    if told["pace"] is not None:
        yield from pace_said(document, told["base"], told["pace"])
    else:
        yield Said(
            "base", say("Base so far"), "", say("Nothing of this distributor counts."), base_text(document, 0)
        )


def _estimate(line: AccrualLine, document: Programme, told: dict[str, Any]) -> Iterator[Said]:
    currency = line.currency
    if len(told["outcomes"]) > 1:
        parts = [
            (f"{percent(Decimal(p), 0)} · {base_text(document, base)}", money(rebate, currency))
            for base, rebate, p in told["outcomes"]
        ]
        formula = (
            say("sum of probability × rebate")
            if told["method"] == "expected"
            else say("the rebate of the most probable outcome")
        )
        title = say("expected value") if told["method"] == "expected" else say("most likely amount")
        yield Said("scenarios", say("Scenarios"), formula, title, money(told["unconstrained"], currency), parts)
        formula = say("the smallest amount that is highly probably not exceeded")
        limits = {
            "likely": percent(Decimal(told["likely"]), 0),
            "kept": percent(Decimal(told["kept"]), 0),
            "significant": money(told["significant"], currency),
        }
        reading = (
            say("at least %(likely)s must hold, %(kept)s does; up to %(significant)s is not significant") % limits
        )
        if told["constrained"]:
            reading += "; " + say("the estimate is raised")
        yield Said("constraint", say("Constraint"), formula, reading, money(line.expected_minor, currency))
    else:
        text = say("what settling the period would entitle to")
        yield Said("entitled", say("Rebate of the period"), text, "", money(line.expected_minor, currency))
    share = f"{money(line.expected_minor, currency)} × {base_text(document, line.base)} ÷ {base_text(document, line.final_base)}"  # fmt: skip
    reading = share if 0 < line.base < line.final_base else ""
    yield Said("earned", say("Earned so far"), say("rebate × base so far ÷ final base"), reading, money(line.earned_minor, currency))  # fmt: skip


def _moved(line: AccrualLine) -> Iterator[Said]:
    currency = line.currency
    owed = max(0, line.earned_minor - line.settled_minor)
    reading = f"{money(line.earned_minor, currency)} − {money(line.settled_minor, currency)}"
    if line.earned_minor < line.settled_minor:
        reading += "; " + say("more was paid than is earned: nothing is owed, and no asset is booked")
    yield Said("owed", say("Refund liability"), say("earned − settled, at least nothing"), reading, money(owed, currency))  # fmt: skip
    parts = [
        (say("Opening"), money(line.opening_minor, currency)),
        (say("Accrued"), money(line.accrued_minor, currency)),
        (say("Used by settlements"), money(line.used_minor, currency)),
        (say("Released unused"), money(line.released_minor, currency)),
    ]
    formula = say("opening + accrued + used + released")
    text = say("only the difference to what stood is booked")
    yield Said("closing", say("Closing"), formula, text, money(line.closing_minor, currency), parts)
