"""The only writers of channel data."""

from .declaring import (
    AdjustmentIn,
    CountedIn,
    Handed,
    accept,
    fill,
    hand_back,
    open_declaration,
    recount,
    submit,
)
from .grading import grade, remind
from .objecting import object_to, rule, say, withdraw
from .reporting import Reported, RowFault, SaleIn, report
from .sampling import SpotIn, count, draw
from .settling import assign, close, explain

__all__ = [
    "AdjustmentIn",
    "CountedIn",
    "Handed",
    "Reported",
    "RowFault",
    "SaleIn",
    "SpotIn",
    "accept",
    "assign",
    "close",
    "count",
    "draw",
    "explain",
    "fill",
    "grade",
    "hand_back",
    "object_to",
    "open_declaration",
    "recount",
    "remind",
    "report",
    "rule",
    "say",
    "submit",
    "withdraw",
]
