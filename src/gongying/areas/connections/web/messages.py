"""Messages to endpoints: the log, and one with every attempt."""

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table

from .. import actions, queries

STATES = [("queued", _("queued")), ("done", _("done")), ("failed", _("failed"))]
MESSAGES = Table(
    "messages",
    [
        Column("fact", _("Fact"), lambda d: d.fact, sort="fact", href=lambda d: links.to("delivery_message", d.pk)),
        Column("message", _("Message number"), lambda d: d.message, sort="id", phone=False),
        Column("endpoint", _("Endpoint"), lambda d: d.endpoint.name, sort="endpoint__name", phone=False, href=lambda d: links.to("endpoint", d.endpoint_id)),
        Column("at", _("Time"), lambda d: d.created_at, "time", "created_at"),
        Column("attempts", _("Sending attempts"), lambda d: d.attempts, "num", "attempts", phone=False),
        Column("code", _("Answer code"), lambda d: d.code, sort="code", phone=False),
        Column("next", _("Next attempt"), lambda d: d.next_at if d.state == "queued" else None, "time", "next_at", phone=False),
        Column("state", _("State"), lambda d: d.state, "state", "state"),
    ],
    sort="-message",
    search=lambda rows, q: rows.filter(fact__icontains=q) | rows.filter(message__icontains=q),
    filters=[Filter("state", _("State"), STATES, lambda rows, v: rows.filter(state=v))],
    views=[(_("failed"), "state=failed"), (_("queued"), "state=queued")],
    empty=_("Nothing was sent yet. Send a test message from an endpoint's page."),
)  # fmt: skip


@page(needs="connections.view")
def deliveries(request: Request) -> HttpResponse:
    """All messages in scope."""
    rows = queries.deliveries(request.actor)
    return MESSAGES.respond(request, rows, "connections/messages.html", {"here": "deliveries"})


@page(needs="connections.view")
def delivery(request: Request, delivery_id: int) -> HttpResponse:
    """One message: its text and every attempt; a POST sends it again."""
    actor, error = request.actor, None
    row = queries.delivery(actor, delivery_id)
    if request.method == "POST":
        try:
            actions.replay(actor, delivery_id=delivery_id)
            messages.success(request, _("The message is sent again."))
            return redirect("connections:delivery", delivery_id=delivery_id)
        except Refused as no:
            error = no
    context = {
        "here": "deliveries",
        "row": row,
        "error": error,
        "body": json.dumps(json.loads(row.body), ensure_ascii=False, indent=2),
        "attempts": queries.attempts(actor, row),
    }
    return render(request, "connections/message.html", context, status=409 if error else 200)
