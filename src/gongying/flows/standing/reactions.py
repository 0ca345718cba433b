"""Act once on what was told."""

from gongying.areas.network import actions as network
from gongying.areas.tiers import queries as tiers
from gongying.areas.tiers.facts import ReviewSubmitted, StandingsGranted
from gongying.core.actor import SYSTEM
from gongying.core.journal import book
from gongying.core.journal.models import Entry
from gongying.core.notices import bell

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
