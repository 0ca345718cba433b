"""Pages of tiers: who stands where, one distributor's levels, reviews, simulations of drafts."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import words
from gongying.core.ui import links, nav, todo

from ..models import Review
from . import policies as policies
from . import reviews, simulating, standings


def _waiting(actor: Actor) -> Any:
    """Reviews that somebody else submitted."""
    if actor.can("tiers.approve"):
        count = Review.objects.filter(state="pending").exclude(created_by=actor.name).count()
        note = _("They were submitted by somebody else.")
        yield todo.Todo(_("tier reviews to approve"), count, "/tiers/reviews/", "medal", "warn", note)


urlpatterns = [
    path("", standings.standings, name="standings"),
    path("mine/", standings.mine, name="mine"),
    path("distributors/<int:party_id>/", standings.distributor, name="distributor"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/start/", reviews.start, name="start"),
    path("reviews/<int:review_id>/", reviews.review, name="review"),
    path("reviews/<int:review_id>/distributors/<int:party_id>/", reviews.explain, name="explain"),
    path("reviews/<int:review_id>/decide/", reviews.decide, name="decide"),
    path("versions/", simulating.drafts, name="drafts"),
    path("versions/<int:version_id>/", simulating.simulate, name="simulate"),
]
todo.register(_waiting)
links.home("standing", "tiers:distributor")
links.home("review", "tiers:review")
links.home("try tiers.programme", "tiers:simulate")
nav.register(nav.NavItem(_("Levels"), "/tiers/", "tiers.view", 33, "rewards", "medal"))
words(
    "tiers",
    _("Levels"),
    {
        "view": _("Read levels"),
        "preview": _("Read reviews, and try what one would decide"),
        "simulate": _("Try drafts of tier programmes on the whole network"),
        "review": _("Submit reviews"),
        "approve": _("Approve reviews of others, or turn them down"),
    },
)
