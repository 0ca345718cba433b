"""What the tests of points share: a programme, a catalogue, two people who decide, and an award that was approved."""

from datetime import date

from gongying.areas.points import actions
from gongying.core.actor import SYSTEM, Actor
from gongying.core.policies import actions as policies

PLANNER = Actor("planner", role="planner", may=frozenset({"*"}), parties=None)
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
BUY = {"code": "buy", "name": "进货", "name_en": "Purchases", "kind": "value", "points": "1", "per": "100"}
TARGET = {
    "code": "target", "name": "目标完成", "name_en": "Target", "kind": "target", "points": "500", "per": "1", "at_least": "0.8",
    "cap": 600,
}  # fmt: skip
OUTLETS = {
    "code": "outlets",
    "name": "新网点",
    "name_en": "New outlets",
    "kind": "outlets",
    "points": "20",
    "per": "1",
}
REWARDS = [
    {"code": "SEAT", "name": "培训名额", "name_en": "Training seat", "kind": "training", "points": 100, "cost": "8", "stock": 3},
    {"code": "FUND", "name": "市场费用", "name_en": "Market fund", "kind": "fund", "points": 200, "cost": "20", "target": "MF"},
    {"code": "COOKER", "name": "电饭煲", "name_en": "Rice cooker", "kind": "goods", "points": 50, "cost": "5", "target": "P1", "units": 2},
    {"code": "AD", "name": "广告位", "name_en": "Advertising", "kind": "advert", "points": 80, "cost": "8", "per_party": 1},
]  # fmt: skip


def owner(world, code="D1"):
    """The owner of a distributor."""
    may = frozenset(
        {"points.view", "points.mine", "points.redeem", "points.cancel", "points.transfer", "points.appeal"}
    )
    return Actor(f"owner{code}", role="owner", may=may, parties=frozenset({world.ids[code]}))


def programme(start=date(2025, 1, 1), *, publish=True, **document):
    """Publish a programme: a point for every hundred yuan bought, unless something else is said."""
    body = {"rules": [BUY], "margin": "1", "method": "none", "value": "0.1", "breakage": "none"} | document
    version = policies.draft(
        SYSTEM,
        kind="points.programme",
        key="points.programme",
        title="积分方案",
        document=body,
        effective_from=start,
    )
    if publish:
        policies.publish(SYSTEM, version_id=version)
    return version


def catalogue(rewards=None, start=date(2025, 1, 1), **document):
    """Publish a catalogue of rewards."""
    body = {"rewards": rewards or REWARDS} | document
    version = policies.draft(
        SYSTEM,
        kind="points.catalogue",
        key="points.catalogue",
        title="兑换目录",
        document=body,
        effective_from=start,
    )
    policies.publish(SYSTEM, version_id=version)
    return version


def awarded(period, on):
    """An award that was approved. Returns its id."""
    made = actions.award(PLANNER, period=period, as_of=on)
    if made.award_id is not None:
        actions.approve(DIRECTOR, award_id=made.award_id)
    return made.award_id
