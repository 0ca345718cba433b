"""What the shell needs on every page."""

from typing import Any

from django.http import HttpRequest

from gongying.core.notices import bell

from .nav import menu


def shell(request: HttpRequest) -> dict[str, Any]:
    """The menu of the actor and the number of unread messages."""
    actor = getattr(request, "actor", None)
    return {"actor": actor, "menu": menu(actor), "unread": bell.unread(actor) if actor else 0}
