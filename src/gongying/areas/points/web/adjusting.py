"""Adjustments and appeals: proposed by one person, decided by another."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.doors import PORTAL
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label

from .. import actions, queries
from .shared import TABS, by_state, choices, of_party, wallet_of

KINDS = (("adjust", _("adjustment")), ("appeal", _("appeal")))
ADJUSTMENTS = Table(
    "points_adjustments",
    [
        Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: f"/points/adjustments/{r.pk}/"),
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=wallet_of),
        Column("kind", _("Kind"), lambda r: dict(KINDS)[r.kind], sort="kind", phone=False),
        Column("points", _("Reward points"), lambda r: r.points, "num", "points"),
        Column("reason", _("Reason"), lambda r: r.reason[:60], phone=False),
        Column("by", _("Asked by"), lambda r: r.asked_by, phone=False),
        Column("state", _("State"), lambda r: r.state, "state", "state"),
    ],
    search=of_party,
    filters=[
        Filter("state", _("State"), choices("proposed", "approved", "rejected"), by_state),
        Filter("kind", _("Kind"), list(KINDS), lambda rows, v: rows.filter(kind=v)),
    ],
    views=[(_("To be decided"), "state=proposed"), (_("Appeals"), "kind=appeal")],
    empty=_("No adjustment yet. Open a wallet and propose one."),
)  # fmt: skip


@page(needs="points.desk")
def adjustments(request: Request) -> HttpResponse:
    """Every adjustment and appeal."""
    context = {"tabs": TABS, "tab": "adjustments"}
    return ADJUSTMENTS.respond(request, queries.adjustments(request.actor), "points/adjustments.html", context)


@page(needs="points.view")
def adjustment(request: Request, adjustment_id: int) -> HttpResponse:
    """One of them: who asks for what and why; somebody else grants or rejects it."""
    actor, error = request.actor, None
    row = one(queries.adjustments(actor), pk=adjustment_id)
    if request.method == "POST":
        try:
            grant, answer = request.POST.get("verdict") == "grant", request.POST.get("answer", "")
            actions.decide(actor, adjustment_id=row.pk, grant=grant, answer=answer)
            messages.success(request, say("Saved."))
            return redirect("points:adjustment", adjustment_id=row.pk)
        except Refused as no:
            error = no
    has = queries.balance(actor, row.party_id)
    context = {
        "row": row,
        "kind": dict(KINDS)[row.kind],
        "has": has,
        "after": has + (row.points if row.state == "proposed" else 0),
        "own": same(actor, row.asked_by),
        "may": row.state == "proposed" and actor.can("points.decide"),
        "portal_page": actor.role in PORTAL,
        "error": error,
    }
    return render(request, "points/adjustment.html", context, status=409 if error else 200)
