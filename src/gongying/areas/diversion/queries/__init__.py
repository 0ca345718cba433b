"""The only readers of diversion, in the actor's scope."""

from .cases import (
    Shown,
    case,
    case_for_update,
    cases,
    counts,
    evidence,
    file_of,
    picture_of,
    report_of,
    reporter_of,
    reports,
    rulings,
    steps,
    unobjected,
)
from .standing import CaseView, DeskView, ToldView, open_on, opened, told, waiting
from .terms import ground_names, rules_for

__all__ = [
    "CaseView", "DeskView", "Shown", "ToldView", "case", "case_for_update", "cases", "counts", "evidence", "file_of", "ground_names", "open_on", "opened", "picture_of", "report_of", "reporter_of", "reports", "rules_for", "rulings", "steps", "told", "unobjected", "waiting",
]  # fmt: skip
