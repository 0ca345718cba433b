"""The only readers of orders, in the actor's scope."""

from .giving import FreeLine, FreeSum, free_goods, free_lines_of, free_sums, free_worth, of_kind, worth_of
from .reading import (
    ByState,
    back_orders,
    bills,
    by_client_id,
    by_number,
    drafts,
    is_known,
    last_delivery,
    lines,
    lines_of,
    listed,
    named,
    numbered,
    order_row,
    outside,
    piles,
    rules_for,
    state_word,
    versions,
)
from .suggesting import Proposal, favourites, known_goods, last_order, suggestions
from .telling import Told, reason_words, timeline
from .views import Event, LineView, OrderRow, OrderView, order, orders, suggested

__all__ = [
    "ByState", "Event", "FreeLine", "FreeSum", "free_goods", "free_lines_of", "free_sums", "free_worth", "of_kind", "worth_of", "drafts", "is_known", "named", "reason_words", "back_orders", "bills", "last_delivery", "LineView", "OrderRow", "OrderView", "Proposal", "Told", "by_client_id", "by_number", "favourites",
    "known_goods", "last_order", "lines", "lines_of", "listed", "numbered", "order", "order_row", "orders", "outside", "piles",
    "rules_for", "state_word", "suggested", "suggestions", "timeline", "versions",
]  # fmt: skip
