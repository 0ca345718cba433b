"""Draw, send, match, answer, work on differences, tick: the only writers of reconciliation."""

from .answers import acknowledge, add_line, confirm, object_line, reopen, withdraw
from .clock import Ticked, tick
from .differences import accept, agree, assign, concede, say, tell_apart, waive
from .drawing import Drawn, draw, send
from .ledgers import Taken, take_ledger
from .matching import Ran, match

__all__ = [
    "Drawn", "Ran", "Taken", "Ticked", "accept", "acknowledge", "add_line", "agree", "assign", "concede", "confirm", "draw",
    "match", "object_line", "reopen", "say", "send", "take_ledger", "tell_apart", "tick", "waive", "withdraw",
]  # fmt: skip
