"""Redemptions and vouchers: the desk, and one of them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.refusal import Refused
from gongying.core.ui import flow, links, typed
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label

from .. import actions, queries
from ..models import Redemption
from .policies import REWARDS
from .shared import TABS, by_state, choices, of_party, wallet_of

REDEMPTIONS = Table(
    "points_redemptions",
    [
        Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("points_redemption", r.pk)),
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=wallet_of),
        Column("name", _("Reward item"), queries.named, sort="reward"),
        Column("quantity", _("Quantity"), lambda r: r.quantity, "num", "quantity", phone=False),
        Column("points", _("Reward points"), lambda r: r.points, "num", "points", phone=False),
        Column("cost", _("Costs us"), lambda r: (r.cost_minor, r.currency), "money", "cost_minor", phone=False),
        Column("on", _("Day"), lambda r: r.on, "date", "on", phone=False),
        Column("ref", _("What came of it"), lambda r: r.ref or r.problem, phone=False),
        Column("state", _("State"), lambda r: r.state, "state", "state"),
    ],
    search=of_party,
    filters=[
        Filter("state", _("State"), choices("ordered", "fulfilled", "cancelled"), by_state),
        Filter("kind", _("Kind"), list(REWARDS), lambda rows, v: rows.filter(kind=v)),
        Filter("look", _("Look at"), [("stuck", _("cannot be created"))], lambda rows, v: rows.filter(state="ordered").exclude(problem="")),
    ],
    views=[(_("To be fulfilled"), "state=ordered"), (_("Cannot be created"), "look=stuck")],
    empty=_("Nothing was redeemed yet."),
)  # fmt: skip
VOUCHERS = Table(
    "points_vouchers",
    [
        Column("number", _("Reward voucher"), lambda r: r.number, sort="number", href=lambda r: links.to("points_redemption", r.redemption_id)),
        Column("party", _("Distributor"), lambda r: label(r.redemption.party), sort="redemption__party__name", phone=False),
        Column("name", _("Reward item"), lambda r: queries.named(r.redemption), sort="redemption__reward"),
        Column("until", _("Last day"), lambda r: r.valid_until, "date", "valid_until"),
        Column("used", _("Used on"), lambda r: r.used_on, "date", "used_on", phone=False),
        Column("by", _("Honoured by"), lambda r: r.used_by, phone=False),
        Column("state", _("State"), lambda r: queries.voucher_state(r, timezone.localdate()), "state", "state"),
    ],
    search=lambda rows, q: rows.filter(number__icontains=q) | rows.filter(redemption__party__name__icontains=q),
    filters=[Filter("state", _("State"), choices("issued", "honoured", "void"), by_state)],
    views=[(_("Not used yet"), "state=issued")],
    empty=_("No voucher was issued yet."),
)  # fmt: skip
STATIONS = (("ordered", _("ordered")), ("fulfilled", _("fulfilled")))


@page(needs="points.view")
def redemptions(request: Request) -> HttpResponse:
    """What was redeemed, by whom, and what came of it."""
    portal = request.actor.role in PORTAL
    context = {"tabs": () if portal else TABS, "tab": "redemptions", "portal_page": portal}
    return REDEMPTIONS.respond(request, queries.redemptions(request.actor), "points/redemptions.html", context)


@page(needs="points.view")
def vouchers(request: Request) -> HttpResponse:
    """Every voucher in scope."""
    portal = request.actor.role in PORTAL
    context = {"tabs": () if portal else TABS, "tab": "vouchers", "portal_page": portal}
    return VOUCHERS.respond(request, queries.vouchers(request.actor), "points/vouchers.html", context)


@page(needs="points.view")
def redemption(request: Request, redemption_id: int) -> HttpResponse:
    """One redemption: where it stands, its voucher, the lots its points came from; fulfil it, honour it, call it off."""
    actor, error = request.actor, None
    row = queries.redemption_row(actor, redemption_id)
    if request.method == "POST":
        try:
            _do(actor, row, request.POST)
            messages.success(request, say("Saved."))
            return redirect("points:redemption", redemption_id=row.pk)
        except Refused as no:
            error = no
    voucher = queries.voucher_of(actor, row.pk)
    state = queries.voucher_state(voucher, timezone.localdate()) if voucher else ""
    undoable = row.state == "ordered" or state in ("issued", "expired")
    context = {
        "row": row,
        "kind": dict(REWARDS)[row.kind],
        "path": flow.path_of(STATIONS, "ordered" if row.state == "cancelled" else row.state, stopped=_stopped(row)),
        "voucher": voucher,
        "voucher_state": state,
        "parts": queries.parts_of(actor, row),
        "events": _events(row, voucher),
        "made": links.to("order_number", row.ref) if row.result == "order" else "",
        "may_cancel": actor.can("points.cancel") and row.state != "cancelled" and undoable,
        "may_fulfil": actor.can("points.fulfil") and row.state == "ordered",
        "may_honour": actor.can("points.honour") and state == "issued",
        "portal_page": actor.role in PORTAL,
        "today": timezone.localdate(),
        "error": error,
    }
    return render(request, "points/redemption.html", context, status=409 if error else 200)


def _stopped(row: Redemption) -> Any:
    if row.state == "cancelled":
        return _("called off")
    return _("cannot be created") if row.problem and row.state == "ordered" else ""


def _do(actor: Actor, row: Redemption, form: Any) -> None:
    what = form.get("what", "")
    if what == "cancel":
        actions.cancel(actor, redemption_id=row.pk, reason=form.get("reason", ""))
    elif what == "fulfil":
        actions.fulfil(actor, redemption_id=row.pk, ref=form.get("ref", ""))
    elif what == "honour":
        voucher = queries.voucher_of(actor, row.pk)
        if voucher is None:
            raise Refused(_("This redemption has no voucher."), code="voucher")
        day = typed.day(form.get("on", ""), "on")
        actions.use(actor, voucher_id=voucher.pk, note=form.get("note", ""), on=day)
    else:
        raise Refused(_("Choose one of the list."), code="what", field="what")


def _events(row: Redemption, voucher: Any) -> list[flow.Event]:
    """What happened, newest first."""
    found = [flow.Event(row.ordered_at, say("ordered; the points left the account"), row.ordered_by, icon="gift")]
    if row.fulfilled_at:
        found.append(flow.Event(row.fulfilled_at, say("fulfilled"), row.fulfilled_by, row.ref, tone="good"))
    if voucher is not None and voucher.used_on:
        text = say("honoured on %(day)s") % {"day": voucher.used_on}
        found.append(
            flow.Event(row.fulfilled_at or row.ordered_at, text, voucher.used_by, voucher.note, tone="good")
        )
    if row.cancelled_at:
        text = say("called off; the points are back in their lots")
        found.append(flow.Event(row.cancelled_at, text, row.cancelled_by, row.reason, icon="undo", tone="bad"))
    return found[::-1]
