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
class RoleChanged(Fact):
    """A user got another role or scope."""

    name = "accounts.role_changed"
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


@dataclass(frozen=True)
class PermissionGranted(Fact):
    """From now on a role may do more."""

    name = "accounts.permission_granted"
    role: str
    permission: str


@dataclass(frozen=True)
class PermissionWithdrawn(Fact):
    """From now on a role may do less."""

    name = "accounts.permission_withdrawn"
    role: str
    permission: str
