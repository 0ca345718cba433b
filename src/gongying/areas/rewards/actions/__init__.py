"""Replay, settle, approve, void, confirm, dispute: the only writers of rewards."""

from .answers import confirm, dispute
from .replaying import replay
from .settling import Settlement, approve, settle, void

__all__ = ["Settlement", "approve", "confirm", "dispute", "replay", "settle", "void"]
