"""What the book of prices announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class PricesPosted(Fact):
    """Prices were posted, corrected or withdrawn; `digest` covers every row."""

    name = "prices.prices_posted"
    batch: int | None
    count: int
    withdrawn: int
    digest: str


@dataclass(frozen=True)
class PromotionsUsed(Fact):
    """A document used promotions or special prices of a party."""

    name = "prices.promotions_used"
    party: int
    document: str
    codes: list[str]


@dataclass(frozen=True)
class PromotionsUnused(Fact):
    """What a document had used was taken back."""

    name = "prices.promotions_unused"
    party: int
    document: str
    codes: list[str]
