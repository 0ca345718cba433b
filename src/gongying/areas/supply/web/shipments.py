"""Shipments: the list, the board, one with all that is known of it, and what the carrier tells."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.refusal import Refused
from gongying.core.ui import flow, links
from gongying.core.ui.listing import attachment
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label, num
from gongying.core.ui.typed import tried

from .. import actions, queries
from ..models import CarrierEvent, Delivery, Shipment
from ..rules import EVENT_NAMES, FAULTS, LACKS, SHIPMENT_STATES
from . import papers

CARDS, DAYS = 8, 90
STATIONS = [("shipped", _("shipped")), ("in transit", _("in transit")), ("arrived", _("arrived")), ("delivered", _("delivered"))]  # fmt: skip
ICONS = {"picked_up": "box", "in_transit": "truck", "arrived": "pin", "exception": "alert", "note": "chat"}


def narrowed(rows: Any, q: str) -> Any:
    """Shipments by number, order, tracking number, or distributor."""
    named = Q(party__name__icontains=q) | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
    own = Q(number__icontains=q) | Q(order__icontains=q) | Q(tracking__icontains=q)
    return rows.filter(own | named | Q(party__code__iexact=q))


def _late(rows: Any, _value: str) -> Any:
    today = timezone.localdate()
    rows = rows.exclude(state="delivered")
    return rows.filter(Q(wanted_on__lt=today) | Q(wanted_on__isnull=True, eta__lt=today))


def _table(portal: bool) -> Table:
    party = [] if portal else [
        Column("party", _("Distributor"), lambda s: label(s.party), sort="party__name", href=lambda s: links.to("party", s.party_id), phone=False)
    ]  # fmt: skip
    return Table(
        "shipments",
        [
            Column("number", _("Number"), lambda s: s.number, sort="number", href=lambda s: links.to("shipment", s.pk)),
            *party,
            Column("order", _("Order"), lambda s: s.order, sort="order", phone=False),
            Column("carrier", _("Carrier"), lambda s: s.carrier, sort="carrier", phone=False),
            Column("tracking", _("Tracking number"), lambda s: s.tracking, sort="tracking", phone=False),
            Column("units", _("Quantity"), lambda s: s.units, "num", "units", phone=False),
            Column("shipped", _("Shipped on"), lambda s: s.shipped_on, "date", "shipped_on", phone=False),
            Column("due", _("Expected on"), lambda s: s.wanted_on or s.eta, "date", "eta"),
            Column("state", _("State"), lambda s: s.state, "state", "state"),
        ],
        sort="-number",
        search=narrowed,
        filters=[
            Filter("state", _("State"), [(s, _(s)) for s in SHIPMENT_STATES], lambda rows, v: rows.filter(state=v)),
            Filter("late", _("Not on time"), [("yes", _("not on time"))], _late),
        ],
        views=[(_("Not on time"), "late=yes"), (_("Delivered ones"), "state=delivered")],
        empty=_("Nothing was shipped yet. A shipment is made from an order that has its goods reserved."),
    )  # fmt: skip


@page(needs="supply.view")
def shipments(request: Request) -> HttpResponse:
    """What is on its way and what has arrived, with how reliably it comes."""
    actor, today = request.actor, timezone.localdate()
    states = queries.by_state(actor)
    context = {
        "going": sum(states.values()) - states["delivered"],
        "troubled": states["exception"],
        "late": queries.late(actor, today).count(),
        "claims": queries.claims(actor).filter(state="open").count(),
        "kept": queries.reliability(actor, start=today - timedelta(days=DAYS), end=today + timedelta(days=1)),
        "days": DAYS,
    }
    rows = queries.shipments(actor)
    return _table(not actor.whole_network).respond(request, rows, "supply/shipments.html", context)


@page(needs="supply.view")
def board(request: Request) -> HttpResponse:
    """Shipments by where they are; of the delivered ones the latest."""
    counts, today, lanes = queries.by_state(request.actor), timezone.localdate(), []
    for state in SHIPMENT_STATES:
        rows = queries.shipments(request.actor).filter(state=state)
        rows = rows.order_by("-id") if state == "delivered" else rows.order_by("eta", "id")
        cards = [_card(row, today) for row in rows[:CARDS]]
        lanes.append(flow.Lane(_(state), counts[state], f"/supply/?state={state}", cards))
    return render(request, "supply/board.html", {"lanes": lanes})


def _card(row: Any, today: Any) -> flow.BoardCard:
    due = row.wanted_on or row.eta
    done = row.state == "delivered"
    late = due is not None and due < today and not done
    tone = "bad" if late or row.state == "exception" else "good" if done else ""
    when = f" · {due:%m-%d}" if due else ""
    return flow.BoardCard(
        row.number, links.to("shipment", row.pk), f"{label(row.party)}{when}", num(row.units), tone
    )


def path_of(row: Shipment) -> list[flow.Step]:
    """The stations of a shipment; an exception stops it on the way."""
    if row.state == "exception":
        return flow.path_of(STATIONS, "in transit", stopped=_("exception"))
    return flow.path_of(STATIONS, row.state)


def timeline(row: Shipment, told: list[CarrierEvent], done: Delivery | None, claims: list[Any]) -> list[flow.Event]:
    """All that happened to a shipment, the newest first."""
    found = [flow.Event(row.created_at, _("shipped"), row.created_by, row.carrier, icon="box")]
    for event in told:
        detail = " · ".join(part for part in (event.place, event.note) if part)
        tone = "bad" if event.kind == "exception" else ""
        said = EVENT_NAMES.get(event.kind, event.kind)
        found.append(
            flow.Event(event.at, said, event.recorded_by, detail, icon=ICONS.get(event.kind, "truck"), tone=tone)
        )
    if done is not None:
        tone = "good" if done.in_full else "warn"
        found.append(
            flow.Event(
                done.delivered_at,
                _("received by the distributor"),
                done.confirmed_by,
                done.note,
                icon="check",
                tone=tone,
            )
        )
    for claim in claims:
        if claim.answered_at:
            said = FAULTS.get(claim.fault, claim.fault)
            found.append(
                flow.Event(
                    claim.answered_at,
                    _("claim settled"),
                    claim.answered_by,
                    f"{said}: {claim.answer}",
                    icon="scale",
                )
            )
    return sorted(found, key=lambda event: event.at, reverse=True)


@page(needs="supply.view")
def shipment(request: Request, shipment_id: int) -> HttpResponse:
    """One shipment: its lines by lot, where it is, the proof of its delivery, what was missing."""
    actor, row = request.actor, queries.shipment_row(request.actor, shipment_id)
    error = None
    if request.GET.get("export") == "pdf":
        paper = papers.note(row, list(queries.lines(actor, row)), queries.delivery_of(row))
        return attachment(paper, f"{row.number}.pdf", "application/pdf")
    if request.method == "POST":
        error = tried(request, lambda: _tell(request, row), "Saved.")
        if error is None:
            return redirect("supply:shipment", shipment_id=row.pk)
    return render(request, "supply/shipment.html", _shown(actor, row, error), status=409 if error else 200)


def _shown(actor: Actor, row: Shipment, error: Refused | None) -> dict[str, Any]:
    held, told, done = list(queries.lines(actor, row)), list(queries.events(actor, row)), queries.delivery_of(row)
    claims = list(queries.claims(actor).filter(delivery__shipment=row))
    due = row.wanted_on or row.eta
    return {
        "s": row,
        "lines": held,
        "units": sum(line.quantity for line in held),
        "received": None if done is None else done.received,
        "due": due,
        "late": done is None and due is not None and due < timezone.localdate(),
        "path": path_of(row),
        "events": timeline(row, told, done, claims),
        "done": done,
        "claims": claims,
        "lacks": LACKS,
        "faults": FAULTS.items(),
        "kinds": EVENT_NAMES.items(),
        "now": timezone.localtime(),
        "portal": not actor.whole_network,
        "may_deliver": done is None and actor.can("supply.deliver"),
        "may_return": done is not None and actor.can("supply.ask_return"),
        "error": error,
    }


def _tell(request: Request, row: Shipment) -> None:
    """What somebody at head office heard from the carrier; it gets a number of its own."""
    given = request.POST
    at = _time(given.get("at", ""))
    said = {name: given.get(name, "") for name in ("kind", "place", "note")}
    number = given.get("event_id", "").strip() or f"hand-{uuid.uuid4().hex[:20]}"
    actions.carrier_event(request.actor, shipment_id=row.pk, event_id=number, at=at, **said)


def _time(text: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise Refused(_("Say when it happened."), field="at")
    return timezone.make_aware(found) if timezone.is_naive(found) else found
