"""The only readers of credit."""

from . import guards as guards
from . import sound as sound
from .held import Waiting, holds, kept, reasons, still, waiting
from .limits import LimitView, bars, counts, ending, everybody, grants, limit, limits, parts, plain, proposals
from .standings import StandingView, mine, own, rules_for, standing, standings
from .turning import (
    FIGURE,
    Drawn,
    RevisionView,
    announced,
    due_to_begin,
    factors,
    revisions,
    rule_for,
    rule_of,
    state_of,
    to_announce,
)

__all__ = [
    "FIGURE",
    "Drawn",
    "RevisionView",
    "announced",
    "due_to_begin",
    "factors",
    "revisions",
    "rule_for",
    "rule_of",
    "state_of",
    "to_announce",
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
    "plain",
    "proposals",
    "reasons",
    "rules_for",
    "standing",
    "standings",
    "still",
    "waiting",
]
