"""Read the views a person may open."""

from django.db.models import Q
from django.http import HttpRequest

from .models import SavedView

MOST = 20


def views_of(request: HttpRequest, table: str) -> list[SavedView]:
    """A person's own views of a list, and the shared ones for whoever sees the whole network: a name or a search may
    speak of any distributor."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return []
    mine = Q(user_id=actor.user_id or 0)
    mine = mine | Q(shared=True) if actor.whole_network else mine
    return list(SavedView.objects.filter(mine, table=table).order_by("name")[:MOST])
