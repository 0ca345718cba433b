"""What the book of stock announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class MovesPosted(Fact):
    """Movements were posted; `units` is their sum in base units, `digest` covers every one in order."""

    name = "stock.moves_posted"
    batch: int | None
    count: int
    units: int
    digest: str


@dataclass(frozen=True)
class CountsPosted(Fact):
    """Declarations were posted, corrected or withdrawn; `digest` covers every row."""

    name = "stock.counts_posted"
    batch: int | None
    count: int
    withdrawn: int
    digest: str
