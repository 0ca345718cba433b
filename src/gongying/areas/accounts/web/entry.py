"""In and out: password, second factor, a second factor that is demanded, and the way out."""

import base64
import io
from typing import Any

import segno
from django.conf import settings
from django.contrib.auth import authenticate, login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from gongying.core.actor import Actor
from gongying.core.people.middleware import still_open
from gongying.core.people.models import User
from gongying.core.refusal import Refused
from gongying.core.ui.pages import Request, page

from .. import actions, queries

PENDING, PENDING_FOR = "second_factor_of", 300  # seconds between password and code


def _nobody(login: str) -> Actor:
    """Who tries to log in: may do that and nothing else."""
    return Actor(login[:120] or "nobody", may=frozenset({"accounts.log_in"}))


def _next(request: HttpRequest) -> str:
    given = request.POST.get("next") or request.GET.get("next") or "/"
    return given if url_has_allowed_host_and_scheme(given, allowed_hosts={request.get_host()}) else "/"


def _address(request: HttpRequest) -> str:
    """Where a request comes from. What the last of our own proxies was told counts; what a client writes itself does not."""
    told = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    if settings.PROXIES and len(told) >= settings.PROXIES:
        return told[-settings.PROXIES][:45]
    return str(request.META.get("REMOTE_ADDR", ""))


def _wait(login: str, request: HttpRequest) -> int | None:
    """Minutes until this address may try this login again, None when it may now."""
    until = queries.locked_until(login, _address(request))
    return None if until is None else 1 + (until - timezone.now()).seconds // 60


@sensitive_post_parameters("password")
def log_in(request: HttpRequest) -> HttpResponse:
    """Password; then the code when there is a second factor. The same answer for a wrong login and a wrong password."""
    context: dict[str, Any] = {"next": _next(request)}
    if request.method == "POST":
        name = request.POST.get("username", "").replace("\0", "").strip().lower()[:120]
        wait = _wait(name, request)
        if wait is not None:
            return render(request, "accounts/login.html", context | {"wait": wait}, status=429)
        user = authenticate(request, username=name, password=request.POST.get("password", ""))
        if isinstance(user, User) and user.is_active:
            if not queries.has_factor(user.pk):
                return open_for(request, user, _next(request))
            request.session.flush()  # a key that somebody planted before must not come to hold half a log-in
            request.session[PENDING] = [user.pk, int(timezone.now().timestamp()), _next(request)]
            return redirect("accounts:code")
        actions.note_failure(_nobody(name), login=name, address=_address(request))
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
        wait = _wait(user.login, request)
        if wait is not None:
            return render(request, "accounts/code.html", {"wait": wait}, status=429)
        if actions.use_factor(_nobody(user.login), user_id=user.pk, code=request.POST.get("code", "")[:40]):
            return open_for(request, user, after)
        actions.note_failure(_nobody(user.login), login=user.login, address=_address(request))
        failed = True
    return render(request, "accounts/code.html", {"failed": failed}, status=401 if failed else 200)


def open_for(request: HttpRequest, user: User, after: str) -> HttpResponse:
    """A new session under a new key, kept where its owner sees it."""
    request.session.flush()
    login(request, user)
    still_open(request.session)
    request.session.save()
    actions.open_session(
        _nobody(user.login),
        user_id=user.pk,
        session_key=request.session.session_key or "",
        address=_address(request),
        agent=request.headers.get("User-Agent", ""),
    )
    return redirect(after)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End this log-in, here and on the server."""
    actor = getattr(request, "actor", None)
    if actor is not None:
        actions.close_session(actor, session_key=request.session.session_key or "")
    request.session.flush()
    return redirect("accounts:login")


def picture_of(uri: str) -> dict[str, str]:
    """The address of an authenticator as a picture and as the secret to type."""
    picture = io.BytesIO()
    segno.make(uri, error="m").save(picture, kind="svg", scale=5, border=2, light="#fff")
    secret = uri.split("secret=")[1].split("&", maxsplit=1)[0]
    return {"qr": base64.b64encode(picture.getvalue()).decode(), "secret": secret}


@page(needs="accounts.self")
def factor(request: Request) -> HttpResponse:
    """A second factor that is demanded: set it up, keep the recovery codes, go on. Whoever has one goes on at once."""
    actor = request.actor
    if not actor.must and request.method != "POST":
        return redirect("/")
    context: dict[str, Any] = {}
    try:
        if request.POST.get("what") == "confirm":
            given = request.POST.get("code", "")[:40]
            return render(request, "accounts/factor.html", {"codes": actions.confirm_factor(actor, code=given)})
        if request.method == "POST":
            context = picture_of(actions.start_factor(actor))
    except Refused as no:
        context = {"error": no}
    return render(request, "accounts/factor.html", context, status=409 if "error" in context else 200)
