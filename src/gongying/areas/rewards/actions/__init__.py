"""Replay, settle, approve, void, confirm, dispute, rule: the only writers of rewards."""

from .answers import confirm, dispute, rule
from .replaying import replay
from .settling import Settlement, approve, settle, void

__all__ = ["Settlement", "approve", "confirm", "dispute", "replay", "rule", "settle", "void"]
