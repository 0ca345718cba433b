"""The users somebody administers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, HQ, PORTAL
from gongying.core.people.models import ROLE_NAMES, User
from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import actions, queries

SIDES = (("office", _("Head office")), ("distributors", _("Distributors")))


def _users(actor: Actor) -> Table:
    """The list, with scopes by their names."""
    named = {("party", str(p.pk)): pick(p.name, p.name_en) for p in parties.parties(actor)}
    named |= {("region", code): name for code, name in parties.region_choices()}

    def scope(user: User) -> str:
        whole = str(_("Whole network"))
        return ", ".join(named.get((s.kind, s.key), s.key) or whole for s in user.scopes.all())

    return Table(
        "users",
        [
            Column("login", _("Login"), lambda u: u.login, sort="login", href=lambda u: links.to("user", u.pk)),
            Column("name", _("Name"), lambda u: pick(u.name, u.name_en), sort="name"),
            Column("role", _("Role"), lambda u: ROLE_NAMES[u.role], sort="role", phone=False),
            Column("scope", _("Scope"), scope, phone=False),
            Column("factor", _("Second factor"), lambda u: "done" if getattr(u, "second_factor", None) and u.second_factor.confirmed_at else "", "state", phone=False),
            Column("last", _("Last log-in"), lambda u: u.last_login, "time", "last_login", phone=False),
            Column("state", _("State"), lambda u: "active" if u.is_active else "disabled", "state", "is_active"),
        ],
        sort="login",
        search=lambda rows, q: rows.filter(login__icontains=q) | rows.filter(name__icontains=q),
        filters=[
            Filter("side", _("Of"), SIDES, lambda rows, v: rows.filter(role__in=HQ if v == "office" else PORTAL)),
            Filter("role", _("Role"), list(ROLE_NAMES.items()), lambda rows, v: rows.filter(role=v)),
        ],
        views=[(name, f"side={code}") for code, name in SIDES] if actor.whole_network else [],
        empty=_("No users yet."),
    )  # fmt: skip


@page(needs="accounts.create_user")
def users(request: Request) -> HttpResponse:
    """The users somebody administers, and the form that adds one."""
    actor = request.actor
    error = None
    if request.method == "POST":
        given = {k: request.POST.get(k, "") for k in ("login", "name", "name_en", "role", "password")}
        kind, key = _scope(actor, given["role"], request)
        try:
            actions.create_user(actor, **given, scope_kind=kind, scope_key=key)
            messages.success(request, _("The user was created."))
            return redirect("accounts:users")
        except Refused as no:
            error = no
    roles = EVERYONE if actor.whole_network else PORTAL
    context = {"roles": roles, "error": error, "given": request.POST}
    answer = _users(actor).respond(request, queries.users(actor), "accounts/users.html", context)
    answer.status_code = 409 if error else answer.status_code
    return answer


def _scope(actor: Actor, role: str, request: Request) -> tuple[str, str]:
    """The scope that belongs to a role, from the form: an owner's people are of his own company."""
    if not actor.whole_network:
        return "party", str(next(iter(actor.parties or {0})))
    if role in PORTAL:
        code = request.POST.get("party", "").strip()
        return "party", str(parties.ids_by_code([code]).get(code, ""))
    return ("region", request.POST.get("region", "").strip()) if role == "regional" else ("all", "")


@page(needs="accounts.create_user")
def user(request: Request, user_id: int) -> HttpResponse:
    """One user: disable, let in again, new password, role."""
    actor = request.actor
    row, error = queries.user(actor, user_id), None
    if request.method == "POST":
        given, what = request.POST, request.POST.get("what", "")
        try:
            if what == "password":
                actions.reset_password(actor, user_id=user_id, password=given.get("password", ""))
            elif what == "factor":
                actions.clear_factor(actor, user_id=user_id)
            elif what == "role":
                key = given.get("region", "")
                scope = ("region", key) if given.get("role") == "regional" else ("all", "")
                actions.set_role(
                    actor, user_id=user_id, role=given.get("role", ""), scope_kind=scope[0], scope_key=scope[1]
                )
            else:
                (actions.enable_user if what == "enable" else actions.disable_user)(actor, user_id=user_id)
            messages.success(request, _("Saved."))
            return redirect("accounts:user", user_id=user_id)
        except Refused as no:
            error = no
    context = {
        "person": row,
        "error": error,
        "roles": HQ,
        "region": next((s.key for s in row.scopes.all() if s.kind == "region"), ""),
        "has_factor": queries.has_factor(row.pk),
        "may_role": actor.can("accounts.set_role") and row.role in HQ,
    }
    return render(request, "accounts/user.html", context, status=409 if error else 200)
