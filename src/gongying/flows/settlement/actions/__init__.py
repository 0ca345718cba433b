"""Hand the entries of rebates to the general ledger; pay statements as their programme says."""

from .journal import HandedOver, export_journal
from .paying import pay_out

__all__ = ["HandedOver", "export_journal", "pay_out"]
