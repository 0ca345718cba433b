"""Targets: what the brand asked of every distributor, by category and quarter, before it knew how things would go."""

from collections import defaultdict
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from .brand import CATEGORIES
from .festivals import quarter_end
from .network import Level
from .simulate import Kind, World

AMBITION = 1.11  # yearly growth the brand asks for
STEP = 1_000_000  # targets are whole ten thousands of yuan, in fen


class Target(NamedTuple):
    """Sell-in value asked for, in fen."""

    party: str
    category: str
    quarter: str  # "2026Q3"
    start: date
    amount: int


def quarters(start: date, end: date) -> list[tuple[str, date, date]]:
    """(code, first day, last day) of the quarters that touch [start, end] and begin in it."""
    found, day = [], quarter_end(start) + timedelta(days=1)
    while day <= end:
        last = quarter_end(day)
        found.append((f"{day.year}Q{last.month // 3}", day, last))
        day = last + timedelta(days=1)
    return found


def targets(world: World, seed: int, end: date) -> list[Target]:
    """Targets for all who buy from the brand: their starting rate, the season, the ambition and some haggling."""
    rng = Random(f"{seed}/targets")
    rates = _starting_value(world)
    found = []
    for code, first, last in quarters(world.start, end):
        opens, closes = (first - world.start).days, min((last - world.start).days + 1, len(world.known.days) - 1)
        years = (opens + closes) / 2 / 365
        for shelf in world.shelves:
            if shelf.seat.level is Level.COUNTY:
                continue
            for place, category in enumerate(CATEGORIES):
                season = world.known.season[place]
                value = rates[shelf.place, place] * (season[closes] - season[opens]) * AMBITION**years
                value *= (1 + 0.5 * category.growth) ** years * rng.uniform(0.93, 1.08)
                amount = max(1, round(value * 100 / STEP)) * STEP
                found.append(Target(shelf.seat.code, category.code, code, first, amount))
    return found


def _starting_value(world: World) -> dict[tuple[int, int], float]:
    """Yuan a day bought from the brand at the start, by distributor and category, before season and growth."""
    pull: dict[tuple[int, int], float] = defaultdict(float)
    total: dict[int, list[float]] = {}
    for shelf in reversed(world.shelves):
        own = total.setdefault(shelf.place, [0.0] * len(shelf.products))
        for j, p in enumerate(shelf.products):
            own[j] += shelf.start_rate[j]
            if shelf.direct[j]:
                pull[shelf.place, shelf.category[j]] += own[j] * world.catalogue[p].prices[0][2] / 100
            elif shelf.above:
                above = total.setdefault(shelf.above.place, [0.0] * len(shelf.above.products))
                above[shelf.above.slot[p]] += own[j]
    return pull


def attained(world: World) -> dict[tuple[str, str, str], int]:
    """Sell-in value at dealer price, less returns, by (party, category, quarter), for comparing with targets."""
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for event in world.events:
        if event.kind not in (Kind.SELL_IN, Kind.SELL_IN_RETURN):
            continue
        day, product = world.known.days[event.day], world.catalogue[event.product]
        quarter = f"{day.year}Q{(day.month + 2) // 3}"
        sign = 1 if event.kind is Kind.SELL_IN else -1
        code = world.shelves[event.place].seat.code
        found[code, product.category, quarter] += sign * event.quantity * product.at(day)[1]
    return found
