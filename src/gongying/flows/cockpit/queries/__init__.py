"""Nouns across areas: the overview, distributors with their figures, one distributor, and any figure of the registry."""

from .distributors import Standing, standings
from .figures import Answer, figure
from .levels import NextLevel, next_level
from .now import Mine, Stage, flow, mine
from .overview import Overview, Season, overview, season
from .party import PartyView, party_view
from .record import Event, Held, Holding, Priced, activity, holding, price_list
from .targets import Asked, targets

__all__ = [
    "Answer",
    "Asked",
    "Event",
    "Held",
    "Holding",
    "Mine",
    "NextLevel",
    "Overview",
    "PartyView",
    "Priced",
    "Season",
    "Stage",
    "Standing",
    "activity",
    "figure",
    "flow",
    "holding",
    "mine",
    "next_level",
    "overview",
    "party_view",
    "price_list",
    "season",
    "standings",
    "targets",
]
