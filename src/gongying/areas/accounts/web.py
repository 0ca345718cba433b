"""Log-in and log-out, your own security, and the users somebody administers."""

import base64
import io
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, HQ, PORTAL
from gongying.core.people.models import User
from gongying.core.refusal import Refused
from gongying.core.ui import links, nav
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table

from . import actions, queries

PENDING, PENDING_FOR = "second_factor_of", 300  # seconds between password and code


def _nobody(login: str) -> Actor:
    """Who tries to log in: may do that and nothing else."""
    return Actor(login[:120] or "nobody", may=frozenset({"accounts.log_in"}))


def _next(request: HttpRequest) -> str:
    given = request.POST.get("next") or request.GET.get("next") or "/"
    return given if url_has_allowed_host_and_scheme(given, allowed_hosts={request.get_host()}) else "/"


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


@sensitive_post_parameters("password")
def log_in(request: HttpRequest) -> HttpResponse:
    """Password; then the code when there is a second factor. The same answer for a wrong login and a wrong password."""
    context: dict[str, Any] = {"next": _next(request)}
    if request.method == "POST":
        name, address = request.POST.get("username", "")[:120], _address(request)
        until = queries.locked_until(name, address)
        if until is not None:
            context["wait"] = 1 + (until - timezone.now()).seconds // 60
            return render(request, "accounts/login.html", context, status=429)
        user = authenticate(request, username=name.strip().lower(), password=request.POST.get("password", ""))
        if isinstance(user, User) and user.is_active:
            if not queries.has_factor(user.pk):
                return _open(request, user, _next(request))
            request.session[PENDING] = [user.pk, int(timezone.now().timestamp()), _next(request)]
            return redirect("accounts:code")
        actions.note_failure(_nobody(name), login=name, address=address)
        context["failed"] = True
    return render(request, "accounts/login.html", context, status=401 if context.get("failed") else 200)


@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """The second step: a code of the authenticator, or a recovery code."""
    user_id, since, after = request.session.get(PENDING, (0, 0, "/"))
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or timezone.now().timestamp() - since > PENDING_FOR:
        request.session.pop(PENDING, None)
        return redirect("accounts:login")
    failed = False
    if request.method == "POST":
        until = queries.locked_until(user.login, _address(request))
        if until is not None:
            wait = 1 + (until - timezone.now()).seconds // 60
            return render(request, "accounts/code.html", {"wait": wait}, status=429)
        if actions.use_factor(_nobody(user.login), user_id=user.pk, code=request.POST.get("code", "")[:40]):
            return _open(request, user, after)
        actions.note_failure(_nobody(user.login), login=user.login, address=_address(request))
        failed = True
    return render(request, "accounts/code.html", {"failed": failed}, status=401 if failed else 200)


def _open(request: HttpRequest, user: User, after: str) -> HttpResponse:
    """A new session under a new key, kept where its owner sees it."""
    request.session.flush()
    login(request, user)
    request.session.save()
    actions.open_session(
        _nobody(user.login),
        user_id=user.pk,
        session_key=request.session.session_key or "",
        address=_address(request),
        agent=request.headers.get("User-Agent", ""),
    )
    return redirect(after)


@page(needs="accounts.self")
def profile(request: Request) -> HttpResponse:
    """Your name and language, password, second factor and log-ins."""
    actor = request.actor
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            context = _change(request, actor)
        except Refused as no:
            context = {"error": no}
        if context.get("away"):
            response = redirect("accounts:profile")
            if request.POST.get("language"):
                chosen = request.POST["language"]
                response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, samesite="Lax", max_age=31_536_000)
            return response
    found = queries.factor(actor)
    context |= {
        "person": User.objects.get(pk=actor.user_id or 0),
        "factor": found,
        "spare": queries.spare_codes(actor),
        "sessions": queries.sessions(actor),
        "here": request.session.session_key,
    }
    return render(request, "accounts/profile.html", context, status=409 if "error" in context else 200)


