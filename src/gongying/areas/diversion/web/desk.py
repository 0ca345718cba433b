"""The desk of cases, and a distributor's own."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.refusal import Missing
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label

from .. import queries

STATES = {
    "reported": _("reported"),
    "no_case": _("no case"),
    "opened": _("to be answered"),
    "answered": _("answered"),
    "ruled": _("may be objected to"),
    "objected": _("objected"),
    "closed": _("closed"),
}


def _found(rows: Any, q: str) -> Any:
    named = Q(party__name__icontains=q) | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
    return rows.filter(Q(number__icontains=q) | Q(party__code__icontains=q) | named)


def _look(rows: Any, value: str) -> Any:
    late = Q(state="opened", answer_by__lt=timezone.localdate())
    chosen = {
        "open": Q(opened_on__isnull=False, closed_on__isnull=True),
        "rule": Q(state__in=("answered", "objected")) | late,
        "late": late,
    }
    return rows.filter(chosen[value])


LOOKS = (("open", _("open")), ("rule", _("to be ruled on")), ("late", _("answer is late")))
CASES = Table(
    "diversion_cases",
    [
        Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: f"/diversion/{r.pk}/"),
        Column("party", _("Distributor"), lambda r: label(r.party) if r.party else "–", sort="party__name", href=lambda r: links.to("party", r.party_id) if r.party_id else ""),
        Column("region", _("Region"), lambda r: label(r.party.region) if r.party and r.party.region else "–", sort="party__region__name", phone=False),
        Column("made", _("Reported on"), lambda r: r.made_on, "date", "made_on", phone=False),
        Column("opened", _("Opened on"), lambda r: r.opened_on, "date", "opened_on", phone=False),
        Column("answer", _("Answer by"), lambda r: r.answer_by if r.state == "opened" else None, "date", "answer_by"),
        Column("closed", _("Closed on"), lambda r: r.closed_on, "date", "closed_on", phone=False),
        Column("state", _("State"), lambda r: r.state.replace("_", " "), "state", "state"),
    ],
    search=_found,
    filters=[
        Filter("state", _("State"), list(STATES.items()), lambda rows, v: rows.filter(state=v)),
        Filter("look", _("Look at"), LOOKS, _look),
    ],
    views=[(_("Reported"), "state=reported"), (_("Open"), "look=open"), (_("To be ruled on"), "look=rule"), (_("Closed"), "state=closed")],
    empty=_("No case yet. Report what was found, with a picture."),
)  # fmt: skip


@page(needs="diversion.desk")
def cases(request: Request) -> HttpResponse:
    """Every case in scope, and how many wait for what."""
    actor, today = request.actor, timezone.localdate()
    context = {"counts": queries.counts(actor, today)}
    return CASES.respond(request, queries.cases(actor), "diversion/cases.html", context)


@page(needs="diversion.mine")
def mine(request: Request) -> HttpResponse:
    """The cases against one's own company, and what it reported itself."""
    actor, today = request.actor, timezone.localdate()
    own = parties.parties(actor).first()
    if own is None:
        raise Missing("no distributor of his")
    names = queries.ground_names(own.pk, today)
    context = {
        "party": own,
        "rows": [(row, names.get(row.ground, row.ground), STATES[row.state]) for row in queries.cases(actor)[:100]],
        "reports": [(row, STATES[state]) for row, state in queries.reports(actor)],
        "today": today,
    }
    return render(request, "diversion/mine.html", context)
