"""Verbs of identity: users, roles, log-in, second factor, sessions."""

from .identity import (
    change_password,
    close_session,
    confirm_factor,
    drop_factor,
    note_failure,
    open_session,
    revoke_session,
    set_profile,
    start_factor,
    use_factor,
)
from .roles import demand_factor, grant, withdraw
from .users import clear_factor, create_user, disable_user, enable_user, reset_password, set_role

__all__ = [
    "change_password",
    "clear_factor",
    "close_session",
    "confirm_factor",
    "create_user",
    "demand_factor",
    "disable_user",
    "drop_factor",
    "enable_user",
    "grant",
    "note_failure",
    "open_session",
    "reset_password",
    "revoke_session",
    "set_profile",
    "set_role",
    "start_factor",
    "use_factor",
    "withdraw",
]
