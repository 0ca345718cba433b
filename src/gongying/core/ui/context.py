"""What the shell needs on every page."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.notices import bell

from . import nav

SHEETS = [f"ui/{name}.css" for name in ("theme", "shell", "parts", "tables", "figures", "flow", "phone")]


def _scope(actor: Actor | None) -> str:
    """What somebody sees, in words."""
    if actor is None or actor.parties is None:
        return gettext("Whole network")
    if actor.role in PORTAL:
        return gettext("Own company")
    return gettext("%(count)s distributors") % {"count": len(actor.parties)}


def shell(request: HttpRequest) -> dict[str, Any]:
    """The menu of the actor, the number of unread messages, the chosen theme and height of rows."""
    actor = getattr(request, "actor", None)
    theme, density = request.COOKIES.get("theme", ""), request.COOKIES.get("density", "")
    return {
        "actor": actor,
        "sheets": SHEETS,
        "sections": nav.sections(actor, request.path),
        "thumb": nav.thumb(actor),
        "here": nav.here(nav.menu(actor), request.path),
        "portal": actor is not None and actor.role in PORTAL,
        "scope_label": _scope(actor),
        "unread": bell.unread(actor) if actor else 0,
        "theme": theme if theme in ("dark", "light") else "",
        "density": density if density in ("compact", "roomy") else "",
    }
