"""Campaigns, what they may be for, and where nobody sells yet."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.places import read as places
from gongying.core.actor import Actor
from gongying.core.doors import HQ, query
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing
from gongying.core.scope import one
from gongying.core.words import pick

from ..models import Campaign
from ..rules import OPEN, RULES, Rules

MOST_SPOTS = 1000


def rules(on: date) -> tuple[Rules, int]:
    """The rules that hold on a day and the version they come from; the house's own (version 0) where none is published."""
    try:
        held = policies.value(RULES.code, RULES.key, on)
    except Missing:
        return Rules(), 0
    assert isinstance(held.document, Rules)
    return held.document, held.version_id


def campaigns(actor: Actor) -> QuerySet[Campaign]:
    """Campaigns whose region is in scope (or above it), with how many applications each has; the newest first."""
    rows = Campaign.objects.select_related("region").order_by("-id")
    seen = parties.regions_seen(actor)
    if seen is not None:
        tree = parties.region_tree()
        above = {code for pk in seen for code in parties.lineage(pk, tree)}
        rows = rows.filter(region__code__in=above)
        mine = Q(applications__region_id__in=seen)
        return rows.annotate(
            count=Count("applications", filter=mine),
            running=Count("applications", filter=mine & Q(applications__state__in=OPEN)),
            won=Count("applications", filter=mine & Q(applications__state="accepted")),
        )
    return rows.annotate(
        count=Count("applications"),
        running=Count("applications", filter=Q(applications__state__in=OPEN)),
        won=Count("applications", filter=Q(applications__state="accepted")),
    )


def campaign(actor: Actor, campaign_id: int) -> Campaign:
    """One campaign in scope, or Missing."""
    return one(campaigns(actor), pk=campaign_id)


def of_token(token: str) -> Campaign:
    """The campaign of a public link, or Missing; also one that is closed, so that it can say so."""
    return one(Campaign.objects.select_related("region").exclude(state="draft"), token=token)


def open_now(row: Campaign, on: date) -> bool:
    """Whether a campaign takes applications on a day."""
    return row.state == "open" and row.opens_on <= on < row.closes_on


def left(row: Campaign) -> int:
    """How many places are still free: those offered less those accepted, also on conditions."""
    return row.places - row.applications.filter(state__in=("accepted", "conditional")).count()


def regions_for(row: Campaign) -> list[tuple[str, str]]:
    """(code, name with the one above) of the places an applicant may name: the campaign's region and all below it."""
    inside = parties.regions_under([row.region.code])
    found = []
    for region in parties.regions().filter(pk__in=inside):
        above = (
            f"{pick(region.parent.name, region.parent.name_en)} · "
            if region.parent and region.pk != row.region_id
            else ""
        )
        found.append((region.code, above + pick(region.name, region.name_en)))
    return found


def categories() -> list[tuple[str, str]]:
    """(code, name) of the product groups."""
    return [(row.code, pick(row.name, row.name_en)) for row in goods.categories()]


@dataclass(frozen=True)
class Spot:
    """A region with what is granted in it, how many of it exclusively, how many grants meet each other, and how many
    applications are open there. `white` is where nobody holds anything, neither here nor above."""

    code: str
    name: str
    level: str
    holders: int
    exclusive: int
    overlaps: int
    applications: int
    white: bool


@query(needs="recruiting.view", roles=HQ)
def coverage(actor: Actor, *, on: date, channel: str = "") -> list[Spot]:
    """Provinces and cities in scope: who sells there on a day through a channel, where territories meet, where nobody does."""
    tree, seen = parties.region_tree(), parties.regions_seen(actor)
    held = [each for each in places.held(on) if not channel or each.channel in ("", channel)]
    by_region: dict[str, list[places.Held]] = defaultdict(list)
    for each in held:
        by_region[each.region].append(each)
    asked: dict[int, int] = defaultdict(int)
    for pk in Campaign.objects.filter(applications__state__in=OPEN).values_list(
        "applications__region_id", flat=True
    ):
        asked[pk] += 1
    below: dict[str, set[int]] = defaultdict(set)
    for pk in tree:
        for code in parties.lineage(pk, tree)[1:]:
            below[code].add(pk)
    found = []
    for region in parties.regions().filter(level__in=("province", "city", "region")):
        if seen is not None and region.pk not in seen:
            continue
        line = parties.lineage(region.pk, tree)
        here = by_region.get(region.code, [])
        covering = [each for code in line for each in by_region.get(code, [])]
        inside = {region.pk, *below.get(region.code, ())}
        within = [each for each in held if each.region_id in inside]
        found.append(
            Spot(
                region.code, pick(region.name, region.name_en), region.level, len({e.party_id for e in covering + within}),
                sum(each.exclusive for each in here), _meeting(covering), sum(asked.get(pk, 0) for pk in inside),
                not covering and not within,
            )
        )  # fmt: skip
    return sorted(found, key=lambda spot: (not spot.white, -spot.applications, spot.code))[:MOST_SPOTS]


def _meeting(held: list[places.Held]) -> int:
    """How many pairs of different holders sell the same channel and product group in one place."""
    count = 0
    for at, one_ in enumerate(held):
        for other in held[at + 1 :]:
            same = all(
                not a or not b or a == b
                for a, b in ((one_.channel, other.channel), (one_.category, other.category))
            )
            count += same and one_.party_id != other.party_id
    return count
