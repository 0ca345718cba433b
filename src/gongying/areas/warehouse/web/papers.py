"""Slips: goods that come in, move between sites, or are adjusted with a reason."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.books.goods import read as goods
from gongying.books.places import read as places
from gongying.core.refusal import Refused
from gongying.core.ui.flow import Event
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import actions, queries
from ..models import Slip
from . import typed
from .shelves import name_of

KINDS = (
    ("receipt", _("receipt")),
    ("move", _("move between sites")),
    ("adjust", _("adjustment")),
)
STATES = ("pending", "posted", "rejected")
IN = ("product", "quantity", "lot", "expires_on", "made_on", "pack", "serials")
THERE = ("product", "quantity", "lot")
GIVEN = ("site", "to_site", "on", "reference", "note", "reason")
SLIPS = Table(
    "slips",
    [
        Column("number", _("Number"), lambda s: s.number, sort="number", href=lambda s: f"/warehouse/slips/{s.pk}/"),
        Column("kind", _("Kind"), lambda s: str(dict(KINDS).get(s.kind, s.kind)), sort="kind"),
        Column("site", _("Site"), lambda s: f"{name_of(s.site)} → {name_of(s.to_site)}" if s.to_site else name_of(s.site), sort="site__code", phone=False),
        Column("on", _("Date"), lambda s: s.business_date, "date", "business_date", phone=False),
        Column("reference", _("Reference"), lambda s: s.reference, sort="reference", phone=False),
        Column("lines", _("Lines"), lambda s: s.many, "num", "many", phone=False),
        Column("units", _("Units"), lambda s: s.units, "num", "units"),
        Column("by", _("Entered by"), lambda s: s.created_by, sort="created_by", phone=False),
        Column("state", _("State"), lambda s: s.state, "state", "state"),
    ],
    sort="-number",
    filters=[
        Filter("kind", _("Kind"), KINDS, lambda rows, v: rows.filter(kind=v)),
        Filter("state", _("State"), [(s, _(s)) for s in STATES], lambda rows, v: rows.filter(state=v)),
    ],
    search=lambda rows, q: rows.filter(Q(number__icontains=q) | Q(reference__icontains=q)),
    views=[(_("To approve"), "state=pending")],
    empty=_("No slip yet. Goods that are received, moved or adjusted leave one here."),
)  # fmt: skip


@page(needs="warehouse.view")
def slips(request: Request) -> HttpResponse:
    """All slips of the house."""
    return SLIPS.respond(request, queries.slips(request.actor), "warehouse/slips.html", {"tab": "slips"})


@page(needs="warehouse.view")
def slip(request: Request, slip_id: int) -> HttpResponse:
    """One slip: what it says, its lines, what happened to it; approve or turn it down."""
    row = queries.slip_of(request.actor, slip_id)
    rules = queries.rules_on(row.business_date)
    reasons = {each.code: pick(each.name, each.name_en) for each in rules.reasons}
    lines = row.lines.for_actor(request.actor).select_related("product").order_by("pk")
    context = {
        "tab": "slips",
        "slip": row,
        "kind": dict(KINDS).get(row.kind, row.kind),
        "reason": reasons.get(row.reason, row.reason),
        "lines": lines,
        "own": row.created_by == request.actor.name,
        "limit": rules.four_eyes_units,
        "events": _events(row),
    }
    return render(request, "warehouse/slip.html", context)


def _events(row: Slip) -> list[Event]:
    found = [Event(row.created_at, say("entered"), row.created_by, row.note, icon="edit")]
    if row.state == "posted" and not row.decided_at:
        found.append(Event(row.created_at, say("posted to the book of stock"), row.created_by, tone="good"))
    if row.decided_at:
        good = row.state == "posted"
        text = say("approved and posted") if good else say("rejected")
        found.append(
            Event(
                row.decided_at, text, row.decided_by, icon="check" if good else "x", tone="good" if good else "bad"
            )
        )
    return found[::-1]


@require_POST
@page(needs="warehouse.approve")
def decide(request: Request, slip_id: int) -> HttpResponse:
    """Approve or reject an adjustment of somebody else."""
    verb = actions.approve if request.POST.get("verdict") == "approve" else actions.reject
    _done, no = typed.attempt(lambda: verb(request.actor, slip_id=slip_id))
    messages.error(request, str(no)) if no else messages.success(request, say("Saved."))
    return redirect("warehouse:slip", slip_id=slip_id)


@require_POST
@page(needs="warehouse.keep")
def block(request: Request) -> HttpResponse:
    """Block every lot whose last day is over."""
    count, no = typed.attempt(lambda: actions.block_expired(request.actor))
    if no:
        messages.error(request, str(no))
    else:
        messages.success(request, say("%(count)s lots are blocked.") % {"count": count})
    return redirect("warehouse:lots")


def _house(request: Request) -> list[tuple[int, str]]:
    rows = places.sites(request.actor).filter(party__isnull=True, kind__in=("warehouse", "quarantine"))
    return [(site.pk, f"{name_of(site)} · {site.code}") for site in rows]


def _form(
    request: Request, template: str, names: tuple[str, ...], error: Refused | None, **more: Any
) -> HttpResponse:
    """A form of lines: what was typed stays, empty rows follow."""
    held = typed.rows(request.POST, names) if request.method == "POST" else _wanted(request, names)
    held_in = request.POST if request.method == "POST" else request.GET
    context = {
        "rows": typed.filled(held, names),
        "sites": _house(request),
        "given": {name: held_in.get(name, "")[:400] for name in GIVEN},
        "today": timezone.localdate(),
        "products": goods.products().filter(active=True)[:2000],
        "error": error,
        "tab": "slips",
        **more,
    }
    return render(request, template, context, status=409 if error else 200)


def _wanted(request: Request, names: tuple[str, ...]) -> list[typed.Typed]:
    """A first row from the address: `?product=P1&lot=L1`."""
    values = {name: request.GET.get(name, "")[:40] for name in names}
    return [typed.Typed(0, values)] if values["product"] else []


@page(needs="warehouse.keep")
def receive(request: Request) -> HttpResponse:
    """Receive goods into a site: products, quantities, lots with their days, serial numbers."""
    error = None
    if request.method == "POST":
        slip_id, error = typed.attempt(lambda: _receive(request))
        if error is None:
            messages.success(request, say("The goods are on the shelf."))
            return redirect("warehouse:slip", slip_id=slip_id)
    packs = sorted({code for held in goods.packs(goods.all_ids().values()).values() for code in held})
    return _form(request, "warehouse/receive.html", IN, error, packs=packs)


def _receive(request: Request) -> int:
    post = request.POST
    lines = [
        actions.ReceiveLine(
            row["product"],
            typed.whole(row["quantity"], "quantity"),
            row["lot"],
            typed.day(row["made_on"], "made_on"),
            typed.day(row["expires_on"], "expires_on"),
            row["pack"],
            row["serials"].split(),
        )
        for row in typed.rows(post, IN)
    ]
    given = {name: post.get(name, "") for name in ("reference", "note")}
    return actions.receive(
        request.actor,
        site_id=typed.chosen(post, "site"),
        lines=lines,
        on=typed.day(post.get("on", ""), "on"),
        **given,
    )


def _lines(request: Request) -> list[actions.MoveLine]:
    return [
        actions.MoveLine(row["product"], typed.whole(row["quantity"], "quantity"), row["lot"])
        for row in typed.rows(request.POST, THERE)
    ]


@page(needs="warehouse.keep")
def move(request: Request) -> HttpResponse:
    """Move goods from one site of the house to another."""
    error = None
    if request.method == "POST":
        slip_id, error = typed.attempt(lambda: _move(request))
        if error is None:
            messages.success(request, say("The goods were moved."))
            return redirect("warehouse:slip", slip_id=slip_id)
    return _form(request, "warehouse/move.html", THERE, error)


def _move(request: Request) -> int:
    post = request.POST
    return actions.move(
        request.actor,
        site_id=typed.chosen(post, "site"),
        to_site_id=typed.chosen(post, "to_site"),
        lines=_lines(request),
        on=typed.day(post.get("on", ""), "on"),
        note=post.get("note", ""),
    )


@page(needs="warehouse.keep")
def adjust(request: Request) -> HttpResponse:
    """Bring the book to what is there, with a reason; much of it waits for a second person."""
    error = None
    rules = queries.rules_on(timezone.localdate())
    if request.method == "POST":
        slip_id, error = typed.attempt(lambda: _adjust(request))
        if error is None:
            waiting = queries.slip_of(request.actor, slip_id).state == "pending"
            messages.success(request, say("Somebody else must approve it.") if waiting else say("Saved."))
            return redirect("warehouse:slip", slip_id=slip_id)
    reasons = [(each.code, pick(each.name, each.name_en)) for each in rules.reasons]
    return _form(request, "warehouse/adjust.html", THERE, error, reasons=reasons, limit=rules.four_eyes_units)


def _adjust(request: Request) -> int:
    post = request.POST
    return actions.adjust(
        request.actor,
        site_id=typed.chosen(post, "site"),
        lines=_lines(request),
        reason=post.get("reason", ""),
        note=post.get("note", ""),
        on=typed.day(post.get("on", ""), "on"),
    )
