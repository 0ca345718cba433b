"""What the pages of ordering show, and what must be true of orders across the areas at any time."""

from . import sound as sound
from .scarce import Owed, Scarce, owed, scarce
from .showing import HOUSE, MOST_ROWS, Review, SheetRow, addresses, price_text, review, sheet, why
from .unbilled import Unbilled, unbilled

__all__ = [
    "HOUSE", "MOST_ROWS", "Owed", "Review", "Scarce", "SheetRow", "Unbilled", "addresses", "owed", "price_text", "review", "scarce",
    "sheet", "sound", "unbilled", "why",
]  # fmt: skip
