"""What the pages of ordering show, and what must be true of orders across the areas at any time."""

from . import sound as sound
from .showing import HOUSE, MOST_ROWS, Review, SheetRow, addresses, price_text, review, sheet, why

__all__ = ["HOUSE", "MOST_ROWS", "Review", "SheetRow", "addresses", "price_text", "review", "sheet", "sound", "why"]
