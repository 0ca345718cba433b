"""The page door."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from gongying.core.actor import Actor
from gongying.core.refusal import Forbidden, Refused

View = Callable[..., HttpResponse]
PAGES: dict[str, str] = {}


class Request(HttpRequest):
    """A request behind the page door: it has an actor."""

    actor: Actor


def page(*, needs: str) -> Callable[[View], View]:
    """A page for whoever holds `needs`: strangers are sent to the log-in, a business no is shown as 409."""

    def dress(view: View) -> View:
        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = getattr(request, "actor", None)
            if actor is None:
                return redirect_to_login(request.get_full_path())
            if not actor.can(needs):
                if actor.must:
                    return redirect(actor.must)
                raise Forbidden(needs)
            try:
                return view(request, *args, **kwargs)
            except Refused as no:
                return render(request, "ui/refused.html", {"no": no}, status=409)

        room = ".".join(view.__module__.split(".")[:4])  # a room that became a folder keeps its name
        PAGES[f"{room}.{view.__name__}"] = needs
        door.needs = needs  # type: ignore[attr-defined]
        return door

    return dress
