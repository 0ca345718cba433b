"""Goods that cost nothing: what was given in a quarter and what it is worth, and asking for more."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.areas.orders import queries as orders
from gongying.areas.orders.actions import DraftLine
from gongying.areas.orders.queries.suggesting import UNITS
from gongying.areas.orders.rules import free
from gongying.areas.orders.rules.pasting import read_paste
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.refusal import Refused
from gongying.core.ui import links, typed
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label

from .. import actions, queries


def _tax(row: Any) -> tuple[int, str]:
    return free.deemed_tax(row.why, orders.worth_of(row), row.tax_rate), row.order.currency


def table(portal: bool) -> Table:
    """The list; tax is the house's affair."""
    house = [
        Column("party", _("Distributor"), lambda r: label(r.order.party), sort="order__party__name", href=lambda r: links.to("party", r.order.party_id), phone=False),
        Column("tax", _("Deemed output tax"), _tax, "money", phone=False),
    ]  # fmt: skip
    return Table(
        "free",
        [
            Column("order", _("Order"), lambda r: r.order.number, sort="order_id", href=lambda r: links.to("order", r.order_id)),
            Column("placed", _("Placed on"), lambda r: r.order.placed_on, "date", "order__placed_on", phone=False),
            *([] if portal else house[:1]),
            Column("product", _("Product"), lambda r: label(r.product), sort="product__code"),
            Column("why", _("Why"), lambda r: free.KINDS[r.why], sort="order__purpose"),
            Column("units", _("Units"), lambda r: r.quantity - r.cancelled, "num", "quantity", phone=False),
            Column("delivered", _("Delivered"), lambda r: r.delivered, "num", "delivered", phone=False),
            Column("worth", _("Worth before tax"), lambda r: (orders.worth_of(r), r.order.currency), "money", "gross_minor"),
            *([] if portal else house[1:]),
        ],
        filters=[Filter("why", _("Why"), list(free.KINDS.items()), orders.of_kind)],
        sort="-order",
        search=lambda rows, text: rows.filter(
            Q(order__number__icontains=text) | Q(order__party__name__icontains=text) | Q(product__code__icontains=text)
        ),
        empty=_("Nothing was given for nothing in this quarter."),
    )  # fmt: skip


@page(needs="orders.view")
def free_goods(request: Request) -> HttpResponse:
    """What was given for nothing in a quarter, line by line, with sums by kind and what is deemed sold."""
    portal = orders.outside(request.actor)
    today = timezone.localdate()
    try:
        span = calendar.period(request.GET.get("period") or calendar.quarter_of(today).code)
    except Refused:
        span = calendar.quarter_of(today)
    rows = orders.free_lines_of(request.actor)
    rows = rows.filter(order__placed_on__gte=span.start, order__placed_on__lt=span.end)
    sums = orders.free_sums(rows.iterator(chunk_size=2000))
    context = {
        "portal": portal,
        "span": span,
        "before": calendar.quarter_of(span.start - timedelta(days=1)).code,
        "after": calendar.quarter_of(span.end).code if span.end <= today else "",
        "sums": [(free.KINDS[each.kind], each) for each in sums],
        "may_give": request.actor.can("ordering.give"),
    }
    return table(portal).respond(request, rows, "ordering/free.html", context)


@page(needs="ordering.give")
def give(request: Request) -> HttpResponse:
    """Ask for goods that cost nothing: for whom, what for, why, and the goods as a pasted list."""
    given, error = request.POST, None
    asked = given.get("party") or request.GET.get("party", "")
    party = parties.party(request.actor, int(asked)) if asked.isdecimal() else None
    if party is None:
        wanted = request.GET.get("q", "").strip()
        found = parties.parties(request.actor, wanted)[:30]
        return render(
            request, "ordering/choose.html", {"found": found, "q": wanted, "to": reverse("ordering:give")}
        )
    faults: list[Any] = []
    if request.method == "POST":
        read = read_paste(given.get("text", ""), orders.known_goods(), UNITS)
        faults = read.faults
        try:
            if not faults:
                return _given(request, party.pk, [DraftLine(x.code, x.packs, x.pack) for x in read.lines])
        except Refused as no:
            error = no
    context = {
        "party": party,
        "purposes": [(code, free.KINDS[code]) for code in free.GIVEN],
        "given": given,
        "faults": faults,
        "error": error,
        "addresses": queries.addresses(request.actor, party.pk, timezone.localdate()),
    }
    return render(request, "ordering/give.html", context, status=409 if error or faults else 200)


def _given(request: Request, party_id: int, lines: list[DraftLine]) -> HttpResponse:
    given = request.POST
    ship_to = given.get("ship_to", "")
    done = actions.give(
        request.actor,
        party_id=party_id,
        purpose=given.get("purpose", ""),
        lines=lines,
        reason=given.get("reason", ""),
        requested_on=typed.maybe_day(given.get("requested_on", ""), "requested_on"),
        ship_to_id=int(ship_to) if ship_to.isdecimal() else None,
    )
    messages.success(request, say("%(number)s was written.") % {"number": done.number})
    return redirect("ordering:order", order_id=done.id)
