"""Endpoints of other systems: the list, a new one, one with how it fares."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import WORDS
from gongying.core.hooks import told
from gongying.core.hooks.models import Endpoint
from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table

from .. import actions, queries
from ..rules import typed_facts
from .keys import OVERLAPS, whose

STATES = [("active", _("active")), ("disabled", _("disabled"))]
LATELY = 10
SPANS = [(1, _("since yesterday")), (3, _("for three days")), (7, _("for a week")), (30, _("for thirty days"))]
BOOKS = {
    "closing": _("Closed months"),
    "goods": _("Goods"),
    "hooks": _("Webhooks"),
    "money": _("Accounts in the ledger"),
    "parties": _("Distributors and regions"),
    "places": _("Territories and sites"),
    "plans": _("Targets in force"),
    "prices": _("Prices in force"),
    "stock": _("Movements of stock"),
    "trade": _("Sales lines"),
}  # what has facts and no permissions of its own


def _endpoints(actor: Actor) -> Table:
    rows = list(queries.endpoints(actor))
    named = whose(actor, {row.party_id for row in rows if row.party_id is not None})
    column = Column("whose", _("Of"), lambda e: named.get(e.party_id, "–"), phone=False)
    return Table(
        "endpoints",
        [
            Column("name", _("Endpoint"), lambda e: e.name, sort="name", href=lambda e: links.to("endpoint", e.pk)),
            *([column] if actor.whole_network else []),
            Column("url", _("Address"), lambda e: e.url[:60], sort="url", phone=False),
            Column("facts", _("Told"), lambda e: ", ".join(e.facts)[:60], phone=False),
            Column("waiting", _("Waiting messages"), lambda e: e.waiting, "num", "waiting"),
            Column("done", _("Last taken"), lambda e: e.done_at, "time", "done_at", phone=False),
            Column(
                "failures", _("Failures in a row"), lambda e: e.failures or None, "num", "failures", phone=False
            ),
            Column("state", _("State"), lambda e: e.state, "state", "state"),
        ],
        sort="name",
        search=lambda rows, q: rows.filter(name__icontains=q) | rows.filter(url__icontains=q),
        filters=[Filter("state", _("State"), STATES, lambda rows, v: rows.filter(state=v))],
        views=[(_("disabled"), "state=disabled")],
        empty=_(
            "No other system is told anything yet. Name an address, and orders, deliveries and invoices are told it."
        ),
    )


@page(needs="connections.view")
def endpoints(request: Request) -> HttpResponse:
    """All endpoints in scope."""
    table = _endpoints(request.actor)
    return table.respond(
        request, queries.endpoints(request.actor), "connections/endpoints.html", {"here": "endpoints"}
    )


def _chosen(given: QueryDict) -> list[str]:
    """The facts of a form: groups that are ticked, and names that are typed."""
    return list(dict.fromkeys([*given.getlist("group")[:100], *typed_facts(given.get("facts", "")[:4000])]))


def _groups(actor: Actor) -> list[tuple[str, Any, list[str]]]:
    """What may be told, by app: the prefix, the app's name, its facts."""
    held: dict[str, list[str]] = {}
    for name in told.offered(actor):
        held.setdefault(name.split(".")[0], []).append(name)
    return [(f"{app}.*", WORDS.get(app, BOOKS.get(app, app)), names) for app, names in held.items()]


@page(needs="connections.hooks")
def new_endpoint(request: Request) -> HttpResponse:
    """The form of a new endpoint; a POST makes it and shows its secret once."""
    actor, error, given = request.actor, None, request.POST
    if request.method == "POST":
        try:
            made = actions.make_endpoint(
                actor, name=given.get("name", ""), url=given.get("url", ""), facts=_chosen(given)
            )
            return _shown(request, made)
        except Refused as no:
            error = no
    context = {
        "here": "endpoints",
        "error": error,
        "given": given,
        "chosen": given.getlist("group"),
        "groups": _groups(actor),
    }
    return render(request, "connections/new_endpoint.html", context, status=409 if error else 200)


def _shown(request: Request, made: actions.EndpointMade) -> HttpResponse:
    """The secret, once."""
    row = queries.endpoint(request.actor, made.endpoint_id)
    context = {"here": "endpoints", "endpoint": row, "secret": made.secret}
    return render(request, "connections/endpoint_made.html", context)


@page(needs="connections.view")
def endpoint(request: Request, endpoint_id: int) -> HttpResponse:
    """One endpoint: how it fares, what was sent; test it, send again, change it, rotate its secret, disable it."""
    actor, error = request.actor, None
    row = queries.endpoint(actor, endpoint_id)
    if request.method == "POST":
        try:
            return _done(request, row)
        except Refused as no:
            error = no
    known = _groups(actor)
    groups = {prefix for prefix, _name, _facts in known}
    context = {
        "here": "endpoints",
        "endpoint": row,
        "error": error,
        "health": queries.health(actor, row),
        "groups": known,
        "chosen": [each for each in row.facts if each in groups],
        "typed": " ".join(each for each in row.facts if each not in groups),
        "both": row.old_until is not None and row.old_until > timezone.now(),
        "overlaps": OVERLAPS,
        "spans": SPANS,
        "by": queries.logins([row]).get(row.user_id, "–"),
        "whose": whose(actor, {row.party_id} if row.party_id else set()).get(row.party_id, "–"),
        "lately": queries.deliveries(actor).filter(endpoint=row)[:LATELY],
    }
    return render(request, "connections/endpoint.html", context, status=409 if error else 200)


def _done(request: Request, row: Endpoint) -> HttpResponse:
    """Do what a form of the endpoint's page asks for."""
    actor, given, what = request.actor, request.POST, request.POST.get("what", "")
    here: dict[str, int] = {"endpoint_id": row.pk}
    said: Any = _("Saved.")
    if what == "rotate":
        hours = given.get("hours", "")
        return _shown(request, actions.rotate_secret(actor, **here, hours=int(hours) if hours.isdecimal() else 24))
    if what == "remove":
        actions.remove_endpoint(actor, **here)
        messages.success(request, _("The endpoint is removed."))
        return redirect("connections:endpoints")
    if what == "ping":
        delivery_id = actions.ping(actor, **here)
        messages.success(request, _("A test message is on its way."))
        return redirect("connections:delivery", delivery_id=delivery_id)
    if what == "replay":
        days = given.get("days", "")
        since = timezone.now() - timedelta(days=min(int(days), 30) if days.isdecimal() and len(days) < 4 else 1)
        count = actions.replay_since(actor, **here, since=since, only_failed=given.get("all") != "1")
        said = _("Messages sent again: %(n)s.") % {"n": count}
    elif what == "change":
        actions.change_endpoint(
            actor, **here, name=given.get("name", ""), url=given.get("url", ""), facts=_chosen(given)
        )
    elif what == "enable":
        actions.enable_endpoint(actor, **here)
    else:
        actions.disable_endpoint(actor, **here)
    messages.success(request, said)
    return redirect("connections:endpoint", endpoint_id=row.pk)
