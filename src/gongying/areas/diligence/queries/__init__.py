"""The only readers of due diligence."""

from .files import (
    DossierView,
    Item,
    by_subject,
    checklist,
    dossier,
    dossier_view,
    dossiers,
    expiring,
    interviews,
    newest,
    paper,
    rules,
    snapshot,
    snapshots,
    steps,
    waiting,
)
from .judging import (
    Matrix,
    Rated,
    Weighed,
    gaps,
    lacking,
    matrix,
    rated,
    risks,
    standing,
    weighed,
)
from .memos import approved, figures_of, memo, memos
from .sheet import Sheet, peers, sheet, sheet_checks, years

__all__ = [
    "DossierView", "Item", "Matrix", "Rated", "Sheet", "Weighed", "approved", "by_subject", "checklist", "dossier", "dossier_view",
    "dossiers", "expiring", "figures_of", "gaps", "interviews", "lacking", "matrix", "memo", "memos", "newest", "paper", "peers", "rated",
    "risks", "rules", "sheet", "sheet_checks", "snapshot", "snapshots", "standing", "steps", "waiting", "weighed", "years",
]  # fmt: skip
