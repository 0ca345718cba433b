"""Keys of programs: the list, a new one, one with its secrets and what was done with it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, WORDS
from gongying.core.keys import access
from gongying.core.keys.models import ApiKey
from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import actions, queries

STATES = [("active", _("active")), ("expired", _("expired")), ("revoked", _("revoked"))]
OVERLAPS = [(0, _("at once")), (1, _("in an hour")), (24, _("in a day")), (168, _("in a week"))]


def _in_state(rows: QuerySet[ApiKey], state: str, today: date) -> QuerySet[ApiKey]:
    if state == "revoked":
        return rows.filter(revoked_at__isnull=False)
    past = Q(expires_on__lt=today)
    alive = rows.filter(revoked_at__isnull=True)
    return alive.filter(past) if state == "expired" else alive.exclude(past)


def whose(actor: Actor, ids: set[int]) -> dict[int | None, str]:
    """The names of companies by id; head office under None."""
    rows = parties.parties(actor).filter(pk__in=ids)
    named: dict[int | None, str] = {each.pk: pick(each.name, each.name_en) for each in rows}
    return named | {None: str(_("Head office"))}


def _keys(actor: Actor, today: date) -> Table:
    rows = list(queries.keys(actor))
    held = {each for row in rows for each in (row.party_id, row.narrowed_to) if each is not None}
    named, logins = whose(actor, held), queries.logins(rows)
    column = Column("whose", _("Of"), lambda k: named.get(k.narrowed_to or k.party_id, "–"), phone=False)
    return Table(
        "keys",
        [
            Column("name", _("API key"), lambda k: k.name, sort="name", href=lambda k: links.to("key", k.pk)),
            *([column] if actor.whole_network else []),
            Column("scopes", _("Permissions"), lambda k: len(k.scopes), "num", phone=False),
            Column("by", _("Made by"), lambda k: logins.get(k.user_id, "–"), sort="user_id", phone=False),
            Column("used", _("Last used"), lambda k: k.used_at, "time", "used_at"),
            Column("until", _("Good through"), lambda k: k.expires_on, "date", "expires_on", phone=False),
            Column("state", _("State"), lambda k: access.standing(k, today), "state"),
        ],
        sort="-used",
        search=lambda rows, q: rows.filter(name__icontains=q),
        filters=[Filter("state", _("State"), STATES, lambda rows, v: _in_state(rows, v, today))],
        views=[(_("active"), "state=active"), (_("revoked"), "state=revoked")],
        empty=_("No program calls yet. Make a key for yours: it may what you choose, and no more than you."),
    )


@page(needs="connections.view")
def keys(request: Request) -> HttpResponse:
    """All keys in scope."""
    table = _keys(request.actor, timezone.localdate())
    return table.respond(request, queries.keys(request.actor), "connections/keys.html", {"here": "keys"})


@page(needs="connections.keys")
def new_key(request: Request) -> HttpResponse:
    """The form of a new key; a POST makes it and shows its secret once."""
    actor, error = request.actor, None
    given = request.POST
    if request.method == "POST":
        try:
            last = given.get("expires_on", "").strip()
            until = calendar.typed(last)
            if last and until is None:
                raise Refused(_("This is not a day."), field="expires_on")
            made = actions.make_key(
                actor,
                name=given.get("name", ""),
                scopes=given.getlist("scopes")[:500],
                distributor=given.get("distributor", ""),
                expires_on=until,
                networks=given.get("networks", "")[:2000].replace(",", " ").split(),
            )
            return _shown(request, made)
        except Refused as no:
            error = no
    narrowed = actor.role in PORTAL
    context = {
        "here": "keys",
        "error": error,
        "given": given,
        "chosen": set(given.getlist("scopes")),
        "groups": _groups(access.grantable(actor, narrowed=narrowed)),
        "today": timezone.localdate(),
    }
    return render(request, "connections/new_key.html", context, status=409 if error else 200)


def _groups(held: dict[str, list[str]]) -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Permissions under the names of their apps, in words."""
    found = [
        (WORDS.get(app, app), [(each, WORDS.get(each, each)) for each in names]) for app, names in held.items()
    ]
    return sorted(found, key=lambda pair: str(pair[0]))


def _shown(request: Request, made: actions.KeyMade) -> HttpResponse:
    """The secret, once."""
    context = {
        "here": "keys",
        "key": queries.key(request.actor, made.key_id),
        "token": made.token,
        "home": request.build_absolute_uri("/")[:-1],
    }
    return render(request, "connections/key_made.html", context)


@page(needs="connections.view")
def key(request: Request, key_id: int) -> HttpResponse:
    """One key: what it may, its secrets, what was done with it; rotate or revoke it."""
    actor, error = request.actor, None
    row = queries.key(actor, key_id)
    if request.method == "POST":
        try:
            if request.POST.get("what") == "rotate":
                hours = request.POST.get("hours", "")
                return _shown(
                    request, actions.rotate_key(actor, key_id=key_id, hours=int(hours) if hours.isdecimal() else 24)
                )
            actions.revoke_key(actor, key_id=key_id)
            messages.success(request, _("The key is revoked."))
            return redirect("connections:key", key_id=key_id)
        except Refused as no:
            error = no
    today = timezone.localdate()
    held: dict[str, list[str]] = {}
    for each in row.scopes:
        held.setdefault(each.split(".")[0], []).append(each)
    now = access.actor_of(row)
    ids = {each for each in (row.party_id, row.narrowed_to) if each is not None}
    named = whose(actor, ids)
    context = {
        "here": "keys",
        "key": row,
        "state": access.standing(row, today),
        "error": error,
        "groups": _groups(held),
        "now": now.may if now is not None else frozenset(),
        "silent": now is None,
        "lost": [each for each in row.scopes if now is None or each not in now.may],
        "secrets": queries.secrets(actor, row),
        "moment": timezone.now(),
        "calls": queries.calls(row),
        "overlaps": OVERLAPS,
        "by": queries.logins([row]).get(row.user_id, "–"),
        "whose": named.get(row.party_id, "–"),
        "narrowed": named.get(row.narrowed_to, "–") if row.narrowed_to is not None else "",
    }
    return render(request, "connections/key.html", context, status=409 if error else 200)
