"""The steps of a derivation in words: the ladder, and what is added to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as say

from gongying.core.ui.templatetags.ui import money, num, percent
from gongying.engines.rebates import RELATIVE, STATED, major

from ..models import Statement
from ..rules import GATES, Programme, plain, told_gates
from .wording import base_text, counted_text, measure_text, rate_text, start_text, tier_text


@dataclass(frozen=True)
class Said:
    """A step in words. `parts` are (reading, value) pairs that sum to it, such as the slices of a ladder."""

    code: str
    title: str
    formula: str
    reading: str
    value: str
    parts: list[tuple[str, str]] = field(default_factory=list)


def ladder_told(row: Statement, document: Programme, part: dict[str, Any]) -> Iterator[Said]:
    """From the base to the amount by the ladder: what it is net of, its cap, what it is measured against, tier, amount."""
    inputs, base = part["inputs"], int(part["inputs"]["base"])
    counted = Decimal(inputs["counted"])
    if "deducted" in inputs:
        less = int(inputs["deducted"])
        reading = f"{base_text(document, base)} − {base_text(document, less)}"
        formula = say("base − what %(programmes)s pay on it") % {"programmes": " ".join(document.net_of)}
        yield Said("net_of", say("Net of other programmes"), formula, reading, base_text(document, base - less))
        base -= less
    if counted != major(base, document.terms()):
        cap = {"base": base_text(document, base), "cap": counted_text(document, counted)}
        reading = say("%(base)s is cut to %(cap)s") % cap
        yield Said("base_cap", say("Cap of the base"), say("min(base, cap)"), reading, cap["cap"])
    index = _tier_of(document, inputs)
    if document.measure != "base":
        yield _measured(document, inputs, counted)
    yield _tier(document, index, inputs, counted)
    yield _amount(row.currency, document, part, index, counted)


def _tier_of(document: Programme, inputs: dict[str, str]) -> int | None:
    """The tier a derivation says it used, by its start."""
    starts = [step.start for step in document.tiers]
    return None if not inputs["start"] else starts.index(Decimal(inputs["start"]))


def _measured(document: Programme, inputs: dict[str, str], counted: Decimal) -> Said:
    title = say("What the ladder is read by")
    if document.measure in RELATIVE:
        reference = int(inputs["reference"])
        share = counted / major(reference, document.terms())
        reading = f"{counted_text(document, counted)} ÷ {base_text(document, reference)}"
        return Said("measure", title, measure_text(document), reading, percent(share, 2))
    stated = Decimal(inputs["stated"])
    value = (
        percent(stated, 2) if document.measure == "share" else num(stated, 0 if document.measure == "range" else 2)
    )
    return Said("measure", title, measure_text(document), "", value)


def _tier(document: Programme, tier: int | None, inputs: dict[str, str], counted: Decimal) -> Said:
    formula = say("from (included) ≤ base < to (not included)")
    measured = _shown(document, inputs, counted)
    if tier is None:
        reading = f"{measured} < {start_text(document, document.tiers[0].start)}"
        return Said("tier", say("Tier and rate"), formula, reading, tier_text(document, None))
    step = document.tiers[tier]
    reading = f"{start_text(document, step.start)} ≤ {measured}"
    if tier + 1 < len(document.tiers):
        reading += f" < {start_text(document, document.tiers[tier + 1].start)}"
    return Said(
        "tier",
        say("Tier and rate"),
        formula,
        reading,
        f"{tier_text(document, tier)} · {rate_text(document, step.rate)}",
    )


def _shown(document: Programme, inputs: dict[str, str], counted: Decimal) -> str:
    """The number that is held against the tiers, as the tiers are written."""
    if document.measure in STATED:
        return start_text(document, Decimal(inputs["stated"]))
    if document.measure in RELATIVE:
        return percent(counted / major(int(inputs["reference"]), document.terms()), 2)
    return counted_text(document, counted)


def _amount(currency: str, document: Programme, part: dict[str, Any], tier: int | None, counted: Decimal) -> Said:
    amount, title, inputs = money(part["amount"], currency), say("Amount by the ladder"), part["inputs"]
    if tier is None:
        return Said("ladder", title, say("nothing below the first tier"), "", amount)
    rate = rate_text(document, Decimal(inputs["rate"]))
    if document.method == "marginal":
        slices = [
            (f"{counted_text(document, Decimal(c['inputs']['part']))} × {rate_text(document, Decimal(c['inputs']['rate']))}", money(c["amount"], currency))
            for c in part["children"]
        ]  # fmt: skip
        return Said("ladder", title, say("each tier's rate on the part of the base inside it"), "", amount, slices)
    if document.method == "fixed":
        return Said("ladder", title, say("the fixed amount of the tier"), rate, amount)
    if document.method == "excess":
        above = counted - Decimal(inputs["above"])
        reading = f"({counted_text(document, counted)} − {counted_text(document, Decimal(inputs['above']))}) × {rate} = {amount}"
        formula = say("what lies above the first start × rate of the tier")
        return Said("ladder", title, formula, reading if above else "", amount)
    if document.method in ("rolling", "total"):
        return Said("ladder", title, FULL[document.method](), _full(document, tier, counted), amount)
    reading = f"{counted_text(document, counted)} × {rate} = {amount}"
    return Said("ladder", title, say("base × rate of the tier, on the whole base"), reading, amount)


FULL = {
    "rolling": lambda: say("every full tier's rate on its upper end, the reached tier's rate on the whole base"),
    "total": lambda: say("the rates of all reached tiers on the whole base"),
}


def _full(document: Programme, tier: int, counted: Decimal) -> str:
    """The sum behind the two methods that pay several tiers."""
    steps = document.tiers
    if document.method == "total":
        return " + ".join(
            f"{counted_text(document, counted)} × {rate_text(document, step.rate)}" for step in steps[: tier + 1]
        )
    below = [
        f"{counted_text(document, steps[k + 1].start)} × {rate_text(document, steps[k].rate)}" for k in range(tier)
    ]
    return " + ".join([*below, f"{counted_text(document, counted)} × {rate_text(document, steps[tier].rate)}"])


def adjustment_told(currency: str, part: dict[str, Any]) -> Said:
    """A step after the ladder: factor, guarantee, cap, gate, what waits."""
    amount, inputs, code = money(part["amount"], currency), part["inputs"], part["code"]
    if code == "factor":
        reading = say("× %(factor)s, by the days of inventory") % {"factor": plain(Decimal(inputs["factor"]))}
        return Said(
            code,
            say("Turnover"),
            say("1 + slope × (benchmark − days of inventory), between its bounds"),
            reading,
            amount,
        )
    if code == "gate":
        return Said(
            code, say("Gates"), say("every gate must hold, or nothing is paid"), gates_text(inputs["gates"]), amount
        )
    if code == "waits":
        reading = say("The account does not cover it: it is taken back when it does.")
        return Said(code, say("Not taken back yet"), say("due, as far as the account covers it"), reading, amount)
    if code == "guarantee":
        reading = say("raised to the guaranteed %(amount)s") % {"amount": money(int(inputs["guarantee"]), currency)}
        if "earlier" in inputs:
            said = {"periods": inputs["periods"], "earlier": money(int(inputs["earlier"]), currency)}
            reading += "; " + say("%(periods)s times the guarantee less %(earlier)s of the periods before") % said
        return Said(code, say("Guarantee"), say("max(amount, guarantee)"), reading, amount)
    reading = say("cut to the cap of %(amount)s") % {"amount": money(int(inputs["cap"]), currency)}
    return Said(code, say("Cap of the payout"), say("min(amount, cap)"), reading, amount)


def gates_text(told: str) -> str:
    """Gates that did not hold, by name, each with the figure it was judged by."""
    said = []
    for code, of, value in told_gates(told):
        name = GATES[code].called(of) if code in GATES else " ".join(filter(None, (code, of)))
        said.append(f"{name}: {value}" if value else name)
    return " · ".join(said)
