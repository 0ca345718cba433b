"""The only readers of credit."""

from .held import Waiting, holds, kept, reasons, still, waiting
from .limits import LimitView, bars, counts, ending, everybody, grants, limit, limits, parts, proposals
from .standings import StandingView, mine, own, rules_for, standing, standings

__all__ = [
    "LimitView",
    "StandingView",
    "Waiting",
    "bars",
    "counts",
    "ending",
    "everybody",
    "grants",
    "holds",
    "kept",
    "limit",
    "limits",
    "mine",
    "own",
    "parts",
    "proposals",
    "reasons",
    "rules_for",
    "standing",
    "standings",
    "still",
    "waiting",
]
