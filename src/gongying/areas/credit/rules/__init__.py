"""What counts as credit, what happens to an order that does not fit, and how turnover moves a limit. Pure."""

from .judging import (
    HIGHEST,
    RULES,
    Authority,
    CreditRules,
    Reason,
    Standing,
    Verdict,
    judge,
    lint,
    position,
    said,
)
from .turnover import TURNOVER, LimitTurnover, lint_turnover

__all__ = [
    "HIGHEST", "RULES", "TURNOVER", "Authority", "CreditRules", "LimitTurnover", "Reason", "Standing", "Verdict", "judge", "lint",
    "lint_turnover", "position", "said",
]  # fmt: skip
