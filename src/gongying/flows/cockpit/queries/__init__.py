"""Nouns across areas: the overview, the standing of distributors, and any figure of the registry."""

from .figures import Answer, figure
from .years import Overview, Standing, latest_year, overview, recent_lines, standings, years

__all__ = [
    "Answer",
    "Overview",
    "Standing",
    "figure",
    "latest_year",
    "overview",
    "recent_lines",
    "standings",
    "years",
]
