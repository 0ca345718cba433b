"""Replay, settle, approve, void, reopen, confirm, dispute, rule: the only writers of rewards."""

from .answers import confirm, dispute, rule
from .paying import not_paid, paid_out
from .reading import acknowledge, ask_to_read
from .replaying import replay, share
from .settling import Settlement, approve, reopen, settle, void

__all__ = [
    "Settlement",
    "acknowledge",
    "approve",
    "ask_to_read",
    "confirm",
    "dispute",
    "not_paid",
    "paid_out",
    "reopen",
    "replay",
    "rule",
    "settle",
    "share",
    "void",
]
