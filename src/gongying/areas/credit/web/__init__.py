"""Pages of credit: the desk, one held order, everybody's credit, one distributor's, the limits."""

from collections.abc import Iterator

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import words
from gongying.core.ui import links, nav, todo

from .. import queries
from . import desk, limits, party, policy, turnover

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("recheck/", desk.recheck, name="recheck"),
    path("orders/<int:hold_id>/", desk.order, name="order"),
    path("distributors/", party.distributors, name="distributors"),
    path("distributors/<int:party_id>/", party.distributor, name="distributor"),
    path("mine/", party.mine, name="mine"),
    path("turnover/", turnover.turnover, name="turnover"),
    path("turnover/announce/", turnover.bind, name="bind"),
    path("rules/", policy.rules, name="rules"),
    path("limits/", limits.limits, name="limits"),
    path("limits/<int:grant_id>/", limits.grant, name="grant"),
]


def _waiting(actor: Actor) -> Iterator[todo.Todo]:
    """Held orders, limits to decide, temporary limits that end soon."""
    if actor.can("credit.release"):
        count = queries.holds(actor).filter(state="open").count()
        note = _("Look at the figures, then release or decline them.")
        yield todo.Todo(_("orders waiting for credit"), count, "/credit/", "wallet", "bad", note)
    if actor.can("credit.propose"):
        proposed, ending = queries.counts(actor, timezone.localdate())
        note = _("They were submitted by somebody else.")
        if actor.can("credit.approve"):
            yield todo.Todo(
                _("credit limits to approve"), proposed, "/credit/limits/?state=proposed", "scale", "warn", note
            )
        yield todo.Todo(
            _("temporary limits ending within two weeks"), ending, "/credit/limits/?kind=ending", "clock"
        )


todo.register(_waiting)
links.home("credit", "credit:distributor")
links.home("my_credit", "credit:mine")
links.home("draft credit.rules", "credit:rules")
links.home("held_order", "credit:order")
nav.register(
    nav.NavItem(_("Credit desk"), "/credit/", "credit.desk", 50, "credit", "wallet"),
    nav.NavItem(
        _("Credit by distributor"), "/credit/distributors/", "credit.desk", 51, "credit", "scale", under="/credit/"
    ),
    nav.NavItem(_("Credit limits"), "/credit/limits/", "credit.desk", 52, "credit", "percent"),
    nav.NavItem(
        _("Limits by turnover"), "/credit/turnover/", "credit.desk", 52, "credit", "chart", under="/credit/limits/"
    ),
    nav.NavItem(_("My credit"), "/credit/mine/", "credit.mine", 50, "credit", "wallet"),
)
words(
    "credit",
    _("Credit"),
    {
        "view": _("Read credit limits and what is left of them"),
        "mine": _("See the own credit"),
        "desk": _("See the credit desk: held orders, everybody's credit"),
        "propose": _("Propose credit limits, lasting and temporary"),
        "approve": _("Approve credit limits of others, or turn them down"),
        "release": _("Release orders that are held for credit, or decline them"),
        "recheck": _("Judge held orders anew"),
        "bind": _("Announce how turnover moves credit limits"),
        "ask": _("Have orders judged for credit (part of ordering)"),
    },
)
