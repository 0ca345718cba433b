"""Pages of points: wallets and the catalogue, awards, redemptions, expiry, adjustments, what points are worth."""

from collections.abc import Iterator

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, words
from gongying.core.ui import links, nav, todo

from .. import queries
from . import adjusting, awards, expiry, party, programme, redemptions, shop, worth
from . import policies as policies

urlpatterns = [
    path("", party.wallets, name="wallets"),
    path("mine/", party.mine, name="mine"),
    path("wallets/<int:party_id>/", party.wallet, name="wallet"),
    path("earnings/<int:earning_id>/", party.earning, name="earning"),
    path("earnings/<int:earning_id>/lines/", party.lines, name="lines"),
    path("catalogue/<int:party_id>/", shop.catalogue, name="catalogue"),
    path("redemptions/", redemptions.redemptions, name="redemptions"),
    path("redemptions/<int:redemption_id>/", redemptions.redemption, name="redemption"),
    path("vouchers/", redemptions.vouchers, name="vouchers"),
    path("awards/", awards.awards, name="awards"),
    path("awards/preview/", awards.preview, name="preview"),
    path("awards/<int:award_id>/", awards.award, name="award"),
    path("expiry/", expiry.desk, name="expiry"),
    path("clearings/<int:clearing_id>/", expiry.clearing, name="clearing"),
    path("adjustments/", adjusting.adjustments, name="adjustments"),
    path("adjustments/<int:adjustment_id>/", adjusting.adjustment, name="adjustment"),
    path("worth/", worth.worth, name="worth"),
    path("programme/", programme.programme, name="programme"),
]
SOON = 30  # days before their last one that points are a to-do


def _waiting(actor: Actor) -> Iterator[todo.Todo]:
    """What is to be decided, and points that go soon."""
    if actor.can("points.desk"):
        found = queries.waiting(actor)
        if actor.can("points.approve"):
            yield todo.Todo(_("awards of points to approve"), found.awards, "/points/awards/", "star", "warn")
        if actor.can("points.decide"):
            yield todo.Todo(
                _("point adjustments to decide"),
                found.adjustments,
                "/points/adjustments/?state=proposed",
                "scale",
                "warn",
            )
        if actor.can("points.fulfil"):
            url = "/points/redemptions/?state=ordered"
            yield todo.Todo(_("redemptions nothing came of yet"), found.redemptions, url, "gift", "warn")
        if actor.can("points.clear"):
            yield todo.Todo(
                _("clearings whose notice is over"), found.clearings, "/points/expiry/", "clock", "warn"
            )
    if actor.can("points.mine") and actor.role in PORTAL:
        own = parties.parties(actor).first()
        if own is not None:
            gone = [
                x for x in queries.leaving(queries.open_lots(actor, own.pk), timezone.localdate()) if x.days <= SOON
            ]
            note = _("Use them in the catalogue before their last day.")
            yield todo.Todo(
                _("points that expire within 30 days"),
                sum(x.points for x in gone),
                "/points/mine/",
                "star",
                "warn",
                note,
            )


todo.register(_waiting)
links.home("points", "points:wallet")
links.home("my_points", "points:mine")
links.home("points_redemption", "points:redemption")
links.home("points_award", "points:award")
links.home("points_clearing", "points:clearing")
nav.register(
    nav.NavItem(_("Reward points"), "/points/", "points.desk", 36, "rewards", "star"),
    nav.NavItem(_("Awards of points"), "/points/awards/", "points.desk", 36, "rewards", "star", under="/points/"),
    nav.NavItem(
        _("Redemption desk"), "/points/redemptions/", "points.desk", 36, "rewards", "gift", under="/points/"
    ),
    nav.NavItem(_("Reward vouchers"), "/points/vouchers/", "points.desk", 36, "rewards", "gift", under="/points/"),
    nav.NavItem(_("Expiry desk"), "/points/expiry/", "points.desk", 36, "rewards", "clock", under="/points/"),
    nav.NavItem(
        _("Point adjustments"), "/points/adjustments/", "points.desk", 36, "rewards", "scale", under="/points/"
    ),
    nav.NavItem(_("Worth of points"), "/points/worth/", "points.desk", 36, "rewards", "chart", under="/points/"),
    nav.NavItem(
        _("Points programme"), "/points/programme/", "points.desk", 36, "rewards", "book", under="/points/"
    ),
    nav.NavItem(_("My points"), "/points/mine/", "points.mine", 36, "rewards", "star"),
)
words(
    "points",
    _("Reward points"),
    {
        "view": _("See points, what they come from and the catalogue"),
        "mine": _("See the own points"),
        "desk": _("See the desk of points: awards, redemptions, expiry"),
        "preview": _("See what a period would award"),
        "award": _("Submit awards of points"),
        "approve": _("Approve awards of points of others, or turn them down"),
        "redeem": _("Use points for rewards"),
        "cancel": _("Call redemptions off"),
        "fulfil": _("Fulfil redemptions by hand"),
        "honour": _("Honour vouchers"),
        "transfer": _("Pass points on within a group"),
        "announce": _("Announce clearings and call them off"),
        "clear": _("Carry out clearings that somebody else announced"),
        "adjust": _("Propose point adjustments"),
        "appeal": _("Ask for points back that were cleared"),
        "decide": _("Decide on point adjustments and appeals"),
        "credit": _("Give points for documents that were decided elsewhere (settlement alone)"),
        "worth": _("See what points are worth: liability and breakage"),
        "keep": _("Write down what became of redemptions (the rewarding flow alone)"),
    },
)
