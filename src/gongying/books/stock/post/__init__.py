"""The only writers of stock: movements, transfers, declarations, promises and blocks."""

from .blocking import block, unblock
from .counting import CountIn, counts, reverse_batch
from .moving import Leg, MoveIn, moves, transfer
from .promising import Need, release, reserve
from .taking import Picked, Take, take

__all__ = [
    "CountIn",
    "Leg",
    "MoveIn",
    "Need",
    "Picked",
    "Take",
    "block",
    "counts",
    "moves",
    "release",
    "reserve",
    "reverse_batch",
    "take",
    "transfer",
    "unblock",
]
