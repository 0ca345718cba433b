"""What the warehouse announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class GoodsReceived(Fact):
    """Goods came into a site; `units` are base units."""

    name = "warehouse.goods_received"
    slip: int
    number: str
    site: int
    lines: int
    units: int


@dataclass(frozen=True)
class GoodsMoved(Fact):
    """Goods went from one site of the house to another."""

    name = "warehouse.goods_moved"
    slip: int
    number: str
    site: int
    to_site: int
    lines: int
    units: int


@dataclass(frozen=True)
class StockAdjusted(Fact):
    """The book was brought to what is there, for a reason; `gained` and `lost` are base units."""

    name = "warehouse.stock_adjusted"
    slip: int
    number: str
    site: int
    reason: str
    gained: int
    lost: int


@dataclass(frozen=True)
class SiteCounted(Fact):
    """A count of a site was posted."""

    name = "warehouse.site_counted"
    tally: int
    number: str
    site: int
    lines: int
    differing: int
    gained: int
    lost: int


@dataclass(frozen=True)
class RecallOpened(Fact):
    """Lots are called back; `parties` are the distributors that were told."""

    name = "warehouse.recall_opened"
    recall: int
    number: str
    product: int
    lots: list[str]
    severity: str
    parties: list[int]


@dataclass(frozen=True)
class RecallAnswered(Fact):
    """A distributor said what became of what he received, in base units."""

    name = "warehouse.recall_answered"
    recall: int
    party: int
    kept_apart: int
    returned: int
    destroyed: int
    sold_on: int


@dataclass(frozen=True)
class RecallClosed(Fact):
    """A recall is over; `freed` says that its lots may be promised again."""

    name = "warehouse.recall_closed"
    recall: int
    number: str
    freed: bool
