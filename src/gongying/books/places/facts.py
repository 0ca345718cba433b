"""What the book of places announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class TerritoryGranted(Fact):
    """A party was given a territory."""

    name = "places.territory_granted"
    party: int
    region: str
    channel: str
    category: str
    exclusive: bool
    valid_from: str
    valid_to: str


@dataclass(frozen=True)
class SitesPosted(Fact):
    """Sites were opened or changed, by code."""

    name = "places.sites_posted"
    codes: list[str]