def _change(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """Do what the form of the profile page asks for; returns what the page shows besides."""
    given, what = request.POST, request.POST.get("what", "")
    if what == "start":
        uri = actions.start_factor(actor)
        picture = io.BytesIO()
        segno.make(uri, error="m").save(picture, kind="svg", scale=5, border=2, light="#fff")
        return {
            "qr": base64.b64encode(picture.getvalue()).decode(),
            "secret": uri.split("secret=")[1].split("&")[0],
        }
    if what == "confirm":
        return {"codes": actions.confirm_factor(actor, code=given.get("code", "")[:10])}
    if what == "drop":
        actions.drop_factor(actor, password=given.get("password", ""))
    elif what == "revoke":
        actions.revoke_session(actor, session_id=int(given["session"]) if given.get("session", "").isdigit() else 0)
    elif what == "password":
        actions.change_password(actor, old=given.get("old", ""), new=given.get("new", ""))
    else:
        actions.set_profile(
            actor, name=given.get("name", ""), name_en=given.get("name_en", ""), language=given.get("language", "")
        )
    messages.success(request, _("Saved."))
    return {"away": True}


USERS = Table(
    "users",
    [
        Column("login", _("Login"), lambda u: u.login, sort="login", href=lambda u: links.to("user", u.pk)),
        Column("name", _("Name"), lambda u: u.name, sort="name"),
        Column("role", _("Role"), lambda u: _(u.role), sort="role"),
        Column("scope", _("Scope"), lambda u: ", ".join(s.key or str(_("Whole network")) for s in u.scopes.all()), phone=False),
        Column("factor", _("Second factor"), lambda u: "done" if getattr(u, "second_factor", None) and u.second_factor.confirmed_at else "", "state", phone=False),
        Column("last", _("Last log-in"), lambda u: u.last_login, "time", "last_login", phone=False),
        Column("state", _("State"), lambda u: "active" if u.is_active else "disabled", "state", "is_active"),
    ],
    sort="login",
    search=lambda rows, q: rows.filter(login__icontains=q) | rows.filter(name__icontains=q),
    filters=[Filter("role", _("Role"), [(r, _(r)) for r in EVERYONE], lambda rows, v: rows.filter(role=v))],
    views=[(_("Head office"), "role=admin")],
    empty=_("No users yet."),
)  # fmt: skip


@page(needs="accounts.create_user")
def users(request: Request) -> HttpResponse:
    """The users somebody administers, and the form that adds one."""
    actor = request.actor
    error = None
    if request.method == "POST":
        given = {k: request.POST.get(k, "") for k in ("login", "name", "name_en", "role", "password")}
        kind, key = ("party", request.POST.get("party", "")) if given["role"] in PORTAL else ("all", "")
        if given["role"] == "regional":
            kind, key = "region", request.POST.get("region", "")
        if not actor.whole_network:
            kind, key = "party", str(next(iter(actor.parties or {0})))
        try:
            actions.create_user(actor, **given, scope_kind=kind, scope_key=key)
            messages.success(request, _("The user was created."))
            return redirect("accounts:users")
        except Refused as no:
            error = no
    roles = EVERYONE if actor.whole_network else PORTAL
    context = {"roles": roles, "error": error, "given": request.POST}
    return USERS.respond(request, queries.users(actor), "accounts/users.html", context)


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
        "may_role": actor.can("accounts.set_role") and row.role in HQ,
    }
    return render(request, "accounts/user.html", context, status=409 if error else 200)


links.home("user", "accounts:user")
urlpatterns = [
    path("login/", log_in, name="login"),
    path("code/", code, name="code"),
    path("logout/", LogoutView.as_view(next_page="/accounts/login/"), name="logout"),
    path("profile/", profile, name="profile"),
    path("users/", users, name="users"),
    path("users/<int:user_id>/", user, name="user"),
]
nav.register(nav.NavItem(_("Users"), "/accounts/users/", "accounts.create_user", 80, "house", "users"))
