"""The only writers of diversion."""

from .answering import accept_ruling, answer, object_to
from .base import Found
from .reporting import add_evidence, report, tell
from .ruling import close_due, open_case, rule, set_aside

__all__ = [
    "Found",
    "accept_ruling", "add_evidence", "answer", "close_due", "object_to", "open_case", "report", "rule", "set_aside", "tell",
]  # fmt: skip
