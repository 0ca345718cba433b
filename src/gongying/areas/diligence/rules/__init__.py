"""The checklist and criteria of due diligence, what a decision wants, how risks are seen. Pure."""

from .checks import CHECKS, VERDICTS, CheckKind, Provider, changes, providers, register_provider, verdict_of
from .deciding import (
    CATEGORIES,
    DECISIONS,
    LACKS,
    SECTIONS,
    Standing,
    finance_level,
    guide,
    lacks,
    severity,
    suggested,
)
from .lines import LINE_WORDS, Pasted, paste
from .policies import RULES, Criterion, Pair, PaperKind, Rules, default_rules

__all__ = [
    "CATEGORIES",
    "CHECKS",
    "CheckKind",
    "Criterion",
    "DECISIONS",
    "LACKS",
    "LINE_WORDS",
    "Pair",
    "PaperKind",
    "Pasted",
    "Provider",
    "RULES",
    "Rules",
    "SECTIONS",
    "Standing",
    "VERDICTS",
    "changes",
    "default_rules",
    "finance_level",
    "guide",
    "lacks",
    "paste",
    "providers",
    "register_provider",
    "severity",
    "suggested",
    "verdict_of",
]
