"""Act once on what was told."""

import json

from gongying.areas.awards.facts import PrizesAwarded, RoundOpened
from gongying.areas.funds import actions as funds
from gongying.areas.network import actions as network
from gongying.areas.stars.facts import ExcuseDecided, RunSubmitted, StarsGranted
from gongying.areas.tiers import queries as tiers
from gongying.areas.tiers.facts import EntitlementsGranted, ReviewAnnounced, ReviewSubmitted, StandingsGranted
from gongying.core.actor import SYSTEM
from gongying.core.journal import book
from gongying.core.journal.models import Entry
from gongying.core.notices import bell
from gongying.core.refusal import Refused

MOVES = {"first": ("获得等级", "You reached a level"), "up": ("等级提升", "Your level rose"), "down": ("等级调整", "Your level changed"), "grace": ("等级暂时保留", "Your level is kept for now")}  # fmt: skip


@book.on(ReviewSubmitted)
def tell_director(fact: ReviewSubmitted, entry: Entry) -> None:
    """Whoever approves learns of a review."""
    link = f"/tiers/reviews/{fact.review}/"
    bell.tell(
        role="director",
        title=f"等级评审 {fact.number} 待批准",
        title_en=f"Tier review {fact.number} awaits you",
        link=link,
    )


@book.on(StandingsGranted)
def tell_distributors(fact: StandingsGranted, entry: Entry) -> None:
    """The book of parties carries the levels on, and each distributor whose level moved finds it in his bell."""
    row = tiers.review_row(fact.review)
    held = list(tiers.standings_of(SYSTEM, row))
    levels = {each.party_id: each.level for each in held}
    network.carry_levels(SYSTEM, levels=levels, since=row.as_of, document=row.number)
    for each in held:
        if each.reason in MOVES:
            zh, en = MOVES[each.reason]
            link = f"/tiers/distributors/{each.party_id}/"
            level = "warning" if each.reason in ("down", "grace") else "good"
            bell.tell(party_id=each.party_id, title=zh, title_en=en, link=link, level=level)


@book.on(ReviewAnnounced)
def announce(fact: ReviewAnnounced, entry: Entry) -> None:
    """Distributors learn ahead when their level is looked at."""
    zh, en = (
        ("期中等级评审（只升不降）", "interim review of levels (only up)")
        if fact.interim
        else ("等级评审", "review of levels")
    )
    bell.tell(
        role="owner",
        title=f"{fact.period} {zh}将于 {fact.due_on} 进行",
        title_en=f"{fact.period}: {en} on {fact.due_on}",
        link="/tiers/mine/",
    )


@book.on(EntitlementsGranted)
def grant_funds(fact: EntitlementsGranted, entry: Entry) -> None:
    """What a level brings of a fund is put into it. A fund that is not there, or not for single distributors, is told to the
    planners: the level holds all the same (C131)."""
    for each in tiers.granted(fact.entitlements):
        if each.kind != "fund" or not each.value_minor:
            continue
        fund = json.loads(each.what)["key"]
        try:
            funds.grant(
                SYSTEM,
                fund=fund,
                party_id=each.party_id,
                amount_minor=each.value_minor,
                currency=each.currency,
                source="tier",
                reason=f"{fact.number} {each.level} {each.period}",
                on=each.valid_from,
            )
        except Refused as no:
            bell.tell(
                role="planner",
                title=f"等级权益未能拨入基金 {fund}：{each.party.code}",
                title_en=f"A level's money did not go into the fund {fund}: {each.party.code}",
                body=str(no),
                body_en=str(no),
                link=f"/tiers/distributors/{each.party_id}/",
                level="warning",
            )


@book.on(RunSubmitted)
def tell_finance_of_stars(fact: RunSubmitted, entry: Entry) -> None:
    """Whoever approves learns of a run of stars."""
    bell.tell(
        role="finance",
        title=f"星级核算 {fact.number}（{fact.year} 年）待批准",
        title_en=f"Star run {fact.number} ({fact.year}) awaits you",
        link=f"/stars/runs/{fact.run}/",
    )


@book.on(StarsGranted)
def tell_stars(fact: StarsGranted, entry: Entry) -> None:
    """Each distributor with a star learns of it, and of the right of first renewal."""
    for party in fact.parties:
        renewal = party in fact.renewal
        bell.tell(
            party_id=party,
            title=f"{fact.year} 年度星级已授予" + ("，并享有优先续约权" if renewal else ""),
            title_en=f"Your star of {fact.year}" + (", with the right of first renewal" if renewal else ""),
            link="/stars/mine/",
            level="good",
        )


@book.on(ExcuseDecided)
def tell_excuse(fact: ExcuseDecided, entry: Entry) -> None:
    """The distributor learns whether a gap is excused."""
    zh, en = ("已获豁免", "is excused") if fact.verdict == "approved" else ("未获豁免", "is not excused")
    bell.tell(
        party_id=fact.party,
        title=f"{fact.year} 年度缺口{zh}",
        title_en=f"The gap of {fact.year} {en}",
        link="/stars/mine/",
    )


@book.on(RoundOpened)
def call_for_nominations(fact: RoundOpened, entry: Entry) -> None:
    """Distributors learn that they may be nominated."""
    bell.tell(
        role="owner",
        title=f"奖项评选 {fact.number} 开放提名，截止 {fact.nominate_until}",
        title_en=f"Award {fact.number}: nominations until {fact.nominate_until}",
        link=f"/awards/{fact.round}/",
    )


@book.on(PrizesAwarded)
def tell_winners(fact: PrizesAwarded, entry: Entry) -> None:
    """The winners learn of it."""
    for party in fact.winners:
        bell.tell(
            party_id=party,
            title=f"恭喜获奖：{fact.number}",
            title_en=f"You won an award: {fact.number}",
            link="/awards/honours/",
            level="good",
        )
