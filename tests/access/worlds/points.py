"""What the walk knows of points: an award of both sides, a reward that was redeemed with its voucher, a clearing, an appeal."""

from datetime import date, timedelta

from django.utils import timezone

from gongying.areas.points import actions, queries
from gongying.areas.points.models import Earning
from gongying.core.actor import SYSTEM, Actor
from gongying.core.people.access import actor_for
from gongying.core.policies import actions as policies

DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
SHARED = {"due_on": "2026-12-31", "reward": "SEAT"}
SAID = {"points": "1", "grant": False, "taker": "D1", "reward": "SEAT", "due_on": "2026-12-31", "problem": "x"}
KINDS = {"points:preview": {"period": "2026Q2"}, "points.preview": {"period": "2026Q2"}}
MORE = {
    "points:preview": ("?period=2026Q2", "?period=2026Q2&export=csv"),
    "points:lines": ("?rule=buy", "?rule=buy&export=csv"),
    "points:worth": ("?export=csv", "?on=2026-10-31"),
    "points:expiry": ("?by=2026-12-31",),
}
RULE = {"code": "buy", "name": "进货", "kind": "value", "points": "1", "per": "10"}
REWARD = {"code": "SEAT", "name": "培训名额", "kind": "training", "points": 10, "cost": "1"}


def _house(world):
    """The programme, the catalogue and the points of last summer, once for both sides."""
    if "points_award_id" in world.made:
        return
    for kind, document in (
        ("points.programme", {"rules": [RULE], "margin": "1", "method": "quarter", "protect_days": 0, "notice_days": 0, "grace_days": 0}),
        ("points.catalogue", {"rewards": [REWARD]}),
    ):  # fmt: skip
        version = policies.draft(
            SYSTEM, kind=kind, key=kind, title=kind, document=document, effective_from=date(2026, 1, 1)
        )
        policies.publish(SYSTEM, version_id=version)
    made = actions.award(SYSTEM, period="2026Q2", as_of=date(2026, 7, 10)).award_id
    actions.approve(DIRECTOR, award_id=made)
    world.made["points_award_id"] = world.made["award_id"] = made
    today = timezone.localdate()
    clearing = actions.announce(SYSTEM, due_on=today)
    row = queries.clearing_row(clearing)
    row.clears_from = today - timedelta(days=0)
    row.save()
    world.made["clearing_id"] = clearing


def side(world, code):
    """A redemption with its voucher and an adjustment that waits; the clearing is common to both."""
    _house(world)
    owner, party = actor_for(world.people["owner", code]), world.ids[code]
    done = actions.redeem(owner, party_id=party, reward="SEAT")
    actions.issue(SYSTEM, redemption_id=done.id, on=timezone.localdate())
    adjustment = actions.adjust(SYSTEM, party_id=party, points=5, reason=f"CNRY-{code} points")
    return {
        "redemption_id": done.id,
        "voucher_id": queries.voucher_of(SYSTEM, done.id).pk,
        "adjustment_id": adjustment,
        "earning_id": Earning.objects.unscoped("test").get(party_id=party).pk,
    }
