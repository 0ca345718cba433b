"""Every request carries its actor; nobody is None."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from gongying.core.actor import Actor

from .access import actor_for
from .models import User

IDLE = timedelta(hours=2)  # a log-in nobody uses ends after it
LONGEST = timedelta(hours=12)  # and every other after this, a working day
TOUCH = timedelta(minutes=5)  # how exactly its use is remembered: not every page writes


class ActorMiddleware:
    """Sets `request.actor`, and keeps private answers out of shared caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = actor_of(request)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def actor_of(request: HttpRequest) -> Actor | None:
    """The logged-in actor of a request, or None. A disabled user is nobody at the next request."""
    user = request.user
    if isinstance(user, SimpleLazyObject | User):  # read from the database once in every request
        if not user.is_authenticated or not user.is_active:
            return None
        if not still_open(request.session):
            request.session.flush()
            request.user = AnonymousUser()
            return None
        return actor_for(user, language=getattr(request, "LANGUAGE_CODE", ""))
    return None


def still_open(session: SessionBase) -> bool:
    """Whether a log-in stands: used within two hours and begun within twelve. Remembers that it was used."""
    now = int(timezone.now().timestamp())
    since, seen = session.get("since", now), session.get("seen", 0)
    if now - since > LONGEST.total_seconds() or (seen and now - seen > IDLE.total_seconds()):
        return False
    if now - seen > TOUCH.total_seconds():
        session["since"], session["seen"] = since, now
    return True
