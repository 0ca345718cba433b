"""Pages across areas: home, distributors, one distributor."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from gongying.areas.rewards import queries as rewards
from gongying.books.parties import read as parties
from gongying.core.ui import links, nav
from gongying.core.ui.listing import export, page_of
from gongying.core.ui.pages import page

from . import queries


@page(needs="cockpit.view")
def home(request: HttpRequest) -> HttpResponse:
    """The overview; a distributor sees his own year and his statements."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    view = queries.overview(actor, year=request.GET.get("year", ""))
    mine = rewards.statements(actor)[:5]
    return render(request, "cockpit/home.html", {"view": view, "years": queries.years(actor), "statements": mine})


@page(needs="cockpit.view")
def distributors(request: HttpRequest) -> HttpResponse:
    """All distributors in scope, searchable by code, name and pinyin initials; exports what is filtered."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    search = request.GET.get("q", "").strip()[:80]
    rows = queries.standings(actor, queries.latest_year(actor), "CNY")
    if search:
        kept = set(parties.parties(actor, search).values_list("pk", flat=True))
        rows = [row for row in rows if row.party_id in kept]
    head = (_("Code"), _("Name"), _("Region"), _("Sell-in, cents"), _("Lines"))
    cells = ([r.code, r.name, r.region, r.net_minor, r.lines] for r in rows)
    found = export(request, "distributors", head, cells)
    return found or render(request, "cockpit/distributors.html", {"page": page_of(request, rows), "q": search})


@page(needs="cockpit.view")
def distributor(request: HttpRequest, party_id: int) -> HttpResponse:
    """One distributor: who he is, what he bought, what he earned."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    party = parties.party(actor, party_id)
    year = queries.latest_year(actor)
    (standing,) = [s for s in queries.standings(actor, year, party.currency) if s.party_id == party.pk]
    lines = queries.recent_lines(actor, party.pk)
    statements = rewards.statements(actor).filter(party_id=party.pk)[:12]
    context = {
        "party": party,
        "s": standing,
        "year": year,
        "page": page_of(request, lines, 20),
        "statements": statements,
    }
    return render(request, "cockpit/distributor.html", context)


root = home
links.home("party", "cockpit:distributor")
urlpatterns = [
    path("distributors/", distributors, name="distributors"),
    path("distributors/<int:party_id>/", distributor, name="distributor"),
]
nav.register(
    nav.NavItem(_("Overview"), "/", "cockpit.view", 10),
    nav.NavItem(_("Distributors"), "/cockpit/distributors/", "cockpit.view", 20),
)
