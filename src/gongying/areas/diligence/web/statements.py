"""Statements of three years: typed or pasted from a spreadsheet, held against themselves; and the computed sheet."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.refusal import Refused
from gongying.core.ui import typed
from gongying.core.ui.pages import Request, page
from gongying.engines import ratios as maths
from gongying.engines.statements import LINES, SIGNED, Check

from .. import actions, queries
from ..models import Dossier
from ..rules import LINE_WORDS, paste
from ..rules.lines import UNITS
from .shared import CHECK_WORDS, RATIO_WORDS, SHOCK_WORDS, ZONES

FAULTS: dict[str, Any] = {
    "line": _("no line of the sheet"), "amount": _("no amount"), "negative": _("cannot be below nothing"),
    "years": _("the first row names the years"),
}  # fmt: skip
MOST_TEXT = 20_000
INPUTS: dict[str, Any] = {
    "x1": _("Working capital / assets"), "x2": _("Retained earnings / assets"), "x3": _("EBIT / assets"),
    "x4": _("Equity / liabilities"),
}  # fmt: skip
SOURCES = {"altman": "1.10 / 2.60", "popular": "1.23 / 2.90"}
BREAKS: dict[str, Any] = {
    "demand": _("demand falls by"), "price": _("price falls by"), "later": _("customers pay later by days"),
}  # fmt: skip
FLAGS: dict[str, Any] = {
    "receivables": _("receivables grew faster than sales, by"), "inventory": _("stock grew faster than sales, by"),
    "margin": _("gross margin moved by"),
}  # fmt: skip


@page(needs="diligence.work")
def enter(request: Request, dossier_id: int) -> HttpResponse:
    """Enter statements line by line, or paste them; what does not hold is named at once."""
    row, error, faults = queries.dossier(request.actor, dossier_id), None, []
    if request.method == "POST":
        try:
            faults = _pasted(request, row) if request.POST.get("what") == "paste" else _typed(request, row)
            if not faults:
                messages.success(request, say("Saved."))
                return redirect("diligence:statements", dossier_id=row.pk)
        except Refused as no:
            error = no
    rules, _version = queries.rules(timezone.localdate())
    held = queries.years(row)
    last = timezone.localdate().year - 1
    years = sorted(held, reverse=True) + [y for y in (last, last - 1, last - 2) if y not in held][: 3 - len(held)]
    years = sorted(years, reverse=True)
    context = {
        "row": row, "years": years, "error": error, "units": UNITS, "pasted": request.POST.get("table", ""),
        "faults": [(place, text, FAULTS[code]) for place, text, code in faults],
        "lines": [(line, LINE_WORDS[line], line in SIGNED, [(y, held.get(y, {}).get(line)) for y in years]) for line in LINES],
        "checks": checks_in_words(queries.sheet_checks(row, rules)),
        "audited": {each.year for each in row.years.filter(audited=True)},
    }  # fmt: skip
    return render(request, "diligence/statements.html", context, status=409 if error else 200)


def _typed(request: Request, row: Dossier) -> list[tuple[int, str, str]]:
    """The year that was typed. Raises Refused naming the line."""
    post = request.POST
    year = post.get("year", "")
    if not (year.isascii() and year.isdecimal() and len(year) == 4):
        raise Refused(_("Write the year with four digits."), field="year")
    lines = {
        line: typed.money(post[f"l.{line}"], row.currency, line, empty=0)
        for line in LINES
        if post.get(f"l.{line}", "").strip()
    }
    actions.enter_year(
        request.actor, dossier_id=row.pk, year=int(year), amounts=lines, audited=post.get("audited") == "1"
    )
    return []


def _pasted(request: Request, row: Dossier) -> list[tuple[int, str, str]]:
    """The years that were pasted; rows that cannot be read are told, and then nothing is kept."""
    text = request.POST.get("table", "")
    if len(text) > MOST_TEXT:
        raise Refused(_("This is more than a sheet of three years."), field="table")
    found = paste(text, request.POST.get("unit", "1"))
    if found.faults:
        return list(found.faults)
    if not found.years:
        raise Refused(_("Write at least one line."), field="table")
    for year, lines in found.years.items():
        actions.enter_year(request.actor, dossier_id=row.pk, year=year, amounts=lines)
    return []


def checks_in_words(found: list[Check]) -> list[tuple[Any, Any, Check, list[tuple[Any, int]]]]:
    """Checks with the words of their rule and lines, those that do not hold first."""
    ordered = sorted(found, key=lambda each: (each.holds, each.level != "error", -each.year))
    return [
        (
            CHECK_WORDS[c.code],
            LINE_WORDS[c.line],
            c,
            [(LINE_WORDS.get(line, line), amount) for line, amount in c.parts],
        )
        for c in ordered
    ]


@page(needs="diligence.view")
def sheet(request: Request, dossier_id: int) -> HttpResponse:
    """Everything that follows from the statements, each figure with what it is made of."""
    row = queries.dossier(request.actor, dossier_id)
    rules, _version = queries.rules(timezone.localdate())
    found = queries.sheet(row, rules)
    table = (
        [(RATIO_WORDS[code], code, [_cell(found.ratios[y][code]) for y in found.years]) for code in maths.ORDER]
        if found.years
        else []
    )
    context = {
        "row": row, "found": found, "rules": rules, "table": table,
        "checks": checks_in_words(list(found.checks)),
        "flags": [(FLAGS[code], year, by) for code, year, by in found.flags],
        "trees": [(year, maths.decimal_of(tree.roe), [(RATIO_WORDS[f.code], maths.decimal_of(f.value)) for f in tree.steps5 or tree.steps3]) for year, tree in found.trees.items()],
        "bridges": [(a, b, bridge, [(RATIO_WORDS[code], part) for code, part in bridge.parts]) for a, b, bridge in found.bridges],
        "scores": [(year, maths.decimal_of(s.value), [(INPUTS[t.code], maths.decimal_of(t.ratio), t.weight, maths.decimal_of(t.part)) for t in s.terms], [(SOURCES[r.source], *ZONES[r.zone]) for r in s.readings], s.disputed) for year, s in found.scores.items()],
        "crossings": [(INPUTS[c.code], SOURCES[c.source], maths.decimal_of(c.cutoff), maths.decimal_of(c.ratio), LINE_WORDS.get(c.line, c.line), c.amount) for c in found.crossings[:8]],
        "stressed": [(SHOCK_WORDS[s.outcome.shock.code], s) for s in found.stressed],
        "breaking": [(BREAKS[kind], kind, value) for kind, value in found.breaking.items()],
        "peers": [(RATIO_WORDS[p.code], p, [_shown(p.code, v) for v in (p.found.low, p.found.middle, p.found.high)] if p.found else []) for p in found.peers],
    }  # fmt: skip
    return render(request, "diligence/sheet.html", context)


def _cell(found: maths.Ratio) -> tuple[str, str]:
    """A ratio for the eye, and how it comes about."""
    if found.value is None:
        return "–", str(LINE_WORDS.get(found.why, RATIO_WORDS.get(found.why, found.why)))
    above = " + ".join(f"{_name(line)} {_money(value, found.unit)}" for line, value in found.above)
    below = " + ".join(f"{_name(line)} {_money(value, found.unit)}" for line, value in found.below)
    how = f"({above})" + (f" ÷ ({below})" if below else "") + (f" × {found.times}" if found.times != 1 else "")
    return _shown(found.code, found.value), how


def _name(line: str) -> str:
    return str(LINE_WORDS.get(line, RATIO_WORDS.get(line, line)))


def _money(value: Any, unit: str) -> str:
    """A part of a ratio: money in major units, days as they are."""
    number = Decimal(value.numerator) / value.denominator
    return f"{number:,.1f}" if unit == "days" and abs(number) < 5000 else f"{number / 100:,.0f}"


def _shown(code: str, value: Any) -> str:
    """A ratio as it is written: shares in per cent, days and months with one digit, times with two."""
    number = Decimal(value.numerator) / value.denominator
    unit = maths.FORMULAS[code][0] if code in maths.FORMULAS else "days" if code == "ccc" else "months"
    return (
        f"{number * 100:,.1f}%"
        if unit == "share"
        else f"{number:,.1f}"
        if unit in ("days", "months")
        else f"{number:,.2f}"
    )
