"""What an application collides with: territories of others, key accounts, channels, competing brands, and itself twice.

Territories: two overlap when one region is the other or lies above or below it, and channel and product group are the same or
one of them is all. Source of the rule that a share of customers may be reserved: the house's own territories in books/places; the
law that limits it is named in the guide (active sales may be restricted, passive ones not).
"""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

CODES: dict[str, Any] = {
    "exclusive": _("territory granted exclusively to somebody else"),
    "shared": _("an exclusive place is offered where others sell"),
    "overlap": _("others sell in the same territory"),
    "key_account": _("names a key account of somebody else"),
    "channel": _("another channel than the campaign's"),
    "competing": _("sells a competing brand"),
    "partner": _("is a distributor already"),
    "twice": _("has another open application"),
    "places": _("all places of the campaign are taken"),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A territory somebody holds: the region's code, and those above it."""

    party: int
    region: str
    above: frozenset[str]
    channel: str
    category: str
    exclusive: bool


@dataclass(frozen=True, slots=True)
class Applicant:
    """What an application asks for and says of itself."""

    region: str
    above: frozenset[str]
    channel: str
    category: str
    exclusive: bool
    campaign_channel: str = ""
    uscc: str = ""
    brands: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the house knows: territories, who has a credit code, other open applications with the same one, competing brands
    (name, block or warn), key accounts (name, the party that looks after it), and how many places are left."""

    grants: Sequence[Grant] = ()
    partners: Collection[int] = ()
    twins: Sequence[str] = ()
    competitors: Sequence[tuple[str, str]] = ()
    accounts: Sequence[tuple[str, int | None]] = ()
    places_left: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One conflict: its code, how heavy (block, warn, note), whom it concerns, and what fills its words."""

    code: str
    level: str
    party: int | None = None
    words: dict[str, Any] = field(default_factory=dict)


def conflicts(asked: Applicant, known: Known) -> list[Found]:
    """Everything an application collides with, the blocking first."""
    found = list(_territories(asked, known.grants))
    found += [Found("partner", "block", party) for party in known.partners]
    found += [Found("twice", "warn", None, {"number": number}) for number in known.twins]
    for name, level in known.competitors:
        if any(alike(name, brand) for brand in asked.brands):
            found.append(Found("competing", level, None, {"name": name}))
    for name, party in known.accounts:
        if any(alike(name, account) for account in asked.accounts):
            found.append(Found("key_account", "block" if party else "warn", party, {"name": name}))
    if asked.campaign_channel and asked.channel and asked.channel != asked.campaign_channel:
        found.append(Found("channel", "warn", None, {"asked": asked.channel, "offered": asked.campaign_channel}))
    if known.places_left <= 0:
        found.append(Found("places", "warn"))
    order = ("block", "warn", "note")
    return sorted(found, key=lambda each: (order.index(each.level), each.code, each.party or 0))


def _territories(asked: Applicant, grants: Sequence[Grant]) -> list[Found]:
    found = []
    for grant in grants:
        if not overlaps(asked, grant):
            continue
        words = {"region": grant.region, "channel": grant.channel, "category": grant.category}
        code = "exclusive" if grant.exclusive else "shared" if asked.exclusive else "overlap"
        found.append(Found(code, "note" if code == "overlap" else "block", grant.party, words))
    return found


def overlaps(asked: Applicant, grant: Grant) -> bool:
    """Whether what is asked for meets what somebody holds."""
    near = grant.region == asked.region or grant.region in asked.above or asked.region in grant.above
    same = all(
        not one or not other or one == other
        for one, other in ((asked.channel, grant.channel), (asked.category, grant.category))
    )
    return near and same


def alike(one: str, other: str) -> bool:
    """Whether two names mean the same: one holds the other, without case, width and spaces (two letters at least).

    >>> alike("Midea", " MIDEA 美的"), alike("A", "AB")
    (True, False)
    """
    first, second = ("".join(unicodedata.normalize("NFKC", each).lower().split()) for each in (one, other))
    short, long = sorted((first, second), key=len)
    return len(short) >= 2 and short in long
