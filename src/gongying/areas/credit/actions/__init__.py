"""The only writers of credit."""

from .holding import decline, drop, hold, recheck, release
from .limits import approve, end, grant_temporary, reject, set_limit

__all__ = [
    "approve",
    "decline",
    "drop",
    "end",
    "grant_temporary",
    "hold",
    "recheck",
    "reject",
    "release",
    "set_limit",
]
