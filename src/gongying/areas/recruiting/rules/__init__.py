"""States, conflicts, the sample file and the rules of recruiting. Pure."""

from .conflicts import CODES, Applicant, Found, Grant, Known, conflicts
from .policies import RULES, Rules
from .profile import (
    CHANNELS,
    FEEDS,
    PARTNERS,
    QUESTIONS,
    RELATIONS,
    SYSTEMS,
    Answers,
    Profile,
    complete,
    red_flags,
)
from .readiness import FIELDS, Readiness, Sample, judge, sample
from .states import ENDED, MOVES, OPEN, STATES, Standing, lacks, may_move

__all__ = [
    "Answers",
    "Applicant",
    "CHANNELS",
    "CODES",
    "ENDED",
    "FEEDS",
    "FIELDS",
    "Found",
    "Grant",
    "Known",
    "MOVES",
    "OPEN",
    "PARTNERS",
    "Profile",
    "QUESTIONS",
    "RELATIONS",
    "RULES",
    "Readiness",
    "Rules",
    "STATES",
    "SYSTEMS",
    "Sample",
    "Standing",
    "complete",
    "conflicts",
    "judge",
    "lacks",
    "may_move",
    "red_flags",
    "sample",
]
