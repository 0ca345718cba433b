"""Counts of a site: a list, and the sheet that is filled in on the phone between the shelves."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.books.goods import read as goods
from gongying.books.places import read as places
from gongying.core.refusal import Refused
from gongying.core.ui.flow import Event, path_of
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table

from .. import actions, queries
from ..models import Tally
from ..rules import waits
from . import typed
from .shelves import name_of

STATES = ("open", "submitted", "posted", "cancelled")
STATIONS = (("open", _("counting")), ("submitted", _("handed in")), ("posted", _("posted")))
COUNTS = Table(
    "counts",
    [
        Column("number", _("Number"), lambda c: c.number, sort="number", href=lambda c: f"/warehouse/counts/{c.pk}/"),
        Column("site", _("Site"), lambda c: name_of(c.site), sort="site__code"),
        Column("on", _("Date"), lambda c: c.business_date, "date", "business_date", phone=False),
        Column("lots", _("Lots"), lambda c: c.many, "num", "many", phone=False),
        Column("done", _("counted"), lambda c: c.done / c.many if c.many else None, "bar", phone=False),
        Column("differing", _("Differing"), lambda c: c.differing, "num", "differing"),
        Column("change", _("Change"), lambda c: c.change or 0, "num", "change"),
        Column("state", _("State"), lambda c: c.state, "state", "state"),
    ],
    sort="-number",
    filters=[Filter("state", _("State"), [(s, _(s)) for s in STATES], lambda rows, v: rows.filter(state=v))],
    search=lambda rows, q: rows.filter(number__icontains=q),
    empty=_("No count yet. Start one for a site: every lot on its shelves is listed, blind, to be filled in."),
)  # fmt: skip


@page(needs="warehouse.view")
def counts(request: Request) -> HttpResponse:
    """All counts, and the form that starts one."""
    error = None
    if request.method == "POST":
        site = typed.chosen(request.POST, "site")
        category = request.POST.get("category", "")[:40]
        count_id, error = typed.attempt(lambda: actions.start_count(request.actor, site_id=site, category=category))
        if error is None:
            return redirect("warehouse:count", count_id=count_id)
    rows = places.sites(request.actor).filter(party__isnull=True, kind__in=("warehouse", "quarantine"))
    context = {
        "tab": "counts",
        "sites": [(site.pk, name_of(site)) for site in rows],
        "groups": goods.category_choices(),
        "error": error,
    }
    return COUNTS.respond(request, queries.tallies(request.actor), "warehouse/counts.html", context)


@page(needs="warehouse.view")
def count(request: Request, count_id: int) -> HttpResponse:
    """One count: its sheet while it is open, its differences once it is handed in."""
    tally = queries.tally_of(request.actor, count_id)
    error = None
    if request.method == "POST":
        _done, error = typed.attempt(lambda: _enter(request, tally))
        if error is None:
            messages.success(request, say("Saved."))
            return redirect("warehouse:count", count_id=count_id)
    rows = tally.lines.for_actor(request.actor).select_related("product").order_by("product__code", "lot")
    lines = [(line, None if line.counted is None else line.counted - line.expected) for line in rows]
    differing = [(line, change) for line, change in lines if change]
    rules = queries.rules_on(tally.business_date)
    context = {
        "tab": "counts",
        "count": tally,
        "path": path_of(STATIONS, tally.state, stopped=_("given up") if tally.state == "cancelled" else ""),
        "lines": lines,
        "differing": sorted(differing, key=lambda each: -abs(each[1] or 0)),
        "left": sum(change is None for _line, change in lines),
        "gained": sum(change for _line, change in differing if (change or 0) > 0),
        "lost": -sum(change for _line, change in differing if (change or 0) < 0),
        "waits": waits([change or 0 for _line, change in lines], rules),
        "limit": rules.four_eyes_units,
        "own": tally.submitted_by == request.actor.name,
        "blind": tally.state == "open",
        "events": _events(tally),
        "error": error,
        "today": timezone.localdate(),
    }
    return render(request, "warehouse/count.html", context, status=409 if error else 200)


def _enter(request: Request, tally: Tally) -> Any:
    """What was typed beside the lots, and one more that was found."""
    post, entries = request.POST, []
    for line in tally.lines.for_actor(request.actor).select_related("product"):
        text = post.get(f"counted-{line.pk}")
        if text is None:
            continue
        value, note = typed.maybe(text, "counted"), post.get(f"note-{line.pk}", "")
        if (value, note) != (line.counted, line.note):
            entries.append(actions.TallyEntry(line.product.code, line.lot, value, note))
    if post.get("product"):
        found = typed.whole(post.get("counted", ""), "counted")
        entries.append(actions.TallyEntry(post["product"].strip(), post.get("lot", "").strip(), found))
    if entries:
        return actions.enter_count(request.actor, count_id=tally.pk, entries=entries)
    return None


@require_POST
@page(needs="warehouse.view")
def settle(request: Request, count_id: int) -> HttpResponse:
    """Hand a count in, post it, or give it up; the verb asks for the permission it needs."""
    verbs: dict[str, Any] = {
        "submit": actions.submit_count,
        "post": actions.post_count,
        "cancel": actions.cancel_count,
    }
    verb = verbs.get(request.POST.get("verdict", ""), actions.submit_count)
    try:
        verb(request.actor, count_id=count_id)
        messages.success(request, say("Saved."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("warehouse:count", count_id=count_id)


def _events(tally: Tally) -> list[Event]:
    found = [Event(tally.created_at, say("count started"), tally.created_by, icon="edit")]
    if tally.submitted_at:
        found.append(Event(tally.submitted_at, say("handed in"), tally.submitted_by, icon="send"))
    if tally.decided_at:
        gone = tally.state == "cancelled"
        text = say("given up") if gone else say("differences posted")
        found.append(Event(tally.decided_at, text, tally.decided_by, tone="bad" if gone else "good"))
    return found[::-1]
