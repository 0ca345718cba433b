"""Ageing of what is open, and what activities brought."""

from datetime import date

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core import calendar
from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.charts import Bar, columns
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Table
from gongying.core.words import is_chinese, pick

from .. import queries
from .shared import on_of


@page(needs="funds.view_funds")
def ageing(request: Request) -> HttpResponse:
    """How old open commitments and claims are, and every one of them, the oldest first."""
    actor, on = request.actor, on_of(request.GET.get("on", ""))
    types, _version = queries.types(on)
    found = queries.ageing(actor, on=on)
    rows = [
        *queries.commitments(actor).filter(state="approved"),
        *queries.claims(actor).filter(state__in=("submitted", "approved")),
    ]
    table = Table(
        "fund_ageing",
        [
            Column("number", _("Number"), lambda r: r.number, sort=lambda r: r.number, href=lambda r: links.to("fund_claim" if r.number.startswith("HX") else "commitment", r.pk)),
            Column("party", _("Distributor"), lambda r: pick(r.party.name, r.party.name_en), sort=lambda r: r.party.code),
            Column("what", _("What"), lambda r: _("claim") if r.number.startswith("HX") else _("commitment"), phone=False),
            Column("since", _("Since"), lambda r: r.made_on, "date", sort=lambda r: r.made_on, phone=False),
            Column("days", _("Days"), lambda r: queries.age(r, on), "days", sort=lambda r: queries.age(r, on)),
            Column("amount", _("Amount"), lambda r: (_open(r), r.currency), "money", sort=_open),
            Column("state", _("State"), lambda r: r.state, "state", sort=lambda r: r.state, phone=False),
        ],
        sort="-days",
        search=lambda held, q: [r for r in held if q.lower() in f"{r.number} {r.party.code} {r.party.name} {r.party.name_en}".lower()],
        empty=_("Nothing is open."),
    )  # fmt: skip
    heads = [*(f"≤ {days}" for days in types.ages), f"> {types.ages[-1]}"]
    words = {"commitments": _("Committed, not claimed"), "claims": _("Claimed, not paid")}
    shown = [(words[each.what], each, list(zip(each.counts, each.amounts, strict=True))) for each in found]
    context = {"aged": shown, "heads": heads, "on": on, "tab": "ageing"}
    return table.respond(request, [row for row in rows if _open(row) > 0], "funds/ageing.html", context)


def _open(row: object) -> int:
    """What is open of a commitment or a claim, in minor units."""
    if isinstance(row, queries.Commitment):
        return queries.free(row)
    assert isinstance(row, queries.Claim)
    return row.claimed_minor if row.approved_minor is None else row.approved_minor - row.paid_minor


def _span(text: str, today: date) -> tuple[calendar.Period, Refused | None]:
    try:
        return calendar.period(text or calendar.quarter_of(today).code), None
    except Refused as no:
        return calendar.quarter_of(today), no


@page(needs="funds.view_funds")
def effects(request: Request) -> HttpResponse:
    """What activities that ended in a period brought, by type and one by one; what was caught."""
    actor, today = request.actor, timezone.localdate()
    span, error = _span(request.GET.get("period", ""), today)
    found = queries.effects(actor, span.start, span.end, today)
    kinds = queries.type_names(today)
    table = Table(
        "fund_effects",
        [
            Column("number", _("Number"), lambda e: e.row.number, sort=lambda e: e.row.number, href=lambda e: links.to("commitment", e.row.pk)),
            Column("party", _("Distributor"), lambda e: pick(e.row.party.name, e.row.party.name_en), sort=lambda e: e.row.party.code, phone=False),
            Column("title", _("What is done"), lambda e: e.row.title, phone=False),
            Column("kind", _("Type"), lambda e: kinds.get(e.row.type_code, e.row.type_code), sort=lambda e: e.row.type_code, phone=False),
            Column("paid", _("Paid"), lambda e: (e.paid_minor, e.row.currency), "money", sort=lambda e: e.paid_minor),
            Column("expected", _("Expected"), lambda e: (e.uplift.baseline_minor + e.uplift.trend_minor, e.row.currency) if e.uplift else None, "money", phone=False),
            Column("sold", _("Sold"), lambda e: (e.uplift.actual_minor, e.row.currency) if e.uplift else None, "money", phone=False),
            Column("uplift", _("Uplift"), lambda e: (e.uplift.uplift_minor, e.row.currency) if e.uplift else None, "money", sort=lambda e: e.uplift.uplift_minor if e.uplift else None),
            Column("roi", _("ROI"), lambda e: e.uplift.roi if e.uplift else None, "percent", sort=lambda e: e.uplift.roi if e.uplift else None),
            Column("clear", _("How clear"), lambda e: (_("clear") if e.uplift.clear else _("within noise")) if e.uplift else _("not measured"), phone=False),
        ],
        sort="-paid",
        search=lambda rows, q: [e for e in rows if q.lower() in f"{e.row.number} {e.row.title} {e.row.party.name} {e.row.party.code}".lower()],
        key=lambda e: e.row.pk,
        empty=_("No activity ended in this period."),
    )  # fmt: skip
    types = queries.by_type(found, today)
    bars = [
        Bar(t.name, float(t.margin_minor) / 100, float(t.measured_cost_minor) / 100) for t in types if t.measured
    ]  # fmt: skip
    context = {
        "types": types,
        "caught": list(queries.duplicates(actor, span.start, span.end).items()),
        "span": span,
        "periods": _periods(today),
        "chart": columns(bars, title=say("Margin of the uplift beside what was paid"), chinese=is_chinese())
        if bars
        else "",
        "margin": queries.types(today)[0].margin,
        "weeks": queries.types(today)[0].weeks,
        "error": error,
        "tab": "effects",
    }
    return table.respond(request, found, "funds/effects.html", context)


def _periods(today: date) -> list[str]:
    """Periods that are offered: the quarters of this year and the last, and both years."""
    years = (today.year, today.year - 1)
    return [code for year in years for code in (f"{year}", *(f"{year}Q{n}" for n in (4, 3, 2, 1)))]
