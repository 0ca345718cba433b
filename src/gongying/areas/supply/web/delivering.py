"""A delivery is confirmed, on a phone first; what was missing is explained and settled."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label
from gongying.core.ui.typed import tried

from .. import actions, queries
from ..models import Shipment
from ..rules import FAULTS, LACKS
from . import forms

CLAIMS = Table(
    "claims",
    [
        Column("shipment", _("Shipment"), lambda c: c.delivery.shipment.number, sort="delivery__number", href=lambda c: links.to("shipment", c.delivery.shipment_id)),
        Column("party", _("Distributor"), lambda c: label(c.delivery.party), sort="delivery__party__name"),
        Column("product", _("Product"), lambda c: f"{c.line.product.code} {label(c.line.product)}", sort="line__product__code", phone=False),
        Column("quantity", _("Quantity"), lambda c: c.quantity, "num", "quantity"),
        Column("reason", _("Reason"), lambda c: LACKS.get(c.reason, c.reason), sort="reason", phone=False),
        Column("fault", _("At fault"), lambda c: FAULTS.get(c.fault, ""), sort="fault", phone=False),
        Column("on", _("Delivered on"), lambda c: c.delivery.delivered_on, "date", "delivery__delivered_on", phone=False),
        Column("state", _("State"), lambda c: c.state, "state", "state"),
    ],
    filters=[
        Filter("state", _("State"), [("open", _("open")), ("closed", _("closed"))], lambda rows, v: rows.filter(state=v)),
        Filter("reason", _("Reason"), list(LACKS.items()), lambda rows, v: rows.filter(reason=v)),
        Filter("fault", _("At fault"), list(FAULTS.items()), lambda rows, v: rows.filter(fault=v)),
    ],
    search=lambda rows, q: rows.filter(delivery__shipment__number__icontains=q),
    views=[(_("Open ones"), "state=open")],
    empty=_("Nothing was missing or spoilt in a delivery yet."),
)  # fmt: skip


@page(needs="supply.deliver")
def receive(request: Request, shipment_id: int) -> HttpResponse:
    """Line by line what was received; everything stands as shipped until somebody says otherwise."""
    row = queries.shipment_row(request.actor, shipment_id)
    if row.state == "delivered":
        return redirect("supply:shipment", shipment_id=row.pk)
    error = None
    if request.method == "POST":
        error = tried(request, partial(_confirm, request, row), "Saved.")
        if error is None:
            return redirect("supply:shipment", shipment_id=row.pk)
    given, held = request.POST, list(queries.lines(request.actor, row))
    lines = [
        {
            "line": line,
            "received": given.get(f"received.{line.pk}", line.quantity),
            "reason": given.get(f"reason.{line.pk}", ""),
        }
        for line in held
    ]
    context = {
        "s": row,
        "lines": lines,
        "units": sum(line.quantity for line in held),
        "lacks": LACKS.items(),
        "today": timezone.localdate(),
        "signed_by": given.get("signed_by", ""),
        "note": given.get("note", ""),
        "portal": not request.actor.whole_network,
        "error": error,
    }
    return render(request, "supply/receive.html", context, status=409 if error else 200)


def _confirm(request: Request, row: Shipment) -> None:
    given, day = request.POST, forms.day(request.POST.get("on", ""))
    if day > timezone.localdate():
        raise Refused(_("A delivery is confirmed when it has arrived."), field="on")
    kept = forms.photos(request, "proof", row.party_id, most=1)
    verb: Any = actions.VERBS.get("deliver", actions.deliver)
    verb(
        request.actor,
        shipment_id=row.pk,
        received=forms.counts(given, "received") or None,
        signed_by=given.get("signed_by", ""),
        file_id=kept[0] if kept else None,
        on=day,
        reasons=forms.texts(given, "reason"),
        note=given.get("note", ""),
    )


@page(needs="supply.view")
def claims(request: Request) -> HttpResponse:
    """What was missing or spoilt, with whose fault it was."""
    return CLAIMS.respond(request, queries.claims(request.actor), "supply/claims.html")


@require_POST
@page(needs="supply.view")
def claim(request: Request, claim_id: int) -> HttpResponse:
    """Explain a claim with a photograph, or settle it; the verb asks for the permission it needs."""
    row = one(queries.claims(request.actor), pk=claim_id)
    given = request.POST
    try:
        if given.get("step") == "settle":
            said = {name: given.get(name, "") for name in ("fault", "answer")}
            actions.settle_claim(request.actor, claim_id=row.pk, **said)
        else:
            kept = forms.photos(request, "photo", row.delivery.party_id, most=1)
            actions.explain_claim(
                request.actor, claim_id=row.pk, note=given.get("note", ""), file_id=kept[0] if kept else None
            )
        messages.success(request, say("Saved."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("supply:shipment", shipment_id=row.delivery.shipment_id)
