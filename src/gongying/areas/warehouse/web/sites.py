"""Sites of the house and of distributors, with what they can hold."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.books.places import read as places
from gongying.books.stock import read as book
from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.engines.money import exponent, minor_of

from .. import actions, queries
from . import typed
from .shelves import name_of

KIND_NAMES = {
    "warehouse": _("warehouse"),
    "quarantine": _("quarantine"),
    "transit": _("in transit"),
    "ship_to": _("delivery address"),
    "store": _("store"),
}
SITES = Table(
    "sites",
    [
        Column("code", _("Code"), lambda s: s.code, sort="code", href=lambda s: f"/warehouse/sites/{s.pk}/"),
        Column("name", _("Name"), name_of, sort="name"),
        Column("kind", _("Kind"), lambda s: str(KIND_NAMES.get(s.kind, s.kind)), sort="kind", phone=False),
        Column("owner", _("Belongs to"), lambda s: name_of(s.party) if s.party else str(_("the house")), sort="party__code", href=lambda s: links.to("party", s.party_id) if s.party_id else "", phone=False),
        Column("address", _("Address"), lambda s: s.address, phone=False),
        Column("units", _("Holds, in units"), lambda s: s.capacity_units, "num", "capacity_units", phone=False),
        Column("value", _("Holds, in value"), lambda s: None if s.capacity_minor is None else (s.capacity_minor, s.currency), "money", "capacity_minor", phone=False),
        Column("state", _("State"), lambda s: "active" if s.active else "closed", "state"),
    ],
    sort="code",
    filters=[
        Filter("kind", _("Kind"), list(KIND_NAMES.items()), lambda rows, v: rows.filter(kind=v)),
        Filter("owner", _("Belongs to"), [("house", _("the house")), ("distributor", _("a distributor"))], lambda rows, v: rows.filter(party__isnull=v == "house")),
    ],
    search=lambda rows, q: rows.filter(Q(name__icontains=q) | Q(name_en__icontains=q) | Q(code__icontains=q)),
    empty=_("No site yet. Open a warehouse: goods are received into it and promised from it."),
)  # fmt: skip


@page(needs="warehouse.view")
def sites(request: Request) -> HttpResponse:
    """All sites, and the form that opens one."""
    error = None
    if request.method == "POST":
        site_id, error = typed.attempt(lambda: _save(request, None))
        if error is None:
            messages.success(request, say("The site is open."))
            return redirect("warehouse:site", site_id=site_id)
    context = {"tab": "sites", "error": error, "given": _given(request), **_choices(request)}
    return SITES.respond(request, places.sites(request.actor, active=False), "warehouse/sites.html", context)


def _given(request: Request) -> dict[str, str]:
    """What was typed, for showing a refused form again."""
    names = ("code", "kind", "name", "name_en", "address", "contact", "phone")
    return {name: request.POST.get(name, "")[:200] for name in names}


def _choices(request: Request) -> dict[str, Any]:
    return {
        "kinds": [(kind, KIND_NAMES[kind]) for kind in places.KINDS],
        "parties": [(row.pk, f"{row.code} {name_of(row)}") for row in parties.parties(request.actor)[:2000]],
        "regions": parties.region_choices(),
    }


def _save(request: Request, row: places.Site | None) -> int:
    post = request.POST
    texts = {
        name: post.get(name, "")[:200] for name in ("name", "name_en", "address", "contact", "phone", "region")
    }
    currency = (post.get("currency", "") or "CNY")[:3].upper()
    worth = post.get("capacity_value", "").replace(",", "").strip()
    try:
        minor = minor_of(Decimal(worth), currency) if worth else None
    except (InvalidOperation, OverflowError, ValueError) as fault:
        raise Refused(_("Write the amount as a number, such as 125000."), field="capacity_value") from fault
    party = typed.chosen(post, "party") or None
    return actions.save_site(
        request.actor,
        code=row.code if row else post.get("code", "")[:40],
        kind=row.kind if row else post.get("kind", "warehouse"),
        party_id=row.party_id if row else party,
        active=row is None or post.get("active") == "1",
        main=post.get("main") == "1",
        capacity_units=typed.maybe(post.get("capacity_units", ""), "capacity_units"),
        capacity_minor=minor,
        currency=currency,
        **texts,
    )


@page(needs="warehouse.view")
def site(request: Request, site_id: int) -> HttpResponse:
    """One site: what is in it, how full it is, and what may be changed of it."""
    row, error = places.site(request.actor, site_id), None
    if request.method == "POST":
        _done, error = typed.attempt(lambda: _save(request, row))
        if error is None:
            messages.success(request, say("Saved."))
            return redirect("warehouse:site", site_id=site_id)
    today = timezone.localdate()
    room = next((each for each in queries.rooms(request.actor, today) if each.site.pk == row.pk), None)
    shelves = book.shelves(request.actor, site_id=row.pk)[:200] if row.party_id is None else []
    worth = None if row.capacity_minor is None else Decimal(row.capacity_minor).scaleb(-exponent(row.currency))
    context = {
        "tab": "sites",
        "site": row,
        "kind": KIND_NAMES.get(row.kind, row.kind),
        "room": room,
        "shelves": shelves,
        "worth": worth,
        "given": _given(request),
        "error": error,
        **_choices(request),
    }
    return render(request, "warehouse/site.html", context, status=409 if error else 200)
