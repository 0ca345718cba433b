"""Settle, approve, void, confirm, dispute: the only writers of rewards."""

from .answers import confirm, dispute
from .settling import Settlement, approve, settle, void

__all__ = ["Settlement", "approve", "confirm", "dispute", "settle", "void"]
