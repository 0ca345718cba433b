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


@dataclass(frozen=True)
class UserEnabled(Fact):
    """A disabled user was let in again."""

    name = "accounts.user_enabled"
    user: int


@dataclass(frozen=True)
class SessionOpened(Fact):
    """Somebody logged in."""

    name = "accounts.session_opened"
    user: int


@dataclass(frozen=True)
class FactorChanged(Fact):
    """A second factor was switched on or off."""

    name = "accounts.factor_changed"
    user: int
    on: bool
