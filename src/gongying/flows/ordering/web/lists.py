"""The list of orders and the board; approve several at once."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.areas.orders import queries as orders
from gongying.core import calendar
from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.flow import BoardCard, Lane
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label, short_money

from .. import actions, queries

STATES = (
    "submitted", "held", "approved", "allocated", "shipped", "delivered", "invoiced", "paid", "closed", "cancelled", "rejected",
)  # fmt: skip
LANES = STATES[:7]
VIEWS = [(_("To approve"), "state=submitted"), (_("On hold"), "state=held"), (_("To ship"), "state=allocated")]
PORTAL_VIEWS = [
    (_("On their way"), "state=shipped"),
    (_("To be paid"), "state=invoiced"),
    (_("On hold"), "state=held"),
]
CARDS = 12


def _late(rows: Any, value: str) -> Any:
    return rows.filter(requested_on__lt=timezone.localdate(), state__in=LANES[:5])


def _progress(row: Any) -> float | None:
    return row.arrived / row.wanted if row.wanted else None


def table(portal: bool, bulk: bool) -> Table:
    """The list as the house or a distributor sees it."""
    who = [] if portal else [
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: links.to("party", r.party_id)),
    ]  # fmt: skip
    return Table(
        "orders",
        [
            Column("number", _("Number"), lambda r: r.number, sort="id", href=lambda r: links.numbered("ordering:order", r.pk)),
            *who,
            Column("placed", _("Placed on"), lambda r: r.placed_on, "date", "placed_on", phone=False),
            Column("wanted", _("Asked for"), lambda r: r.requested_on, "date", "requested_on", phone=False),
            Column("reference", _("Reference"), lambda r: r.reference, sort="reference", phone=False),
            Column("total", _("Total incl. tax"), lambda r: (r.total_minor, r.currency), "money", "total_minor"),
            Column("progress", _("Delivered"), _progress, "bar", phone=False),
            Column("owing", _("Back-order"), lambda r: r.owing if r.state in ("approved", "allocated") and r.owing else None, "num", "owing", phone=False),
            Column("state", _("State"), lambda r: r.shown, "state", "state"),
        ],
        filters=[
            Filter("state", _("State"), [(s, orders.state_word(s)) for s in STATES], lambda rows, v: rows.filter(state=v)),
            Filter("late", _("Late"), [("yes", _("late"))], _late),
            Filter("owing", _("Back-order"), [("yes", _("with a back-order"))], lambda rows, v: rows.filter(state="approved")),
            Filter("amended", _("Amended"), [("yes", _("amended"))], lambda rows, v: rows.filter(version__gt=1)),
        ],
        sort="-number",
        search=lambda rows, q: rows.filter(
            Q(number__icontains=q) | Q(reference__icontains=q) | Q(party__code__icontains=q) | Q(party__name__icontains=q)
            | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
        ),
        views=[*(PORTAL_VIEWS if portal else VIEWS), (_("Back-orders"), "owing=yes"), (_("Late"), "late=yes")],
        bulk=[(_("Approve"), reverse("ordering:approve"))] if bulk else [],
        empty=_("No order yet. Order from the sheet: it knows what you bought and what you need."),
    )  # fmt: skip


def _board(request: Request) -> list[Lane]:
    piles = orders.piles(request.actor, timezone.localdate())
    today = timezone.localdate()
    found = []
    for state in LANES:
        pile = piles.get(state)
        rows = orders.listed(request.actor).filter(state=state)
        first = rows.order_by(F("requested_on").asc(nulls_last=True), "id")[:CARDS] if pile else rows.none()
        cards = [
            BoardCard(
                row.number, reverse("ordering:order", args=[row.pk]),
                f"{label(row.party)}" + (f" · {row.requested_on}" if row.requested_on else ""),
                short_money(row.total_minor, row.currency),
                "bad" if row.requested_on and row.requested_on < today and state in LANES[:5] else "warn" if state in ("submitted", "held") else "",
            )
            for row in first
        ]  # fmt: skip
        sums = " · ".join(
            f"{short_money(total, code)} {code}" for code, total in (pile.sums if pile else {}).items()
        )
        late = say("%(count)s late") % {"count": pile.late} if pile and pile.late else ""
        count = pile.count if pile else 0
        found.append(
            Lane(
                orders.state_word(state),
                count,
                f"{reverse('ordering:orders')}?state={state}",
                cards,
                " · ".join(filter(None, [sums, late])),
            )
        )
    return found


@page(needs="orders.view")
def listing(request: Request) -> HttpResponse:
    """Orders in scope: filter, find, export, approve several; the distributor's own with what is on its way."""
    actor = request.actor
    portal = orders.outside(actor)
    context = {
        "portal": portal,
        "drafts": orders.drafts(actor)[:10],
        "may_place": actor.can("ordering.place"),
        "may_allocate": actor.can("ordering.allocate"),
        "may_share": actor.can("ordering.allocate") and actor.whole_network,
        "last": orders.last_order(actor, next(iter(actor.parties))) if portal and actor.parties else None,
    }
    made = table(portal, actor.can("ordering.approve"))
    return made.respond(request, orders.listed(actor), "ordering/orders.html", context)


@page(needs="orders.view")
def board(request: Request) -> HttpResponse:
    """Open orders by state, with how many, what they come to and how many are late."""
    return render(request, "ordering/board.html", {"lanes": _board(request)})


@page(needs="orders.view")
def unbilled(request: Request) -> HttpResponse:
    """Deliveries of a month of which goods are not invoiced yet; each order can be invoiced from here."""
    today = timezone.localdate()
    try:
        month = calendar.period(request.GET.get("month") or calendar.month_of(today).code)
    except Refused:
        month = calendar.month_of(today)
    rows = queries.unbilled(request.actor, month.start, month.end)
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.order.currency] = sums.get(row.order.currency, 0) + row.total_minor
    context = {
        "month": month.code,
        "before": calendar.month_of(month.start - timedelta(days=1)).code,
        "after": calendar.month_of(month.end).code if month.end <= today else "",
        "rows": rows,
        "sums": sorted(sums.items()),
        "may_invoice": request.actor.can("ordering.invoice"),
    }
    return render(request, "ordering/unbilled.html", context)


@require_POST
@page(needs="ordering.approve")
def approve(request: Request) -> HttpResponse:
    """Approve the orders that were ticked, and say of each that could not be why."""
    actor = request.actor
    rows = orders.listed(actor)
    chosen = table(False, True).chosen(request, rows)
    told = actions.approve_all(actor, order_ids=[row.pk for row in chosen[: actions.deciding.MOST]])
    done = [number for number, state in told.items() if state in STATES]
    if done:
        messages.success(request, say("%(count)s orders approved.") % {"count": len(done)})
    for number, state in list(told.items())[:20]:
        if state not in STATES:
            messages.error(request, f"{number}: {state}")
    return redirect("ordering:orders")


@require_POST
@page(needs="ordering.allocate")
def allocate(request: Request) -> HttpResponse:
    """Set aside what is free for every back-order, the oldest first."""
    told = actions.allocate_waiting(request.actor)
    units = sum(told.values())
    messages.success(
        request,
        say("%(units)s units were set aside for %(count)s orders.") % {"units": f"{units:,}", "count": len(told)},
    )
    return redirect("ordering:orders")
