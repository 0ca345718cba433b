"""What one distributor pays and which promotions run for it: its own page in the portal, and head office's view of it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import queries
from .shared import own


def _table(portal: bool, code: str) -> Table:
    def tried(row: Any) -> str:
        pack = f"&pack={row.line.pack}" if row.line.pack else ""
        return f"/pricing/waterfall/?party={code}&product={row.product.code}&packs=1{pack}"

    return Table(
        "price_sheet",
        [
            Column("product", _("Product"), lambda r: pick(r.product.name, r.product.name_en), sort=lambda r: r.product.code, href=tried, panel=False),
            Column("code", _("Code"), lambda r: r.product.code, sort=lambda r: r.product.code, phone=False),
            Column("pack", _("For each"), lambda r: r.unit, phone=False),
            Column("list", _("List amount"), lambda r: (r.line.gross_minor, r.currency), "money", lambda r: r.line.gross_minor, phone=False),
            Column("net", _("You pay") if portal else _("It pays"), lambda r: (r.line.net_minor, r.currency), "money", lambda r: r.line.net_minor),
            Column("total", _("With tax"), lambda r: (r.line.total_minor, r.currency), "money", lambda r: r.line.total_minor, phone=False),
            Column("off", _("Off"), lambda r: r.off, "percent", lambda r: r.off, phone=False),
        ],
        sort="product",
        search=lambda rows, q: [r for r in rows if q.lower() in f"{r.product.code} {r.product.name} {r.product.name_en}".lower()],
        filters=[
            Filter("group", _("Product group"), queries.group_choices(), lambda rows, v: [r for r in rows if r.product.category.code == v]),
            Filter("off", _("Off"), [("yes", _("reduced"))], lambda rows, v: [r for r in rows if r.off]),
        ],
        key=lambda r: r.product.pk,
        empty=_("No price holds for this distributor today."),
    )  # fmt: skip


@page(needs="pricing.own")
def mine(request: Request) -> HttpResponse:
    """One's own prices and the promotions that run; who sees more than one company is shown the book."""
    party_id = own(request.actor)
    return redirect("pricing:book") if party_id is None else _sheet(request, party_id)


@page(needs="pricing.view")
def distributor(request: Request, party_id: int) -> HttpResponse:
    """The prices of one distributor, the promotions that run for it and its special prices."""
    return _sheet(request, party_id)


def _sheet(request: Request, party_id: int) -> HttpResponse:
    actor, on = request.actor, timezone.localdate()
    party, portal = parties.party(actor, party_id), own(actor) is not None
    rows = queries.sheet(actor, party_id, on)
    held = list(queries.specials(actor).filter(party_id=party_id, state="approved")[:20])
    specials = [(row, queries.state_of(row, on), queries.taken(actor, row)) for row in held]
    context = {
        "party": party,
        "portal": portal,
        "on": on,
        "offers": queries.offers(actor, party_id=party_id, on=on),
        "specials": [each for each in specials if each[1] != "ended"],
    }
    return _table(portal, party.code).respond(request, rows, "pricing/sheet.html", context)
