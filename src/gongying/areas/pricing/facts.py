"""What pricing announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class SpecialRequested(Fact):
    """Somebody asked for a special price; `concession_minor` is what it costs at most."""

    name = "pricing.special_requested"
    request: int
    number: str
    party: int
    product: int
    concession_minor: int
    currency: str


@dataclass(frozen=True)
class SpecialDecided(Fact):
    """A request was approved (the price holds) or rejected."""

    name = "pricing.special_decided"
    request: int
    number: str
    party: int
    verdict: str
    price: str


@dataclass(frozen=True)
class SpecialEnded(Fact):
    """A special price ends before its last day."""

    name = "pricing.special_ended"
    request: int
    number: str
    party: int
    on: str
