"""What accounts announce; users by number only."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class UserCreated(Fact):
    """A user was created."""

    name = "accounts.user_created"
    user: int
    role: str
    scope: str
    key: str


@dataclass(frozen=True)
class UserDisabled(Fact):
    """A user was disabled."""

    name = "accounts.user_disabled"
    user: int
