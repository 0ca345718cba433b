"""What awards announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class RoundOpened(Fact):
    """Distributors may be nominated until a day."""

    name = "awards.round_opened"
    round: int
    number: str
    category: str
    year: int
    nominate_until: str


@dataclass(frozen=True)
class RoundClosed(Fact):
    """The jury has spoken and another person publishes; `digest` covers every result."""

    name = "awards.round_closed"
    round: int
    number: str
    policy_hash: str
    nominations: int
    digest: str


@dataclass(frozen=True)
class PrizesAwarded(Fact):
    """The winners are public and their prizes posted; minor units together."""

    name = "awards.prizes_awarded"
    round: int
    number: str
    winners: list[int]
    prize_minor: int
    currency: str


@dataclass(frozen=True)
class RoundCancelled(Fact):
    """A round ends without a result."""

    name = "awards.round_cancelled"
    round: int
    number: str
