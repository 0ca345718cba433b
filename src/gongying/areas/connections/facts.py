"""What connections announces; keys and endpoints by number, never their secrets."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class KeyMade(Fact):
    """A key for a program was made; `scopes` are the permissions it was given."""

    name = "connections.key_made"
    key: int
    scopes: list[str]


@dataclass(frozen=True)
class KeyRotated(Fact):
    """A key got a new secret; the older one ends in `hours`."""

    name = "connections.key_rotated"
    key: int
    hours: int


@dataclass(frozen=True)
class KeyRevoked(Fact):
    """A key may be used no more."""

    name = "connections.key_revoked"
    key: int


@dataclass(frozen=True)
class EndpointMade(Fact):
    """An address of another system is told facts from now on."""

    name = "connections.endpoint_made"
    endpoint: int
    facts: list[str]


@dataclass(frozen=True)
class EndpointChanged(Fact):
    """An endpoint has another address, other facts, another secret or another state; `what` says which."""

    name = "connections.endpoint_changed"
    endpoint: int
    what: str


@dataclass(frozen=True)
class EndpointRemoved(Fact):
    """An endpoint is told nothing more, and its log is gone."""

    name = "connections.endpoint_removed"
    endpoint: int


@dataclass(frozen=True)
class MessagesReplayed(Fact):
    """Messages were put in line once more by hand."""

    name = "connections.messages_replayed"
    endpoint: int
    messages: int
