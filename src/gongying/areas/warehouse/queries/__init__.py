"""What lies where, how old it is, what becomes of it: the readers of the warehouse, in the scope of whoever asks."""

from .ageing import BUCKETS, Aged, ageing, ageing_rows
from .card import CardRow, card, history
from .expiry import ShelfLot, expired_lots, shelf_lots
from .holders import HeldLot, Holder, Stock, aged, held, holders, holding
from .papers import (
    held_at,
    homes_of,
    on_shelves,
    refuse_present,
    seen_lots,
    slip_of,
    slips,
    tallies,
    tally_of,
    waiting,
)
from .recalls import Traced, distributors_of, notice_of, notices, open_for, recall_of, recalls, told, trace, traced
from .shelves import Room, house_site, min_life, rooms, rules_on, shelves, stock

__all__ = [
    "BUCKETS", "Aged", "CardRow", "HeldLot", "Holder", "Room", "ShelfLot", "Stock", "Traced", "aged", "ageing", "ageing_rows",
    "card", "distributors_of", "expired_lots", "held", "held_at", "history", "holders", "homes_of", "holding", "house_site", "min_life",
    "notice_of", "notices", "on_shelves", "open_for", "recall_of", "recalls", "refuse_present", "rooms", "rules_on", "seen_lots",
    "shelf_lots", "shelves", "slip_of", "slips", "stock", "tallies", "tally_of", "told", "trace", "traced", "waiting",
]  # fmt: skip
