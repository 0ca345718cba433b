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


@dataclass(frozen=True)
class ReviewAnnounced(Fact):
    """A review of a period falls due on a day; an interim one can only raise levels."""

    name = "tiers.review_announced"
    programme: str
    period: str
    due_on: str
    interim: bool


@dataclass(frozen=True)
class EntitlementsGranted(Fact):
    """Levels of a review brought these entitlements, by number."""

    name = "tiers.entitlements_granted"
    review: int
    number: str
    entitlements: list[int]


@dataclass(frozen=True)
class EntitlementsEnded(Fact):
    """These entitlements ended with a review, by number; each says because of what."""

    name = "tiers.entitlements_ended"
    review: int
    number: str
    entitlements: list[int]


@dataclass(frozen=True)
class ProgrammeSimulated(Fact):
    """A version was tried on the figures of a period; `digest` covers where everybody would stand."""

    name = "tiers.programme_simulated"
    version_id: int
    policy_hash: str
    period: str
    up: int
    down: int
    digest: str
