"""The only readers of tiers, in the actor's scope."""

from .held import (
    StandingLine,
    Values,
    current,
    decision,
    figures,
    history,
    levels_of,
    review_row,
    reviews,
    standings,
    standings_of,
)
from .outlook import Gap, Outlook, StandingView, explained, outlook, running, standing
from .programmes import InForce, chosen, in_force, judged_by, names, names_of, rules_of, titles
from .proposal import Line, Outcome, Proposed, ahead, measure, preview, propose

__all__ = [
    "Gap", "InForce", "Line", "Outcome", "Outlook", "Proposed", "StandingLine", "StandingView", "Values", "ahead",
    "chosen", "current", "decision", "explained", "figures", "history", "in_force", "judged_by", "levels_of", "measure",
    "names", "names_of", "outlook", "preview", "propose", "review_row", "reviews", "rules_of", "running", "standing", "standings",
    "standings_of", "titles",
]  # fmt: skip
