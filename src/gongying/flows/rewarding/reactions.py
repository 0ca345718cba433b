"""Act once on what points told."""

from datetime import date

from gongying.areas.points.facts import (
    AdjustmentDecided,
    Awarded,
    Cleared,
    ClearingAnnounced,
    ClearingCalledOff,
    Redeemed,
    RedemptionCancelled,
    RedemptionFulfilled,
)
from gongying.core.actor import SYSTEM
from gongying.core.journal import book
from gongying.core.journal.models import Entry
from gongying.core.notices import bell
from gongying.core.refusal import Refused

from . import actions

MINE = "/points/mine/"


@book.on(Redeemed)
def create(fact: Redeemed, entry: Entry) -> None:
    """What was redeemed comes into being; where it cannot, the planner is told that it waits for a person."""
    try:
        made = actions.create(SYSTEM.through("flow"), redemption_id=fact.redemption)
    except Refused as no:
        if no.code != "decided":
            raise
        return  # a person was quicker: what comes after must not wait for it
    if not made:
        link = f"/points/redemptions/{fact.redemption}/"
        bell.tell(
            role="planner",
            link=link,
            level="warning",
            title=f"兑换 {fact.number} 无法自动生成，请处理",
            title_en=f"Redemption {fact.number} cannot be created by itself",
        )


@book.on(Awarded)
def tell_of_points(fact: Awarded, entry: Entry) -> None:
    """Each distributor's people find what they earned in their bell."""
    for party, points in zip(fact.parties, fact.points, strict=True):
        zh = f"{fact.period} 积分已入账：{points:,}" if points > 0 else f"{fact.period} 积分更正：{points:,}"
        en = f"{fact.period}: {points:,} points were posted"
        bell.tell(party_id=party, link=MINE, level="good" if points > 0 else "info", title=zh, title_en=en)


@book.on(RedemptionFulfilled)
def tell_fulfilled(fact: RedemptionFulfilled, entry: Entry) -> None:
    """The distributor learns what his points brought."""
    link = f"/points/redemptions/{fact.redemption}/"
    zh, en = f"兑换 {fact.number} 已兑现：{fact.ref}", f"{fact.number} is fulfilled: {fact.ref}"
    bell.tell(party_id=fact.party, link=link, level="good", title=zh, title_en=en)


@book.on(RedemptionCancelled)
def tell_cancelled(fact: RedemptionCancelled, entry: Entry) -> None:
    """The distributor learns that his points are back."""
    link = f"/points/redemptions/{fact.redemption}/"
    zh = f"兑换 {fact.number} 已取消，{fact.points:,} 积分已退回"
    en = f"{fact.number} was called off, {fact.points:,} points are back"
    bell.tell(party_id=fact.party, link=link, title=zh, title_en=en)


@book.on(ClearingAnnounced)
def give_notice(fact: ClearingAnnounced, entry: Entry) -> None:
    """Whoever would lose something is told how much, and until when he may use it."""
    day = date.fromisoformat(fact.clears_from)
    for party, points in zip(fact.parties, fact.points, strict=True):
        bell.tell(
            party_id=party,
            link=MINE,
            level="warning",
            title=f"{points:,} 积分即将到期，{day} 起清零",
            title_en=f"{points:,} points expire: they are cleared from {day} on",
            body="请在此之前到兑换目录使用。",
            body_en="Use them in the catalogue before that day.",
        )


@book.on(Cleared)
def tell_cleared(fact: Cleared, entry: Entry) -> None:
    """Whoever lost something is told, and that he may appeal."""
    for party, points in zip(fact.parties, fact.points, strict=True):
        bell.tell(
            party_id=party,
            link=f"/points/clearings/{fact.clearing}/",
            level="info",
            title=f"{points:,} 积分已到期清零",
            title_en=f"{points:,} points were cleared",
            body="如有异议，可在申诉期内提出。",
            body_en="You may appeal within the days of appeal.",
        )


@book.on(ClearingCalledOff)
def tell_called_off(fact: ClearingCalledOff, entry: Entry) -> None:
    """What was announced does not take place."""
    for party in fact.parties:
        bell.tell(
            party_id=party, link=MINE, level="good", title="积分清零已取消", title_en="The clearing was called off"
        )


@book.on(AdjustmentDecided)
def tell_decided(fact: AdjustmentDecided, entry: Entry) -> None:
    """The distributor reads what was decided on his points."""
    granted = fact.verdict == "approved"
    if not granted and fact.kind != "appeal":
        return  # what head office proposed and did not do is no news to him
    zh = f"{'积分申诉' if fact.kind == 'appeal' else '积分调整'} {fact.number}：{'已通过' if granted else '未通过'}"
    en = f"{'Your appeal' if fact.kind == 'appeal' else 'An adjustment'} {fact.number} was {fact.verdict}"
    bell.tell(
        party_id=fact.party,
        link=f"/points/adjustments/{fact.adjustment}/",
        level="good" if granted else "info",
        title=zh,
        title_en=en,
    )
