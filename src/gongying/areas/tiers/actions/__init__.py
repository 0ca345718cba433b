"""The only writers of tiers."""

from .calling import Called, keep_calendar
from .reviewing import Reviewed, approve, reject, review
from .simulating import simulate

__all__ = ["Called", "Reviewed", "approve", "keep_calendar", "reject", "review", "simulate"]
