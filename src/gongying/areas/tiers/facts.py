"""What tiers announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class ReviewSubmitted(Fact):
    """A review awaits a second person; `digest` covers every standing in it."""

    name = "tiers.review_submitted"
    review: int
    number: str
    programme: str
    period: str
    policy_hash: str
    standings: int
    digest: str


@dataclass(frozen=True)
class StandingsGranted(Fact):
    """The standings of a review hold from now on."""

    name = "tiers.standings_granted"
    review: int
    number: str
    digest: str
    parties: list[int]


@dataclass(frozen=True)
class ReviewRejected(Fact):
    """A review was turned down; nothing changed."""

    name = "tiers.review_rejected"
    review: int
    number: str
