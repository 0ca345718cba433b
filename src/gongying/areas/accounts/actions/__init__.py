"""Verbs of identity: users, log-in, second factor, sessions."""

from .identity import (
    change_password,
    confirm_factor,
    drop_factor,
    note_failure,
    open_session,
    revoke_session,
    set_profile,
    start_factor,
    use_factor,
)
from .users import create_user, disable_user, enable_user, reset_password, set_role

__all__ = [
    "change_password",
    "confirm_factor",
    "create_user",
    "disable_user",
    "drop_factor",
    "enable_user",
    "note_failure",
    "open_session",
    "reset_password",
    "revoke_session",
    "set_profile",
    "set_role",
    "start_factor",
    "use_factor",
]
