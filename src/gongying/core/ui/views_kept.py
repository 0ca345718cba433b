"""Read the views a person may open."""

from django.db.models import Q
from django.http import HttpRequest

from gongying.core.asked import Asked, Given

from .models import SavedView

MOST = 20


def views_of(request: HttpRequest, table: str) -> list[SavedView]:
    """A person's own views of a list, and the shared ones for whoever sees the whole network: a name or a search may
    speak of any distributor."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return []
    return _VIEWS(user=actor.user_id or 0, shared=[True] if actor.whole_network else [None], table=table)


_VIEWS = Asked(
    lambda: SavedView.objects.filter(
        Q(user_id=Given("user")) | Q(shared__in=Given("shared")), table=Given("table")
    ).order_by("name")[:MOST]
)
