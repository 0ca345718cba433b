"""The derivation of a statement in words: every step says its formula, the numbers in it, and what came out."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as say

from gongying.core import calendar
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing
from gongying.core.ui.templatetags.ui import money, num, percent
from gongying.engines.capitals import capitals
from gongying.engines.money import exponent
from gongying.engines.rebates import major

from ..models import Run, Statement
from ..rules import Programme
from .calculation import counted_in


@dataclass(frozen=True)
class Said:
    """A step in words. `parts` are (reading, value) pairs that sum to it, such as the slices of a ladder."""

    code: str
    title: str
    formula: str
    reading: str
    value: str
    parts: list[tuple[str, str]] = field(default_factory=list)


def document_of(row: Statement) -> Programme:
    """The programme a statement was derived by, in the version its run names."""
    return document_of_run(row.run)


def document_of_run(run: Run) -> Programme:
    """The programme a run settled, in the version it names."""
    document = policies.parsed(policies.version(run.version_id))
    if not isinstance(document, Programme):
        raise Missing("no such programme")
    return document


def span_of(run: Run) -> calendar.Period:
    """The days whose lines a run counted: its period, up to the end of the version it names."""
    return counted_in(calendar.period(run.period), policies.version(run.version_id).effective_to)


def in_capitals(minor: int, currency: str) -> str:
    """An amount in Chinese capitals as papers carry it, for renminbi; empty for other currencies."""
    return f"人民币{capitals(minor)}" if currency == "CNY" else ""


def base_text(document: Programme, base: int) -> str:
    """A base in its unit: money or pieces."""
    if document.basis == "value":
        return money(base, document.currency)
    return say("%(count)s pieces") % {"count": num(base)}


def rate_text(document: Programme, rate: Decimal) -> str:
    """A rate as the programme means it: a percentage, an amount a piece, or a fixed amount."""
    if document.method in ("slab", "marginal") and document.basis == "value":
        return percent(rate, 2)
    amount = money(rate.scaleb(exponent(document.currency)), document.currency)
    return amount if document.method == "fixed" else say("%(amount)s a piece") % {"amount": amount}


def tier_text(document: Programme, tier: int | None) -> str:
    """A tier by its place: 2 of 4."""
    if tier is None:
        return say("below the first tier")
    return say("tier %(place)s of %(count)s") % {"place": tier + 1, "count": len(document.tiers)}


def told(row: Statement, document: Programme, earlier: Sequence[Statement]) -> list[Said]:
    """A statement step by step: lines, base, tier, rate, adjustments, entitled, settled before, due, paid."""
    parts: list[dict[str, Any]] = json.loads(row.derivation)
    return [
        *_base(row, document),
        *(_outside(row) if parts[0]["code"] == "outside" else _ladder(document, row, parts[0])),
        *(_adjustment(row, part) for part in parts[1:]),
        *_due(row, document, earlier),
        _paid(row),
    ]


def _base(row: Statement, document: Programme) -> Iterator[Said]:
    span = span_of(row.run)
    scope = [*document.categories, *document.products]
    reading = say("%(start)s to %(end)s, %(scope)s, as known at line %(mark)s") % {
        "start": span.start,
        "end": span.last_day,
        "scope": " ".join(scope) or say("all products"),
        "mark": num(row.run.watermark),
    }
    if document.without:
        reading += "; " + say("without %(products)s") % {"products": " ".join(document.without)}
    count = say("%(count)s lines") % {"count": num(row.lines)}
    yield Said("lines", say("Invoice lines"), say("what was invoiced in the period and counts"), reading, count)
    formula = (
        say("sum of net amounts = gross − discount") if document.basis == "value" else say("sum of quantities")
    )
    note = say("Tax and freight never count; returns count as negative.")
    yield Said("base", say("Base"), formula, note, base_text(document, row.base))


def _outside(row: Statement) -> Iterator[Said]:
    formula = say("no line of this distributor is left in the scope of the programme")
    reading = say("Neither tier, fixed amount nor guarantee: what was settled is taken back.")
    yield Said("outside", say("Outside the programme"), formula, reading, money(0, row.currency))


def _ladder(document: Programme, row: Statement, part: dict[str, Any]) -> Iterator[Said]:
    terms, inputs = document.terms(), part["inputs"]
    counted = Decimal(inputs["counted"])
    shown = _counted(document, counted)
    if counted != major(row.base, terms):
        cap = {"base": base_text(document, row.base), "cap": shown}
        yield Said(
            "base_cap",
            say("Cap of the base"),
            say("min(base, cap)"),
            say("%(base)s is cut to %(cap)s") % cap,
            shown,
        )
    yield _tier(document, row.tier, counted)
    amount, title = money(part["amount"], row.currency), say("Amount by the ladder")
    if row.tier is None:
        yield Said("ladder", title, say("nothing below the first tier"), "", amount)
    elif document.method == "marginal":
        slices = [
            (f"{_counted(document, Decimal(c['inputs']['part']))} × {rate_text(document, Decimal(c['inputs']['rate']))}", money(c["amount"], row.currency))
            for c in part["children"]
        ]  # fmt: skip
        yield Said("ladder", title, say("each tier's rate on the part of the base inside it"), "", amount, slices)
    elif document.method == "fixed":
        yield Said(
            "ladder",
            title,
            say("the fixed amount of the tier"),
            rate_text(document, Decimal(inputs["rate"])),
            amount,
        )
    else:
        reading = f"{shown} × {rate_text(document, Decimal(inputs['rate']))} = {amount}"
        yield Said("ladder", title, say("base × rate of the tier, on the whole base"), reading, amount)


def _tier(document: Programme, tier: int | None, counted: Decimal) -> Said:
    formula = say("from (included) ≤ base < to (not included)")
    first = document.tiers[0]
    if tier is None:
        reading = f"{_counted(document, counted)} < {_counted(document, first.start)}"
        return Said("tier", say("Tier and rate"), formula, reading, tier_text(document, None))
    step = document.tiers[tier]
    above = document.tiers[tier + 1].start if tier + 1 < len(document.tiers) else None
    reading = f"{_counted(document, step.start)} ≤ {_counted(document, counted)}"
    if above is not None:
        reading += f" < {_counted(document, above)}"
    value = f"{tier_text(document, tier)} · {rate_text(document, step.rate)}"
    return Said("tier", say("Tier and rate"), formula, reading, value)


def _counted(document: Programme, counted: Decimal) -> str:
    """A base given in major units (yuan or pieces)."""
    scale = exponent(document.currency) if document.basis == "value" else 0
    return base_text(document, int(counted.scaleb(scale)))


def _adjustment(row: Statement, part: dict[str, Any]) -> Said:
    amount = money(part["amount"], row.currency)
    if part["code"] == "guarantee":
        limit = money(int(part["inputs"]["guarantee"]), row.currency)
        reading = say("raised to the guaranteed %(amount)s") % {"amount": limit}
        return Said("guarantee", say("Guarantee"), say("max(amount, guarantee)"), reading, amount)
    limit = money(int(part["inputs"]["cap"]), row.currency)
    reading = say("cut to the cap of %(amount)s") % {"amount": limit}
    return Said("payout_cap", say("Cap of the payout"), say("min(amount, cap)"), reading, amount)


def _due(row: Statement, document: Programme, earlier: Sequence[Statement]) -> Iterator[Said]:
    entitled, before = money(row.entitled_minor, row.currency), money(row.settled_minor, row.currency)
    text = say("for the whole period so far")
    yield Said("entitled", say("Entitled"), say("amount by the ladder + adjustments"), text, entitled)
    runs = [(each.run.number, money(each.due_minor, each.currency)) for each in earlier]
    none = "" if runs else say("This is the first settlement of the period.")
    yield Said(
        "settled", say("Settled before"), say("sum of the earlier statements of the period"), none, before, runs
    )
    due = money(row.due_minor, row.currency)
    reading = f"{entitled} − {before} = {due}"
    if row.due_minor < 0:
        reading += "; " + say("taken back, because lines were returned or corrected")
    yield Said("due", say("Due"), say("entitled − settled before"), reading, due)


def _paid(row: Statement) -> Said:
    formula = say("double entry: rebate expense to the rebate account")
    if row.run.state == "posted":
        text = say("%(document)s on %(day)s") % {"document": row.run.number, "day": row.run.business_date}
        return Said(
            "paid", say("Credited to the rebate account"), formula, text, money(row.due_minor, row.currency)
        )
    waiting = row.run.state == "pending"
    text = say("held until a second person approves") if waiting else say("the run was turned down")
    return Said("paid", say("Credited to the rebate account"), formula, text, money(0, row.currency))
