"""The only readers of the ledger. Its rows are named here for those who pass them on."""

from ..models import Account, Item, Match, Transfer
from .accounts import (
    Exposure,
    Posting,
    accounts,
    balance,
    exposure,
    exposures,
    held_by,
    pending,
    posted_by_document,
    postings,
    totals,
    transfers,
)
from .items import Aged, OpenItem, age, ageing, item, items, matches, open_items, overdue, uses
from .sound import Drift, check

__all__ = [
    "Account",
    "Aged",
    "Drift",
    "Exposure",
    "Item",
    "Match",
    "OpenItem",
    "Posting",
    "Transfer",
    "accounts",
    "age",
    "ageing",
    "balance",
    "check",
    "exposure",
    "exposures",
    "held_by",
    "item",
    "items",
    "matches",
    "open_items",
    "overdue",
    "pending",
    "posted_by_document",
    "postings",
    "totals",
    "transfers",
    "uses",
]
