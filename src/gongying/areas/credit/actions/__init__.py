"""The only writers of credit."""

from .holding import decline, drop, hold, recheck, release
from .limits import approve, end, grant_temporary, reject, set_limit
from .turning import begin, bind

__all__ = [
    "approve",
    "begin",
    "bind",
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
