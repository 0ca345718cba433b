"""The only readers of prices: which price holds, what a basket costs and why, what was used of a promotion."""

from . import checks, documents
from .book import PriceFound, by_ids, by_key, corrected_since, holding, of_batch, price, prices
from .deals import Running, counted_from, promotion_rows, running
from .documents import PROMOTION, TERMS, PromotionTerms, Terms
from .quoting import SPECIAL, quote
from .shapes import NotUsed, PromotionUse, Quote, QuotedLine, Step, Wish
from .used import codes_of, faults, progress_of, sums, tallies, uses, uses_of

__all__ = [
    "NotUsed",
    "PROMOTION",
    "SPECIAL",
    "TERMS",
    "PriceFound",
    "PromotionTerms",
    "PromotionUse",
    "Quote",
    "QuotedLine",
    "Running",
    "Step",
    "Terms",
    "Wish",
    "by_ids",
    "by_key",
    "checks",
    "codes_of",
    "corrected_since",
    "counted_from",
    "documents",
    "faults",
    "holding",
    "of_batch",
    "price",
    "prices",
    "progress_of",
    "promotion_rows",
    "quote",
    "running",
    "sums",
    "tallies",
    "uses",
    "uses_of",
]
