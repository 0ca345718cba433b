"""Awards: what a period would give, submitted, and decided by a second person."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core import calendar
from gongying.core.people.access import same
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import charts, links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label
from gongying.core.words import is_chinese
from gongying.engines.money import whole

from .. import actions, queries
from ..rules import Programme
from .shared import TABS, by_state, choices, of_party

AWARDS = Table(
    "points_awards",
    [
        Column(
            "number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("points_award", r.pk)
        ),
        Column("period", _("Period"), lambda r: r.period, sort="period"),
        Column("day", _("Points count from"), lambda r: r.business_date, "date", "business_date", phone=False),
        Column("by", _("Submitted by"), lambda r: r.created_by, sort="created_by", phone=False),
        Column("decided", _("Decided by"), lambda r: r.decided_by, sort="decided_by", phone=False),
        Column("state", _("State"), lambda r: r.state, "state", "state"),
    ],
    filters=[Filter("state", _("State"), choices("pending", "posted", "void"), by_state)],
    search=lambda rows, q: rows.filter(number__icontains=q) | rows.filter(period__icontains=q),
    empty=_("No points were awarded yet. Choose a period and look at what it would give."),
)


@page(needs="points.desk")
def awards(request: Request) -> HttpResponse:
    """Every award, and the way to the next one."""
    today = timezone.localdate()
    try:
        document = queries.programme_on(today).document
        natural = calendar.NATURAL[document.period]
        running = natural(today)
        periods = [natural(running.start - timedelta(days=1)).code, running.code]
    except Missing:
        periods = []
    context = {"tabs": TABS, "tab": "awards", "periods": periods, "today": today}
    return AWARDS.respond(request, queries.awards(), "points/awards.html", context)


def _proposed(document: Programme) -> Table:
    """What each rule would give to whom."""

    def rule(code: str, name: str) -> Column:
        return Column(
            f"r_{code}",
            name,
            lambda r: r.by_rule.get(code, 0),
            "num",
            lambda r: r.by_rule.get(code, 0),
            phone=False,
        )

    return Table(
        "award_preview",
        [
            Column("code", _("Code"), lambda r: r.code, sort=lambda r: r.code, phone=False),
            Column("party", _("Distributor"), lambda r: r.name, sort=lambda r: r.name, href=lambda r: links.to("points", r.party_id)),
            Column("level", _("Level"), lambda r: r.level, sort=lambda r: r.level, phone=False),
            *(rule(each.code, queries.named(each)) for each in document.rules),
            Column("entitled", _("Entitled"), lambda r: r.entitled, "num", lambda r: r.entitled, phone=False),
            Column("before", _("Awarded before"), lambda r: r.before, "num", lambda r: r.before, phone=False),
            Column("due", _("Now"), lambda r: r.due, "num", lambda r: r.due),
        ],
        sort="-due",
        search=lambda rows, q: [r for r in rows if q.lower() in f"{r.code} {r.name}".lower()],
        filters=[Filter("look", _("Look at"), [("back", _("taken back")), ("new", _("something new"))], lambda rows, v: [r for r in rows if (r.due < 0 if v == "back" else r.due > 0)])],
        key=lambda r: r.party_id,
        empty=_("This period would award nothing."),
    )  # fmt: skip


@page(needs="points.preview")
def preview(request: Request) -> HttpResponse:
    """What a period would award by the rules in force, before anything is written; submit it."""
    actor, today, error = request.actor, timezone.localdate(), None
    period = request.POST.get("period", request.GET.get("period", ""))
    if request.method == "POST":
        try:
            made = actions.award(actor, period=period)
            if made.award_id is None:
                messages.success(request, say("There is nothing new to award."))
                return redirect("points:awards")
            messages.success(request, say("Submitted: a second person decides."))
            return redirect("points:award", award_id=made.award_id)
        except Refused as no:
            error = no
    try:
        found = queries.calculate(period or calendar.quarter_of(today).code, today)
    except (Refused, Missing) as no:
        words = no if isinstance(no, Refused) else say("No points programme holds in this period.")
        context: dict[str, Any] = {"tabs": TABS, "tab": "awards", "error": words, "period": period}
        return render(request, "points/nothing.html", context, status=200 if request.method == "GET" else 409)
    rows = queries.proposed(actor, found)
    document = found.rules.document
    points = sum(max(0, row.due) for row in rows)
    context = {
        "tabs": TABS,
        "tab": "awards",
        "error": error,
        "period": found.span.code,
        "last_day": found.last_day,
        "runs": found.last_day < found.span.last_day,
        "watermark": found.watermark,
        "version_id": found.rules.version_id,
        "points": points,
        "back": -sum(min(0, row.due) for row in rows),
        "people": sum(1 for row in rows if row.due),
        "worth_minor": whole(points * document.minor_value),
        "currency": document.currency,
        "budget": queries.budget(document, today),
        "by_rule": _by_rule(document, rows),
        "may": actor.can("points.award"),
    }
    return _proposed(document).respond(request, rows, "points/preview.html", context)


def _by_rule(document: Programme, rows: list[queries.Proposed]) -> list[tuple[str, int, float]]:
    """The rules in their order with what they give in all, and their share."""
    sums = [(queries.named(rule), sum(row.by_rule.get(rule.code, 0) for row in rows)) for rule in document.rules]
    total = sum(points for _name, points in sums) or 1
    return [(name, points, points / total) for name, points in sums]


EARNINGS = Table(
    "points_earnings",
    [
        Column("code", _("Code"), lambda r: r.party.code, sort="party__code", phone=False),
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: f"/points/earnings/{r.pk}/", panel=True),
        Column("level", _("Level"), lambda r: r.level, sort="level", phone=False),
        Column("entitled", _("Entitled"), lambda r: r.entitled, "num", "entitled", phone=False),
        Column("before", _("Awarded before"), lambda r: r.before, "num", "before", phone=False),
        Column("due", _("Now"), lambda r: r.due, "num", "due"),
        Column("posted", _("Posted"), lambda r: r.posted, "num", "posted", phone=False),
    ],
    sort="-due",
    search=of_party,
    filters=[Filter("look", _("Look at"), [("back", _("taken back"))], lambda rows, v: rows.filter(due__lt=0))],
    empty=_("No distributor of this award is in your scope."),
)  # fmt: skip


@page(needs="points.desk")
def award(request: Request, award_id: int) -> HttpResponse:
    """One award with everybody in it; approve it or turn it down."""
    actor, error = request.actor, None
    row = queries.award_row(award_id)
    if request.method == "POST":
        verb = actions.approve if request.POST.get("verdict") == "approve" else actions.void
        try:
            verb(actor, award_id=award_id)
            messages.success(request, say("Saved."))
            return redirect("points:award", award_id=award_id)
        except Refused as no:
            error = no
    rows = queries.earnings(actor).filter(award=row)
    document = queries.programme_of(row.version_id)
    sums = list(rows.values_list("due", flat=True))
    largest = list(rows.filter(due__gt=0)[:12])
    bars = [
        charts.Bar(each.party.code, float(each.due), note=f"{label(each.party)} {each.due:,}") for each in largest
    ]
    context = {
        "row": row,
        "points": sum(max(0, due) for due in sums),
        "back": -sum(min(0, due) for due in sums),
        "people": len(sums),
        "worth_minor": whole(sum(max(0, due) for due in sums) * document.minor_value),
        "currency": document.currency,
        "chart": charts.columns(bars, title=say("The largest awards"), chinese=is_chinese()) if bars else "",
        "own": same(actor, row.created_by),
        "may": row.state == "pending" and actor.can("points.approve"),
        "error": error,
    }
    if error is not None:
        return render(request, "points/award.html", context | {"t": EARNINGS.bind(request, rows)}, status=409)
    return EARNINGS.respond(request, rows, "points/award.html", context)
