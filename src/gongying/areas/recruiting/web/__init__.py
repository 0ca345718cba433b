"""Pages of recruiting."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import path
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import words
from gongying.core.ui import links, nav, search, todo

from .. import queries
from . import applications, campaigns, public
from . import policies as policies

urlpatterns = [
    path("", applications.board, name="board"),
    path("applications/", applications.applications, name="applications"),
    path("applications/<int:application_id>/", applications.application, name="application"),
    path("applications/<int:application_id>/sample/", applications.sample, name="sample"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.new, name="new"),
    path("campaigns/<int:campaign_id>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:campaign_id>/edit/", campaigns.edit, name="edit"),
    path("campaigns/<int:campaign_id>/enter/", campaigns.enter, name="enter"),
    path("coverage/", campaigns.coverage, name="coverage"),
    path("join/<slug:token>/", public.join, name="join"),
    path("mine/<slug:secret>/", public.mine, name="mine"),
    path("reference/<slug:secret>/", public.reference, name="reference"),
]


def _waiting(actor: Actor) -> Iterator[Any]:
    """Applications that nobody looks after, that are blocked, that wait for a decision."""
    if not actor.can("recruiting.work"):
        return
    waits, base = queries.waiting(actor), "/recruiting/applications/"
    yield todo.Todo(
        _("applications nobody looks after"), waits["new"], f"{base}?state=application&owner=none", "users", "warn"
    )
    yield todo.Todo(_("applications you look after"), waits["mine"], f"{base}?owner=mine", "users")
    yield todo.Todo(_("applications with open conflicts"), waits["blocked"], f"{base}?conflicts=open", "alert")
    yield todo.Todo(_("applications to be decided"), waits["decide"], f"{base}?state=decision", "check")


def _found(actor: Actor, wanted: str) -> Iterator[search.Hit]:
    """Applications by number, company or credit code, for the palette."""
    if not actor.can("recruiting.view"):
        return
    rows = queries.applications(actor)
    found = rows.filter(Q(number__icontains=wanted) | Q(company__icontains=wanted) | Q(uscc=wanted.upper()))
    for row in found[: search.MOST]:
        yield search.Hit(_("Applications"), row.company, links.to("application", row.pk), "users", row.number)


todo.register(_waiting)
search.register(_found)
links.home("application", "recruiting:application")
links.home("campaign", "recruiting:campaign")
nav.register(
    nav.NavItem(_("Recruiting"), "/recruiting/", "recruiting.view", 70, "network", "users", portal=False),
    nav.NavItem(_("Applications"), "/recruiting/applications/", "recruiting.view", 71, "network", "rows", portal=False, under="/recruiting/"),
    nav.NavItem(_("Campaigns"), "/recruiting/campaigns/", "recruiting.view", 72, "network", "bell", portal=False, under="/recruiting/"),
    nav.NavItem(_("White space"), "/recruiting/coverage/", "recruiting.view", 73, "network", "pin", portal=False, under="/recruiting/"),
)  # fmt: skip
words(
    "recruiting",
    _("Recruiting"),
    {
        "apply": _("Apply by a public link"),
        "view": _("Read campaigns and applications of one's own regions"),
        "contacts": _("Read who speaks for an applicant"),
        "campaign": _("Draft, open and close campaigns"),
        "work": _("Look after applications"),
        "conclude": _("Accept or reject by an approved memo"),
        "erase": _("Erase personal data of applicants"),
    },
)
