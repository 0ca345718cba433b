"""Write-offs and refunds that one person asked for and another decides."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label

from .. import actions, queries
from ..models import Request as Asked

KINDS = [
    ("writeoff", _("write-off")),
    ("refund", _("refund of a prepayment")),
    ("deposit_out", _("deposit paid back")),
]
STATES = [(word, _(word)) for word in ("submitted", "approved", "rejected")]


def _found(rows: Any, q: str) -> Any:
    named = Q(party__name__icontains=q) | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
    return rows.filter(Q(number__icontains=q) | Q(document__icontains=q) | Q(party__code__icontains=q) | named)


REQUESTS = Table(
    "requests",
    [
        Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: f"/billing/requests/{r.pk}/"),
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: links.to("receivable", r.party_id), phone=False),
        Column("kind", _("Kind"), lambda r: dict(KINDS)[r.kind], sort="kind"),
        Column("document", _("Document"), lambda r: r.document, phone=False),
        Column("amount", _("Amount"), lambda r: (r.amount_minor, r.currency), "money", "amount_minor"),
        Column("by", _("Asked by"), lambda r: r.asked_by, sort="asked_by", phone=False),
        Column("at", _("Asked at"), lambda r: r.asked_at, "time", "asked_at", phone=False),
        Column("state", _("State"), lambda r: r.state, "state", "state", phone=False),
    ],
    search=_found,
    filters=[
        Filter("state", _("State"), STATES, lambda rows, v: rows.filter(state=v)),
        Filter("kind", _("Kind"), KINDS, lambda rows, v: rows.filter(kind=v)),
    ],
    views=[(_("To be decided"), "state=submitted")],
    empty=_("Nobody asked for a write-off or a refund. Ask for one on a distributor's account."),
)  # fmt: skip


@page(needs="billing.view_all")
def requests(request: Request) -> HttpResponse:
    """Every request in scope."""
    return REQUESTS.respond(request, queries.requests(request.actor), "billing/requests.html")


@page(needs="billing.view_all")
def request_page(request: Request, request_id: int) -> HttpResponse:
    """One request: what it is about, who asked and why; approve it or turn it down."""
    actor, error = request.actor, None
    row: Asked = one(queries.requests(actor), pk=request_id)
    if request.method == "POST":
        try:
            if request.POST.get("verdict") == "approve":
                actions.approve(actor, request_id=request_id)
            else:
                actions.reject(actor, request_id=request_id, answer=request.POST.get("answer", ""))
            messages.success(request, say("Saved."))
            return redirect("billing:request", request_id=request_id)
        except Refused as no:
            error = no
    context = {
        "row": row,
        "kind": dict(KINDS)[row.kind],
        "own": same(actor, row.asked_by),
        "may": row.state == "submitted" and actor.can("billing.decide"),
        "account_url": links.to("receivable", row.party_id),
        "item_url": links.to("open_item", row.item_id) if row.item_id else "",
        "error": error,
    }
    return render(request, "billing/request.html", context, status=409 if error else 200)
