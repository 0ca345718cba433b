"""What the book of goods announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class ProductsPosted(Fact):
    """Products were created or updated."""

    name = "goods.products_posted"
    changed: int


@dataclass(frozen=True)
class ProductsRemoved(Fact):
    """Products that were entered by mistake were taken back."""

    name = "goods.products_removed"
    removed: int


@dataclass(frozen=True)
class LotsPosted(Fact):
    """Lots or serial numbers became known, or more of them did."""

    name = "goods.lots_posted"
    lots: int
    serials: int
