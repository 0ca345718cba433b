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
