"""Returns: the list, asking for one, and one with its steps: decide, send, inspect."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.places import read as places
from gongying.core.actor import Actor
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.ui import flow, links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label
from gongying.core.ui.typed import tried

from .. import actions, queries
from ..models import Return
from ..rules import RETURN_REASONS, RETURN_STATES
from . import forms

STATIONS = [("requested", _("requested")), ("approved", _("approved")), ("sent back", _("sent back")), ("inspected", _("inspected")), ("credited", _("credited"))]  # fmt: skip
DELIVERIES, FREE = 20, 5
FREE_FIELDS = ("product", "lot", "free", "why")


def narrowed(rows: Any, q: str) -> Any:
    """Returns by number, order or distributor."""
    named = Q(party__name__icontains=q) | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
    return rows.filter(Q(number__icontains=q) | Q(order__icontains=q) | named | Q(party__code__iexact=q))


def _table(portal: bool) -> Table:
    party = [] if portal else [
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: links.to("party", r.party_id))
    ]  # fmt: skip
    return Table(
        "returns",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("return", r.pk)),
            *party,
            Column("order", _("Order"), lambda r: r.order, sort="order", phone=False),
            Column("units", _("Quantity"), lambda r: r.units, "num", "units"),
            Column("asked", _("Asked on"), lambda r: r.asked_on, "date", "asked_on", phone=False),
            Column("due", _("Answer due by"), lambda r: r.due_on if r.state == "requested" else None, "date", "due_on", phone=False),
            Column("credit", _("Credit note"), lambda r: r.credit, sort="credit", phone=False),
            Column("state", _("State"), lambda r: r.state, "state", "state"),
        ],
        sort="-number",
        search=narrowed,
        filters=[Filter("state", _("State"), [(s, _(s)) for s in RETURN_STATES], lambda rows, v: rows.filter(state=v))],
        views=[(_("To decide"), "state=requested"), (_("To inspect"), "state=sent+back")],
        empty=_("No return yet. Goods of a delivery are asked to be taken back with a reason and a photograph."),
    )  # fmt: skip


@page(needs="supply.view")
def returns(request: Request) -> HttpResponse:
    """Goods that come back, with what waits for whom."""
    rows, today = queries.returns(request.actor), timezone.localdate()
    waiting = queries.unanswered(request.actor)
    context = {
        "waiting": waiting.count(),
        "overdue": waiting.filter(due_on__lt=today).count(),
        "coming": rows.filter(state__in=("approved", "sent back")).count(),
        "uncredited": rows.filter(state="inspected").count(),
    }
    return _table(not request.actor.whole_network).respond(request, rows, "supply/returns.html", context)


@page(needs="supply.ask_return")
def ask(request: Request) -> HttpResponse:
    """Choose the goods of a delivery, or name products, and say why they come back."""
    actor, error = request.actor, None
    mine = list(parties.parties(actor)[:500])
    chosen = forms.key_of(request.GET if request.method == "GET" else request.POST, "party")
    party = parties.party(actor, chosen) if chosen else mine[0] if len(mine) == 1 else None
    if request.method == "POST" and party is not None:
        made: list[int] = []
        error = tried(request, lambda: made.append(_asked(request, party.pk)), "Saved.")
        if error is None:
            return redirect("supply:return", return_id=made[0])
    context: dict[str, Any] = {"party": party, "parties": mine, "reasons": RETURN_REASONS.items(), "error": error}
    if party is not None:
        days = queries.terms(party.pk, timezone.localdate()).return_days
        since = timezone.localdate() - timedelta(days=days)
        deliveries = list(queries.returnable(actor, party.pk, since)[:DELIVERIES])
        for line in (line for delivery in deliveries for line in delivery.shipment.got):  # type: ignore[attr-defined]
            line.typed = request.POST.get(f"back.{line.pk}", "")
            line.why = request.POST.get(f"reason.{line.pk}", "")
        context |= {
            "deliveries": deliveries,
            "only": forms.key_of(request.GET, "delivery"),
            "products": list(goods.products()[:1000]),
            "free": forms.rows(request.POST, FREE_FIELDS, FREE),
            "days": days,
            "given": request.POST,
        }
    return render(request, "supply/ask_return.html", context, status=409 if error else 200)


def _asked(request: Request, party_id: int) -> int:
    given, lines = request.POST, []
    reasons, notes = forms.texts(given, "reason"), forms.texts(given, "note")
    counted = {key: count for key, count in forms.counts(given, "back").items() if count and key.isdecimal()}
    for line in queries.delivered_lines(request.actor, party_id, [int(key) for key in counted]):
        key = str(line.pk)
        said = (reasons.get(key, ""), line.lot, line.pk, notes.get(key, ""))
        lines.append(actions.ReturnLineIn(line.product_id, counted[key], *said))
    free = [row for row in forms.rows(given, FREE_FIELDS, FREE) if row["product"] or row["free"]]
    for product, row in zip(forms.products([row["product"] for row in free]), free, strict=True):
        count = forms.whole(row["free"], "free")
        lines.append(actions.ReturnLineIn(product, count, row["why"], row["lot"]))
    kept = forms.photos(request, "photos", party_id)
    return actions.request_return(
        request.actor, party_id=party_id, lines=lines, note=given.get("text", ""), file_ids=kept
    )


@page(needs="supply.view")
def return_(request: Request, return_id: int) -> HttpResponse:
    """One return: what was asked, what was decided, what the inspection found, and its next step."""
    row, error = queries.return_row(request.actor, return_id), None
    if request.method == "POST":
        error = tried(request, partial(_step, request, row), "Saved.")
        if error is None:
            return redirect("supply:return", return_id=row.pk)
    return render(request, "supply/return.html", _shown(request.actor, row, error), status=409 if error else 200)


def _step(request: Request, row: Return) -> None:
    given, step, actor = request.POST, request.POST.get("step", ""), request.actor
    if step in ("approve", "refuse"):
        counted = {} if step == "refuse" else forms.counts(given, "approved")
        actions.decide_return(actor, return_id=row.pk, approved=counted, answer=given.get("answer", ""))
    elif step == "send":
        carrier, tracking = given.get("carrier", ""), given.get("tracking", "")
        actions.send_return(actor, return_id=row.pk, carrier=carrier, tracking=tracking)
    elif step == "cancel":
        actions.cancel_return(actor, return_id=row.pk)
    elif step == "inspect":
        _inspect(request, row)
    else:
        raise Refused(_("This step is over or not yet due for this return."), code="state")


def _inspect(request: Request, row: Return) -> None:
    given = request.POST
    counted = {name: forms.counts(given, name) for name in ("good", "damaged", "rejected")}
    notes = forms.texts(given, "finding")
    findings = []
    for line in queries.return_lines(request.actor, row):
        good, damaged, rejected = (counted[name].get(str(line.pk), 0) for name in counted)
        findings.append(actions.Finding(line.pk, good, damaged, rejected, notes.get(str(line.pk), "")))
    verb: Any = actions.VERBS.get("inspect", actions.inspect)
    day, site = forms.day(given.get("on", "")), forms.key_of(given, "site") or 0
    verb(request.actor, return_id=row.pk, findings=findings, site_id=site, on=day)


def _shown(actor: Actor, row: Return, error: Refused | None) -> dict[str, Any]:
    lines = list(queries.return_lines(actor, row))
    for line in lines:
        line.why = RETURN_REASONS.get(line.reason, line.reason)  # type: ignore[attr-defined]
    stopped = {"refused": _("refused"), "cancelled": _("cancelled")}.get(row.state, "")
    at = "approved" if row.state == "refused" else "requested" if row.state == "cancelled" else row.state
    today = timezone.localdate()
    inspecting = row.state in ("approved", "sent back") and actor.can("supply.inspect")
    return {
        "r": row,
        "lines": lines,
        "asked": sum(line.asked for line in lines),
        "approved": sum(line.approved or 0 for line in lines) if row.decided_at else None,
        "taken": sum(line.good + line.damaged for line in lines) if row.inspected_on else None,
        "photos": list(queries.return_files(actor, row)),
        "path": flow.path_of(STATIONS, at, stopped=stopped),
        "events": timeline(row),
        "today": today,
        "left": (row.due_on - today).days,
        "may_decide": row.state == "requested" and actor.can("supply.decide_return"),
        "own": same(actor, row.asked_by),
        "may_send": row.state == "approved" and actor.can("supply.ask_return"),
        "may_cancel": row.state in ("requested", "approved") and actor.can("supply.ask_return"),
        "may_inspect": inspecting,
        "sites": list(places.house_sites("warehouse")) if inspecting else [],
        "portal": not actor.whole_network,
        "error": error,
    }


def timeline(row: Return) -> list[flow.Event]:
    """All that happened to a return, the newest first."""
    found = [flow.Event(row.asked_at, _("requested"), row.asked_by, row.note, icon="return")]
    if row.decided_at:
        no = row.state == "refused"
        said, tone = (_("turned down"), "bad") if no else (_("approved"), "good")
        found.append(
            flow.Event(row.decided_at, said, row.decided_by, row.answer, icon="x" if no else "check", tone=tone)
        )
    if row.sent_at:
        text = " · ".join(part for part in (row.carrier, row.tracking) if part)
        found.append(flow.Event(row.sent_at, _("sent back"), row.sent_by, text, icon="truck"))
    if row.inspected_at:
        found.append(flow.Event(row.inspected_at, _("inspected"), row.inspected_by, icon="search"))
    if row.closed_at:
        said = _("cancelled") if row.state == "cancelled" else _("credited")
        found.append(flow.Event(row.closed_at, said, row.closed_by, row.credit, icon="bill"))
    return found[::-1]
