"""The only writers of recruiting."""

from .applying import answer_reference, apply, fill, hand_in, keep_sample, knock, take_back
from .campaigns import close_campaign, draft_campaign, open_campaign
from .shared import texts
from .working import (
    answer_conflict,
    ask_reference,
    assign,
    conclude,
    enter,
    erase,
    expire,
    move,
    recheck,
    reject,
)

__all__ = [
    "texts",
    "answer_conflict",
    "answer_reference",
    "apply",
    "ask_reference",
    "assign",
    "close_campaign",
    "conclude",
    "draft_campaign",
    "enter",
    "erase",
    "expire",
    "fill",
    "hand_in",
    "keep_sample",
    "knock",
    "move",
    "open_campaign",
    "recheck",
    "reject",
    "take_back",
]
