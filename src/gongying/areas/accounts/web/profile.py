"""Your own name and language, password, second factor and log-ins."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.people.models import User
from gongying.core.refusal import Refused
from gongying.core.ui.pages import Request, page

from .. import actions, queries
from .entry import open_for, picture_of


@page(needs="accounts.self")
def profile(request: Request) -> HttpResponse:
    """Your name and language, password, second factor and log-ins."""
    actor = request.actor
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            done = _change(request, actor)
        except Refused as no:
            done = {"error": no}
        if isinstance(done, HttpResponse):
            return done
        context = done
    context |= {
        "person": User.objects.get(pk=actor.user_id or 0),
        "factor": queries.factor(actor),
        "spare": queries.spare_codes(actor),
        "sessions": queries.sessions(actor),
        "here": request.session.session_key,
    }
    return render(request, "accounts/profile.html", context, status=409 if "error" in context else 200)


def _change(request: Request, actor: Actor) -> dict[str, Any] | HttpResponse:
    """Do what the form of the profile page asks for; returns what the page shows besides, or where it goes."""
    given, what = request.POST, request.POST.get("what", "")
    if what == "start":
        return dict(picture_of(actions.start_factor(actor)))
    if what == "confirm":
        return {"codes": actions.confirm_factor(actor, code=given.get("code", "")[:40])}
    away: HttpResponse = redirect("accounts:profile")
    if what == "drop":
        actions.drop_factor(actor, password=given.get("password", ""))
    elif what == "revoke":
        number = given.get("session", "")
        actions.revoke_session(actor, session_id=int(number) if number.isdecimal() else 0)
    elif what == "password":
        actions.change_password(actor, old=given.get("old", ""), new=given.get("new", ""))
        away = open_for(request, User.objects.get(pk=actor.user_id or 0), "accounts:profile")  # all others ended
    else:
        chosen = given.get("language", "")
        actions.set_profile(actor, name=given.get("name", ""), name_en=given.get("name_en", ""), language=chosen)
        away.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, samesite="Lax", max_age=31_536_000)
    messages.success(request, _("Saved."))
    return away
