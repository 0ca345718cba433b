"""Nouns across areas: the overview, distributors with their figures, one distributor, and any figure of the registry."""

from .distributors import Standing, standings
from .figures import Answer, figure
from .overview import Overview, Season, overview, season
from .party import PartyView, party_view
from .targets import Asked, targets

__all__ = [
    "Answer",
    "Asked",
    "Overview",
    "PartyView",
    "Season",
    "Standing",
    "figure",
    "overview",
    "party_view",
    "season",
    "standings",
    "targets",
]
