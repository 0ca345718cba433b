"""What a points programme and a catalogue of rewards are, and what the linter says of them. Pure."""

from .catalogue import CATALOGUE, KINDS, Catalogue, Reward
from .programme import FIGURES, PROGRAMME, EarningRule, Programme

__all__ = ["CATALOGUE", "FIGURES", "KINDS", "PROGRAMME", "Catalogue", "EarningRule", "Programme", "Reward"]
