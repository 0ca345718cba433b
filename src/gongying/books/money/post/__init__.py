"""The only writers of the ledger: transfers (pending, then posted or void), holds by key, open items and their matches."""

from .holds import held_on, hold, lift, turn, turn_hold
from .items import ItemIn, Pair, items, match, unmatch
from .transfers import Wanted, open_accounts, pay, post_pending, reserve, several, void_pending

__all__ = [
    "ItemIn",
    "Pair",
    "Wanted",
    "held_on",
    "hold",
    "items",
    "lift",
    "match",
    "open_accounts",
    "pay",
    "post_pending",
    "reserve",
    "several",
    "turn",
    "turn_hold",
    "unmatch",
    "void_pending",
]
