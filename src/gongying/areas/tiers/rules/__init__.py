"""What a tier programme is, what its linter says of it, and when it is reviewed. Pure."""

from .calendar import Due, dues
from .document import FACTS, KIND, Asked, Benefit, Bundle, GateAsked, Step, TierProgramme
from .judging import LEAP, lint

__all__ = [
    "FACTS",
    "KIND",
    "LEAP",
    "Asked",
    "Benefit",
    "Bundle",
    "Due",
    "GateAsked",
    "Step",
    "TierProgramme",
    "dues",
    "lint",
]
