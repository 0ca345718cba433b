"""Every request carries its actor; nobody is None."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from gongying.core.actor import Actor

from .access import actor_for
from .models import User


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
        return actor_for(user, language=getattr(request, "LANGUAGE_CODE", ""))
    return None
