"""Wallets: everybody's, one distributor's, and how his points were earned down to the lines."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.books.trade import read as trade
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label
from gongying.engines.points import expiry

from .. import actions, queries
from .shared import TABS, whole

KINDS = {
    "award": _("earned"),
    "rebate": _("a rebate in points"),
    "redeemed": _("redeemed"),
    "back": _("came back"),
    "cleared": _("expired"),
    "transfer": _("passed on"),
    "adjust": _("adjusted"),
}
MOST = 60  # entries of a page


def _soon(rows: list[Any], value: str) -> list[Any]:
    limit = timezone.localdate() + timedelta(days=int(value))
    return [row for row in rows if row[2] is not None and row[2] <= limit]


WALLETS = Table(
    "points",
    [
        Column("code", _("Code"), lambda r: r[0].code, sort=lambda r: r[0].code, phone=False),
        Column("party", _("Distributor"), lambda r: label(r[0]), sort=lambda r: r[0].code, href=lambda r: links.to("points", r[0].pk)),
        Column("points", _("Reward points"), lambda r: r[1], "num", lambda r: r[1]),
        Column("next", _("Next last day"), lambda r: r[2], "date", lambda r: r[2]),
    ],
    sort="-points",
    search=lambda rows, q: [r for r in rows if q.lower() in f"{r[0].code} {r[0].name} {r[0].name_en} {r[0].initials}".lower()],
    filters=[Filter("soon", _("Last day"), [("30", _("within 30 days")), ("90", _("within 90 days"))], _soon)],
    key=lambda r: r[0].pk,
    empty=_("Nobody has points yet. Publish a points programme and submit an award."),
)  # fmt: skip


@page(needs="points.desk")
def wallets(request: Request) -> HttpResponse:
    """Everybody's points."""
    rows = queries.wallets(request.actor)
    context = {
        "tabs": TABS,
        "tab": "wallets",
        "total": sum(row[1] for row in rows),
        "waiting": queries.waiting(request.actor),
    }
    return WALLETS.respond(request, rows, "points/wallets.html", context)


@page(needs="points.mine")
def mine(request: Request) -> HttpResponse:
    """A distributor's people come to their own points."""
    own = parties.parties(request.actor).first()
    if own is None:
        raise Missing("no distributor of his")
    return redirect("points:wallet", party_id=own.pk)


@page(needs="points.view")
def wallet(request: Request, party_id: int) -> HttpResponse:
    """One distributor's points: what is there, what goes when, what can be had for it, every entry; pass some on."""
    actor, today, error = request.actor, timezone.localdate(), None
    party = parties.party(actor, party_id)
    if request.method == "POST":
        try:
            _do(actor, party.pk, request.POST)
            messages.success(request, say("Saved."))
            return redirect("points:wallet", party_id=party.pk)
        except Refused as no:
            error = no
    view = queries.wallet(actor, party_id=party.pk)
    shelves = queries.catalogue(actor, party_id=party.pk)
    context = {
        "party": party,
        "today": today,
        "view": view,
        "soon": [each for each in view.expires if each.days <= 90],
        "lots": queries.open_lots(actor, party.pk)[:MOST],
        "entries": [(each, KINDS[each.kind], _leads(actor, each)) for each in view.entries[:MOST]],
        "earnings": queries.earnings(actor).filter(party_id=party.pk, award__state="posted")[:12],
        "reach": [shelf for shelf in shelves if shelf.can][:4],
        "nearest": next((shelf for shelf in sorted(shelves, key=lambda s: s.lacks) if shelf.lacks), None),
        "notices": queries.losses(actor).filter(party_id=party.pk, clearing__state="noticed", exempt="")[:5],
        "cleared": queries.losses(actor).filter(party_id=party.pk, clearing__state="done", cleared__gt=0)[:5],
        "portal_page": actor.role in PORTAL,
        "may_transfer": actor.can("points.transfer") and _transfers(today),
        "may_adjust": actor.can("points.adjust"),
        "error": error,
        "posted": request.POST,
    }
    return render(request, "points/wallet.html", context, status=409 if error else 200)


def _transfers(today: date) -> bool:
    try:
        return queries.programme_on(today).document.transfers
    except Missing:
        return False


def _do(actor: Actor, party_id: int, form: Any) -> None:
    points, reason = whole(form.get("points", ""), "points"), form.get("reason", "")
    if form.get("what") == "transfer":
        actions.transfer(actor, party_id=party_id, taker=form.get("taker", ""), points=points, reason=reason)
    else:
        actions.adjust(actor, party_id=party_id, points=points, reason=reason)


def _leads(actor: Actor, entry: Any) -> str:
    """Where an entry of the account leads."""
    if entry.ref_id is None:
        return ""
    if entry.kind == "award":
        return f"/points/earnings/{entry.ref_id}/"
    return links.to("points_clearing" if entry.kind == "cleared" else "redemption", entry.ref_id)


@page(needs="points.view")
def earning(request: Request, earning_id: int) -> HttpResponse:
    """How the points of a period were earned: rule by rule, from the figure on."""
    row = queries.earning_row(request.actor, earning_id)
    document = queries.programme_of(row.award.version_id)
    start, end = queries.window_of(row)
    context = {
        "row": row,
        "steps": queries.told(row),
        "start": start,
        "last": end - timedelta(days=1),
        "expires": expiry(row.award.business_date, document.expiry) if row.due > 0 else None,
        "portal_page": request.actor.role in PORTAL,
        "panel": bool(request.headers.get("X-Panel")),
    }
    name = "points/_earning.html" if context["panel"] else "points/earning.html"
    return render(request, name, context)


LINES = Table(
    "points_lines",
    [
        Column("day", _("Day"), lambda r: r.business_date, "date", "business_date"),
        Column("document", _("Document"), lambda r: r.document, sort="document"),
        Column("product", _("Product"), lambda r: label(r.product), sort="product__code", phone=False),
        Column("quantity", _("Quantity"), lambda r: r.quantity, "num", "quantity"),
        Column("net", _("Net value"), lambda r: (r.net_minor, r.currency), "money", "net_minor"),
    ],
    search=lambda rows, q: rows.filter(document__icontains=q),
    empty=_("No line was counted."),
)
BUYERS = Table(
    "points_buyers",
    [
        Column("buyer", _("Buyer"), lambda r: r[0], sort=lambda r: r[0]),
        Column("day", _("First sold to on"), lambda r: r[1], "date", lambda r: r[1]),
    ],
    search=lambda rows, q: [r for r in rows if q.lower() in r[0].lower()],
    key=lambda r: r[0],
    empty=_("No buyer was new."),
)


@page(needs="points.view")
def lines(request: Request, earning_id: int) -> HttpResponse:
    """The lines a rule counted, as the award knew them; of new outlets the buyers."""
    actor = request.actor
    row = queries.earning_row(actor, earning_id)
    document = queries.programme_of(row.award.version_id)
    rule = queries.rule_of(row, request.GET.get("rule", "")) or document.rules[0]
    context = {"row": row, "rule": queries.named(rule)}
    if rule.kind == "outlets":
        start, end = queries.window_of(row)
        found = trade.first_sales(actor, start=start, end=end, party_id=row.party_id)
        return BUYERS.respond(request, found, "points/lines.html", context)
    return LINES.respond(request, queries.lines_behind(actor, row, rule.code), "points/lines.html", context)
