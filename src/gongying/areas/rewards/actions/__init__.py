"""Replay, settle, approve, void, reopen, confirm, dispute, rule: the only writers of rewards."""

from .answers import confirm, dispute, rule
from .paying import not_paid, paid_out
from .replaying import replay, share
from .settling import Settlement, approve, reopen, settle, void

__all__ = [
    "Settlement",
    "approve",
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
