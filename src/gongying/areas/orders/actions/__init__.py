"""The only writers of orders: drafts and talk of people, and what the flow `ordering` writes down."""

from .drafting import Draft, DraftLine, discard, draft, favour, revise
from .gifting import free_lines, gift
from .keeping import Change, Head, Priced, Said, enter, note, record, replace_lines
from .talking import attach, comment

__all__ = [
    "Change", "Draft", "DraftLine", "Head", "Priced", "Said", "attach", "comment", "discard", "draft", "enter", "favour", "free_lines", "gift", "note",
    "record", "replace_lines", "revise",
]  # fmt: skip
