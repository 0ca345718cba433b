"""What the sending of facts announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class EndpointGivenUp(Fact):
    """An endpoint took nothing for days (`silent`) or said that it is gone, and was disabled."""

    name = "hooks.endpoint_given_up"
    endpoint: int
    why: str
