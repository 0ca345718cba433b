"""The whole story as one value: everything the loader enters and everything the truth knows."""

from dataclasses import dataclass
from datetime import date

from .brand import Product, products
from .names import Company, companies
from .network import Part, Seat, seats
from .paper import Clerk, Sale
from .plans import Target, targets
from .simulate import World, simulate
from .stocktaking import Declared, declare
from .truth import Truth, tell

SEED = 20260101
REVENUE = 5.6e8  # yearly consumer demand at the start, yuan at dealer price


@dataclass(frozen=True, slots=True)
class Story:
    """Two years (half a year when small) of an invented brand, ending on `end`."""

    start: date
    end: date
    catalogue: list[Product]
    seats: list[Seat]
    companies: dict[str, Company]
    sales: list[Sale]  # in the order they became known
    declarations: list[Declared]
    targets: list[Target]
    world: World
    truth: Truth


def begins(end: date, *, small: bool = False) -> date:
    """The first day of a story: the first of the month, 24 months before the month of `end` (6 when small).

    >>> begins(date(2026, 11, 23))
    datetime.date(2024, 11, 1)
    """
    months = end.year * 12 + end.month - 1 - (6 if small else 24)
    return date(months // 12, months % 12 + 1, 1)


def write(end: date, *, small: bool = False, seed: int = SEED) -> Story:
    """Invent the story; the same arguments give the same story to the last fen."""
    start = begins(end, small=small)
    network = seats(seed, REVENUE, small=small)
    catalogue = products(seed, start, end)
    world = simulate(network, catalogue, start, end, seed)
    clerk = Clerk(world, seed, end)
    sales = clerk.write()
    silent = next(s.code for s in reversed(network) if s.part is Part.ORDINARY)
    declarations, miscounted = declare(world, seed, silent)
    return Story(
        start=start,
        end=end,
        catalogue=catalogue,
        seats=network,
        companies=companies(network, start, seed),
        sales=sales,
        declarations=declarations,
        targets=targets(world, seed, end),
        world=world,
        truth=tell(world, clerk.late, clerk.corrected, miscounted, silent),
    )
