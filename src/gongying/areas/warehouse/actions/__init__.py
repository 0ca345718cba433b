"""Receive, move, adjust, count, call back: the only writers of the warehouse."""

from .recalls import acknowledge, answer, close_recall, open_recall, trace_again
from .sites import save_site
from .slips import MoveLine, ReceiveLine, adjust, approve, block_expired, move, receive, reject
from .tallies import TallyEntry, cancel_count, enter_count, post_count, start_count, submit_count

__all__ = [
    "MoveLine",
    "ReceiveLine",
    "TallyEntry",
    "acknowledge",
    "adjust",
    "answer",
    "approve",
    "block_expired",
    "cancel_count",
    "close_recall",
    "enter_count",
    "move",
    "open_recall",
    "post_count",
    "receive",
    "reject",
    "save_site",
    "start_count",
    "submit_count",
    "trace_again",
]
