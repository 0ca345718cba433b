"""The only readers of tiers, in the actor's scope."""

from .entitlements import (
    KINDS,
    Change,
    EntitlementLine,
    Grant,
    change,
    entitled,
    entitlements,
    granted,
    lines_of,
    shown_figure,
    value_of,
)
from .growth import Growth, cover_weeks, growth, growth_of
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
from .outlook import (
    Barrier,
    Gap,
    Node,
    Outlook,
    StandingView,
    explained,
    figure_named,
    outlook,
    running,
    scale_of,
    standing,
)
from .planned import coming, due_now, to_announce
from .programmes import InForce, chosen, in_force, judged_by, names, names_of, rules_of, titles
from .proposal import Line, Outcome, Proposed, ahead, measure, preview, propose
from .simulation import (
    Moved,
    Totals,
    document_of,
    last_period,
    said_of,
    simulated,
    simulations,
    totals,
    version_row,
)

__all__ = [
    "KINDS", "Barrier", "Change", "EntitlementLine", "Gap", "Grant", "Growth", "InForce", "Line", "Moved", "Node", "Outcome",
    "Outlook", "Proposed", "StandingLine", "StandingView", "Totals", "Values", "ahead", "change", "chosen", "coming",
    "cover_weeks", "current", "decision", "document_of", "due_now", "entitled", "entitlements", "explained", "figure_named",
    "figures", "granted", "growth", "growth_of", "history", "in_force", "judged_by", "last_period", "levels_of", "lines_of",
    "measure", "names", "names_of", "outlook", "preview", "propose", "review_row", "reviews", "rules_of", "running", "said_of",
    "scale_of", "shown_figure", "simulated", "simulations", "standing", "standings", "standings_of", "titles", "to_announce",
    "totals", "value_of", "version_row",
]  # fmt: skip
