"""The expiry desk: what goes when, the methods side by side, notice, and the clearing itself."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.people.access import same
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import charts, flow, links, typed
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label
from gongying.core.words import is_chinese

from .. import actions, queries
from ..models import Clearing
from .policies import METHODS, SHORT
from .shared import TABS, by_state, choices, clearing_state, of_party, wallet_of, whole

AHEAD = timedelta(days=183)
CLEARINGS = Table(
    "points_clearings",
    [
        Column(
            "number",
            _("Number"),
            lambda r: r.number,
            sort="number",
            href=lambda r: links.to("points_clearing", r.pk),
        ),
        Column("due", _("Points up to the last day"), lambda r: r.due_on, "date", "due_on"),
        Column("noticed", _("Notice given on"), lambda r: r.noticed_on, "date", "noticed_on", phone=False),
        Column("from", _("May be cleared from"), lambda r: r.clears_from, "date", "clears_from", phone=False),
        Column("by", _("Announced by"), lambda r: r.created_by, phone=False),
        Column("state", _("State"), clearing_state, "state", "state"),
    ],
    filters=[Filter("state", _("State"), choices("noticed", "done", "off"), by_state)],
    empty=_("Nothing was ever cleared."),
)


@page(needs="points.desk")
def desk(request: Request) -> HttpResponse:
    """What expires next and whom it hits, and what each method would have done on our own history; give notice."""
    actor, today, error = request.actor, timezone.localdate(), None
    if request.method == "POST":
        try:
            day = typed.day(request.POST.get("due_on", ""), "due_on")
            made = actions.announce(actor, due_on=day)
            messages.success(request, say("Notice is given: everybody concerned was told."))
            return redirect("points:clearing", clearing_id=made)
        except Refused as no:
            error = no
    try:
        document = queries.programme_on(today).document
    except Missing:
        words = say("No points programme holds today.")
        return render(request, "points/nothing.html", {"tabs": TABS, "tab": "expiry", "error": words})
    days = queries.due_days(actor, today + AHEAD)
    asked = calendar.typed(request.GET.get("by", "")) or (days[0][0] if days else None)
    rate = queries.rate_on(document, today)
    methods = queries.compared(actor, document, today)
    names = dict(METHODS)
    bars = [charts.Bar(str(SHORT[m.code]), float(m.lost), note=f"{names[m.code]} {m.lost:,}") for m in methods]
    context = {
        "tabs": TABS,
        "tab": "expiry",
        "today": today,
        "document": document,
        "method": names[document.method],
        "days": days,
        "asked": asked,
        "threat": queries.threatened(actor, document, asked, rate) if asked else None,
        "clears_from": queries.clears_from(document, asked, today) if asked else None,
        "methods": [(m, names[m.code]) for m in methods],
        "chart": charts.columns(bars, title=say("Points that would have expired"), chinese=is_chinese()),
        "open": queries.clearings().filter(state="noticed").first(),
        "may": actor.can("points.announce") and actor.whole_network,
        "error": error,
    }
    if error is not None:
        return render(
            request, "points/expiry.html", context | {"t": CLEARINGS.bind(request, queries.clearings())}, status=409
        )
    return CLEARINGS.respond(request, queries.clearings(), "points/expiry.html", context)


EXEMPT = {"party": _("named in the programme"), "level": _("by level")}
LOSSES = Table(
    "points_losses",
    [
        Column("code", _("Code"), lambda r: r.party.code, sort="party__code", phone=False),
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=wallet_of),
        Column("announced", _("Announced"), lambda r: r.announced, "num", "announced"),
        Column("cleared", _("Cleared"), lambda r: r.cleared, "num", "cleared"),
        Column("exempt", _("Exempt"), lambda r: EXEMPT.get(r.exempt, ""), phone=False),
    ],
    sort="-announced",
    search=of_party,
    filters=[Filter("look", _("Look at"), [("exempt", _("exempt"))], lambda rows, v: rows.exclude(exempt=""))],
    empty=_("No distributor of this clearing is in your scope."),
)
STATIONS = (("noticed", _("notice given")), ("waits", _("may be cleared")), ("done", _("cleared")))


@page(needs="points.view")
def clearing(request: Request, clearing_id: int) -> HttpResponse:
    """One clearing: when, who loses what; carry it out or call it off. A distributor sees his own part and may appeal."""
    actor, error = request.actor, None
    row = queries.clearing_row(clearing_id)
    rows = queries.losses(actor, row)
    portal = actor.role in PORTAL
    own = rows.first() if portal else None
    if portal and own is None:
        raise Missing("no part in it")
    if request.method == "POST":
        try:
            _do(actor, row, request.POST)
            messages.success(request, say("Saved."))
            return redirect("points:clearing", clearing_id=row.pk)
        except Refused as no:
            error = no
    today = timezone.localdate()
    over = row.state == "noticed" and today >= row.clears_from
    sums = list(rows.filter(exempt="").values_list("announced", "cleared"))
    document = queries.programme_of(row.version_id)
    context = {
        "row": row,
        "state": clearing_state(row),
        "own": own,
        "path": flow.path_of(STATIONS, "waits" if over else "noticed" if row.state == "off" else row.state, stopped=_("called off") if row.state == "off" else ""),
        "announced": sum(a for a, _c in sums),
        "cleared": sum(c for _a, c in sums),
        "hit": len(sums),
        "days": (row.clears_from - today).days,
        "over": over,
        "mine": same(actor, row.created_by),
        "may_clear": actor.can("points.clear") and over,
        "may_call_off": actor.can("points.announce") and row.state == "noticed",
        "may_appeal": actor.can("points.appeal") and row.state == "done" and own is not None and own.cleared > 0,
        "appeals": queries.adjustments(actor).filter(clearing=row)[:50],
        "appeal_days": document.appeal_days,
        "portal_page": portal,
        "error": error,
        "posted": request.POST,
    }  # fmt: skip
    if error is not None:
        return render(request, "points/clearing.html", context | {"t": LOSSES.bind(request, rows)}, status=409)
    return LOSSES.respond(request, rows, "points/clearing.html", context)


def _do(actor: Actor, row: Clearing, form: Any) -> None:
    what = form.get("what", "")
    if what == "clear":
        actions.clear(actor, clearing_id=row.pk)
    elif what == "appeal":
        points = whole(form.get("points", ""), "points")
        actions.appeal(actor, clearing_id=row.pk, points=points, reason=form.get("reason", ""))
    else:
        actions.call_off(actor, clearing_id=row.pk, reason=form.get("reason", ""))
