"""The only readers of reconciliation, in the actor's scope."""

from .differences import (
    DifferenceView,
    difference_row,
    differences,
    differences_of,
    is_covered,
    locked_difference,
    open_differences,
    owners,
    said,
    unsettled,
)
from .statements import (
    LineView,
    SectionView,
    StatementView,
    confirmed_text,
    due_to_draw,
    entries,
    figures,
    lines,
    locked,
    not_drawn,
    open_months,
    sheet,
    statement,
    statement_lines,
    statement_row,
    statements,
    unanswered,
    waiting,
)
from .views import Pair, both, net, summed, tampered, timeline, untold

__all__ = [
    "DifferenceView", "LineView", "Pair", "SectionView", "StatementView", "both", "difference_row", "differences", "differences_of",
    "confirmed_text", "due_to_draw", "entries", "figures", "is_covered", "lines", "locked", "locked_difference", "net", "not_drawn", "open_differences", "open_months", "owners", "said",
    "sheet", "statement", "statement_lines", "statement_row", "statements", "summed", "tampered", "timeline", "untold", "unanswered", "unsettled", "waiting",
]  # fmt: skip
