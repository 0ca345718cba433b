"""Stock of distributors: all of them by age, and one with his lots."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.doors import PORTAL
from gongying.core.refusal import Missing
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table

from .. import queries
from ..rules import HORIZONS
from .shelves import aged_columns, bars_of, name_of

HOLDERS = Table(
    "holders",
    [
        Column("code", _("Code"), lambda h: h.party.code, sort=lambda h: h.party.code, phone=False),
        Column("name", _("Distributor"), lambda h: name_of(h.party), sort=lambda h: h.party.code, href=lambda h: f"/warehouse/distributors/{h.party.pk}/"),
        Column("units", _("On hand"), lambda h: h.units, "num", lambda h: h.units),
        *aged_columns(lambda h: h.buckets),
        Column("old", _("older than 180 days"), lambda h: h.old, "bar", lambda h: h.old),
        Column("full", _("Full"), lambda h: h.full_units, "percent", lambda h: h.full_units, phone=False),
        Column("declared", _("Declared on"), lambda h: h.declared_on, "date", lambda h: h.declared_on, phone=False),
    ],
    sort="-units",
    search=lambda rows, q: [h for h in rows if q.lower() in f"{h.party.code} {h.party.name} {h.party.name_en}".lower()],
    filters=[Filter("is", _("Stock"), [("below", _("below zero")), ("full", _("more than it can hold")), ("old", _("a quarter older than 180 days"))], lambda rows, v: [h for h in rows if _is(h, v)])],
    views=[(_("Below zero"), "is=below"), (_("Old stock"), "is=old&sort=-old")],
    key=lambda h: h.party.pk,
    empty=_("No distributor of yours holds stock that is known. It comes from deliveries and declarations."),
)  # fmt: skip


def _is(row: queries.Holder, value: str) -> bool:
    if value == "below":
        return row.units < 0
    if value == "full":
        return (row.full_units or 0) > 1
    return (row.old or 0) >= 0.25


@page(needs="warehouse.holders")
def holders(request: Request) -> HttpResponse:
    """Who holds how much, and how old it is, on any day."""
    on = calendar.typed(request.GET.get("on", "")) or timezone.localdate()
    rows = queries.holders(request.actor, on)
    sums = tuple(sum(row.buckets[n] for row in rows) for n in range(len(queries.BUCKETS)))
    whole = sum(sums)
    parts = [(label, n, n / whole if whole else 0) for label, n in zip(queries.BUCKETS, sums, strict=True)]
    return HOLDERS.respond(request, rows, "warehouse/holders.html", {"on": on, "parts": parts})


LOTS = Table(
    "held_lots",
    [
        Column("code", _("Code"), lambda e: e.product.code, sort=lambda e: e.product.code, phone=False),
        Column("product", _("Product"), lambda e: name_of(e.product), sort=lambda e: e.product.code),
        Column("lot", _("Lot"), lambda e: e.lot or str(_("no lot named")), sort=lambda e: e.lot),
        Column("quantity", _("As posted"), lambda e: e.quantity, "num", lambda e: e.quantity, phone=False),
        Column("reckoned", _("Reckoned"), lambda e: e.reckoned, "num", lambda e: e.reckoned),
        Column("expires", _("Expires on"), lambda e: e.expires_on, "date", lambda e: e.expires_on, phone=False),
        Column("left", _("Days left"), lambda e: e.left, "days", lambda e: e.left),
        Column("since", _("Here since"), lambda e: e.since, "date", lambda e: e.since, phone=False),
        Column("cover", _("Lasts, days"), lambda e: e.cover, "days", lambda e: e.cover, phone=False),
        Column("state", _("State"), lambda e: "blocked" if e.blocked else "expired" if e.horizon == "expired" else "", "state", phone=False),
    ],
    sort="left",
    search=lambda rows, q: [e for e in rows if q.lower() in f"{e.lot} {e.product.code} {e.product.name} {e.product.name_en}".lower()],
    filters=[Filter("horizon", _("Expires"), HORIZONS, lambda rows, v: [e for e in rows if e.horizon == v])],
    views=[(_("Expired"), "horizon=expired"), (_("within 30 days"), "horizon=d30")],
    key=lambda e: f"{e.product.pk}/{e.lot}",
    empty=_("No stock is known yet. It comes from deliveries and declarations."),
)  # fmt: skip


@page(needs="warehouse.held")
def holder(request: Request, party_id: int) -> HttpResponse:
    """The stock of one distributor: lots, age, expiry, how long it lasts, how full his warehouses are."""
    party, today = parties.party(request.actor, party_id), timezone.localdate()
    found = queries.holding(request.actor, party.pk, today)
    context = {
        "party": party,
        "stock": found,
        "chart": bars_of(found.buckets),
        "products": len({each.product.pk for each in found.lots}),
        "own": request.actor.role in PORTAL,
        "today": today,
    }
    return LOTS.respond(request, found.lots, "warehouse/holder.html", context)


@page(needs="warehouse.portal")
def mine(request: Request) -> HttpResponse:
    """One's own stock."""
    own = parties.parties(request.actor).first()
    if own is None:
        raise Missing("no company")
    return redirect("warehouse:holder", party_id=own.pk)
