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


@dataclass(frozen=True)
class PromisesCut(Fact):
    """Promises were taken back because the goods are blocked or are not there: base units by key of the reservation."""

    name = "stock.promises_cut"
    reason: str
    cut: dict[str, int]


@dataclass(frozen=True)
class LotBlocked(Fact):
    """A lot may not be promised or taken any more."""

    name = "stock.lot_blocked"
    product: int
    lot: str
    reason: str
    document: str


@dataclass(frozen=True)
class LotFreed(Fact):
    """A blocked lot may be promised and taken again."""

    name = "stock.lot_freed"
    product: int
    lot: str
    document: str
