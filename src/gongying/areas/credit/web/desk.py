"""The credit desk, and one held order."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from gongying.core.actor import Actor
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import TONES, label, money

from .. import actions, queries
from ..models import Held

STATES = [
    ("open", _("waiting for credit")),
    ("released", _("released")),
    ("declined", _("declined")),
    ("dropped", _("dropped")),
]
WAITS = "waiting for credit"
TONES["wait"].add(WAITS)
NAMES = {"limit": _("above the limit"), "overdue": _("overdue"), "advance": _("prepayment missing")}


def state_of(row: Held) -> str:
    """The word of the badge."""
    return WAITS if row.state == "open" else row.state


def short(row: Held) -> str:
    """Why an order waits, in one line: the reasons with their figures."""
    found = queries.reasons(row.reasons, row.currency)
    return " · ".join(f"{NAMES[each.code]} {money(each.amount_minor, row.currency)}" for each in found)


def _found(rows: Any, q: str) -> Any:
    named = Q(party__name__icontains=q) | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
    return rows.filter(Q(order__icontains=q) | Q(party__code__icontains=q) | named)


def _code(rows: Any, value: str) -> Any:
    return rows.filter(reasons__contains=f'"{value}"')


ORDERS = Table(
    "held",
    [
        Column("order", _("Order number"), lambda r: r.order, sort="order", href=lambda r: links.to("held_order", r.pk)),
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: links.to("credit", r.party_id)),
        Column("amount", _("Amount"), lambda r: (r.amount_minor, r.currency), "money", "amount_minor"),
        Column("why", _("Why it waits"), short, phone=False),
        Column("since", _("Since"), lambda r: r.held_on, "date", "held_on", phone=False),
        Column("by", _("Decided by"), lambda r: r.decided_by, sort="decided_by", phone=False),
        Column("state", _("State"), state_of, "state", "state", phone=False),
    ],
    search=_found,
    filters=[
        Filter("state", _("State"), STATES, lambda rows, v: rows.filter(state=v)),
        Filter("why", _("Why it waits"), list(NAMES.items()), _code),
    ],
    views=[(_("Waiting"), "state=open"), (_("Overdue customers"), "state=open&why=overdue"), (_("Released"), "state=released")],
    empty=_("No order waits for credit. An order that does not fit into the limit appears here by itself."),
)  # fmt: skip


def _tiles(actor: Actor, today: date) -> dict[str, Any]:
    """The figures above the list, by currency."""
    rows = queries.holds(actor).filter(state="open").order_by()
    sums = dict(rows.values_list("currency").annotate(total=Sum("amount_minor")))
    found: dict[str, dict[str, int]] = {}
    for row in queries.standings(actor, on=today):
        held = found.setdefault(row.currency, dict.fromkeys(("owed", "held", "overdue", "limit", "over"), 0))
        held["owed"] += row.owed_minor
        held["held"] += row.held_minor
        held["overdue"] += row.overdue_minor
        held["limit"] += row.limit_minor + row.temporary_minor
        held["over"] += row.available_minor < 0
    return {
        "waiting": rows.count(),
        "sums": sums,
        "totals": sorted(found.items(), key=lambda pair: -pair[1]["owed"]),
        "ending": queries.ending(actor, today)[:8],
        "proposed": queries.proposals(actor)[:8],
    }


@page(needs="credit.desk")
def desk(request: Request) -> HttpResponse:
    """Orders that wait for credit, what the network owes, limits that wait or end."""
    actor, today = request.actor, timezone.localdate()
    context = {"today": today, **_tiles(actor, today)}
    return ORDERS.respond(request, queries.holds(actor), "credit/desk.html", context)


@require_POST
@page(needs="credit.recheck")
def recheck(request: Request) -> HttpResponse:
    """Judge every held order anew."""
    gone = actions.recheck(request.actor)
    text = ngettext("%(count)s order goes on.", "%(count)s orders go on.", len(gone)) % {"count": len(gone)}
    messages.success(request, text if gone else say("Nothing has changed: all of them still wait."))
    return redirect("credit:desk")


@page(needs="credit.desk")
def order(request: Request, hold_id: int) -> HttpResponse:
    """One held order: the reasons then and now, the figures behind them; release it with a reason, or decline it."""
    actor, today, error = request.actor, timezone.localdate(), None
    row: Held = one(queries.holds(actor), pk=hold_id)
    if request.method == "POST":
        verb = actions.release if request.POST.get("verdict") == "release" else actions.decline
        try:
            verb(actor, hold_id=hold_id, reason=request.POST.get("reason", ""))
            messages.success(request, say("Saved."))
            return redirect("credit:order", hold_id=hold_id)
        except Refused as no:
            error = no
    now = queries.standing(
        actor, party_id=row.party_id, currency=row.currency, on=today, own_hold=f"order/{row.order}"
    )
    verdict = queries.still(actor, row, today)
    context = {
        "row": row,
        "state": state_of(row),
        "error": error,
        "then": queries.reasons(row.reasons, row.currency),
        "now": verdict.reasons,
        "fits": verdict.passes,
        "at_release": queries.reasons(row.at_release, row.currency),
        "standing": now,
        "after": now.available_minor - row.amount_minor,
        "bars": queries.bars(now),
        "parts": queries.parts(now),
        "others": queries.holds(actor).filter(party_id=row.party_id, state="open").exclude(pk=row.pk)[:10],
        "may": row.state == "open" and actor.can("credit.release"),
        "order_url": links.to("order_number", row.order),
    }
    return render(request, "credit/order.html", context, status=409 if error else 200)
