"""A statement on paper and as a workbook: the same content as the screen."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as say

from gongying.books.money.read import Posting
from gongying.core.documents.paper import Paper
from gongying.core.documents.sheet import Sheet, workbook
from gongying.core.ui.templatetags.ui import label, money, num
from gongying.engines.money import exponent

from .. import queries
from ..rules import Programme

MOST_PRINTED = 500
MOST_ROWS = 100_000


@dataclass(frozen=True)
class Contents:
    """What both papers are made of; `title` is the programme in the reader's language."""

    title: str
    view: queries.StatementView
    document: Programme
    lines: Any
    entries: list[Posting]


def ladder(document: Programme, tier: int | None) -> list[dict[str, Any]]:
    """The tiers as rows: from, to, rate, and whether the base stands there."""
    return [
        {
            "start": queries.start_text(document, step.start),
            "end": "∞" if step.end is None else queries.start_text(document, step.end),
            "rate": queries.rate_text(document, step.rate),
            "here": place == tier,
        }
        for place, step in enumerate(document.tiers)
    ]


def _steps(view: queries.StatementView) -> list[list[str]]:
    """The derivation: step, formula with its numbers, value."""
    found = []
    for step in view.words:
        found.append([step.title, " · ".join(text for text in (step.formula, step.reading) if text), step.value])
        found += [["", reading, value] for reading, value in step.parts]
    return found


def _objections(view: queries.StatementView) -> list[list[str]]:
    rows = []
    for each in view.disputes:
        waiting = f"{say('awaiting an answer')} · {say('Answer due by')} {each.due_on:%Y-%m-%d}"
        verdict = {"upheld": say("upheld"), "rejected": say("not upheld")}.get(each.verdict, waiting)
        answer = " · ".join(text for text in (verdict, each.ruling, each.correction) if text)
        rows.append([f"{each.raised_at:%Y-%m-%d}", each.reason, answer])
    return rows


def pdf(told: Contents) -> bytes:
    """The statement on paper; beyond 500 lines the spreadsheet has the rest, and the paper says so."""
    view, due = told.view, told.view.due
    paper = Paper(
        say("Rebate statement"),
        f"{due.code} {due.name} · {told.title} · {view.period} · {view.number}",
        f"{view.number} · {due.code} · {view.policy_hash[:16]}",
    )
    amount = money(due.due_minor, due.currency)
    pairs = [
        (say("Entitled"), money(due.entitled_minor, due.currency)),
        (say("Settled before"), money(due.settled_minor, due.currency)),
        (say("Due"), amount),
        *([(say("Due in capitals"), view.capitals)] if view.capitals else []),
        (say("Balance of the rebate account"), money(view.balance_minor, due.currency)),
    ]
    paper.pairs(pairs)
    paper.heading(say("How it comes about"))
    paper.grid([say("Step"), say("Formula and numbers"), say("Result")], _steps(view), (34, 104, 42))
    paper.heading(say("The ladder"))
    steps = [[s["start"], s["end"], s["rate"], say("the base stands here") if s["here"] else ""] for s in ladder(told.document, due.tier)]  # fmt: skip
    paper.grid([say("From"), say("To, not included"), say("Rate"), ""], steps, (44, 44, 44, 48))
    paper.heading(say("Rebate account"))
    entries = [
        [f"{e.business_date:%Y-%m-%d}", e.document, money(e.amount_minor, due.currency), money(e.balance_minor, due.currency)]
        for e in told.entries
    ]  # fmt: skip
    paper.grid([say("Date"), say("Document"), say("Amount"), say("Balance")], entries, (30, 60, 45, 45))
    if view.disputes:
        paper.heading(say("Objections and answers"))
        paper.grid([say("Date"), say("Objection"), say("Answer")], _objections(view), (24, 78, 78))
    paper.heading(f"{say('The lines behind it')} ({num(due.lines)})")
    _print_lines(paper, told)
    paper.heading(say("Policy hash"))
    paper.pairs([(say("Programme"), f"{told.title} ({view.programme})"), ("SHA-256", view.policy_hash)])
    return paper.data()


def _print_lines(paper: Paper, told: Contents) -> None:
    due = told.view.due
    body = [
        [f"{r.business_date:%Y-%m-%d}", r.document, f"{r.product.code} {label(r.product)}", num(r.quantity), money(r.net_minor, due.currency)]
        for r in told.lines[:MOST_PRINTED]
    ]  # fmt: skip
    head = [say("Date"), say("Document"), say("Product"), say("Quantity"), say("Net")]
    paper.grid(head, body, (24, 38, 66, 18, 34))
    if due.lines > MOST_PRINTED:
        paper.pairs([(say("More lines in the spreadsheet"), num(due.lines - MOST_PRINTED))])


def sheet(told: Contents, lines: Any) -> bytes:
    """The statement as a workbook: derivation, lines (as filtered on the page), account, objections."""
    view, due = told.view, told.view.due
    scale = Decimal(10) ** exponent(due.currency)
    top = [
        [say("Number"), view.number, ""],
        [say("Distributor"), f"{due.code} {due.name}", ""],
        [say("Programme"), told.title, ""],
        [say("Period"), view.period, ""],
        [say("Policy hash"), view.policy_hash, ""],
    ]
    end = [[say("Due"), due.currency, Decimal(due.due_minor) / scale]]
    end += [[say("Due in capitals"), view.capitals, ""]] if view.capitals else []
    head = [say("Date"), say("Document"), say("Code"), say("Product"), say("Quantity"), say("Gross"), say("Discount"), say("Net"), say("Kind")]  # fmt: skip
    body = (
        [r.business_date, r.document, r.product.code, label(r.product), r.quantity, Decimal(r.gross_minor) / scale, Decimal(r.discount_minor) / scale, Decimal(r.net_minor) / scale, say(r.kind)]
        for r in lines[:MOST_ROWS]
    )  # fmt: skip
    entries = [[e.business_date, e.document, Decimal(e.amount_minor) / scale, Decimal(e.balance_minor) / scale] for e in told.entries]  # fmt: skip
    sheets = [
        Sheet(say("Statement"), [say("Step"), say("Formula and numbers"), say("Result")], [*top, *_steps(view), *end], (22, 70, 26)),
        Sheet(say("Lines"), head, body, (12, 20, 14, 30, 10, 14, 14, 14, 10)),
        Sheet(say("Rebate account"), [say("Date"), say("Document"), say("Amount"), say("Balance")], entries, (12, 20, 16, 16)),
    ]  # fmt: skip
    if view.disputes:
        sheets.append(Sheet(say("Objections"), [say("Date"), say("Objection"), say("Answer")], _objections(view), (12, 60, 60)))  # fmt: skip
    return workbook(sheets)
