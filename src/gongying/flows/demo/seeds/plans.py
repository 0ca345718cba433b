"""Targets: what the brand asked of every distributor, by category and quarter, before it knew how things would go."""

from collections import defaultdict
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from .brand import CATEGORIES
from .festivals import quarter_end
from .network import Level, Part
from .simulate import Kind, World

AMBITION = 1.12  # yearly growth the brand asks for
MODESTY = 1.03  # the first plan against what the network seemed able to buy
LEAD = 26  # days by which buying runs ahead of consumers
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
    """Targets for all who buy from the brand, by season: last year's sell-in and the ambition, or a first plan."""
    rng = Random(f"{seed}/targets")
    plan, bought = _starting_value(world), attained(world)
    found = []
    for code, first, last in quarters(world.start, end):
        before = [f"{first.year - 1}Q{n}" for n in (1, 2, 3, 4)]
        known = first.year - 1 > world.start.year or (world.start.year == first.year - 1 and world.start.month == 1)
        for shelf in world.shelves:
            if shelf.seat.level is Level.COUNTY:
                continue
            haggling = rng.uniform(0.95, 1.05)
            ambition = 1.01 if shelf.seat.part is Part.STUFFER else AMBITION
            for place, category in enumerate(CATEGORIES):
                share = _season(world, place, first, last)
                if known:
                    year = sum(bought.get((shelf.seat.code, category.code, quarter), 0) for quarter in before)
                    value = year * ambition * share
                else:
                    value = plan[shelf.place, place] * 100 * 365 * MODESTY * share
                amount = max(1, round(value * haggling * rng.uniform(0.97, 1.03) / STEP)) * STEP
                found.append(Target(shelf.seat.code, category.code, code, first, amount))
    return found


def _season(world: World, place: int, first: date, last: date) -> float:
    """The part of a year's buying of a category that falls into a quarter."""
    season, limit = world.known.season[place], len(world.known.days)
    opens, closes = ((day - world.day_zero).days + LEAD for day in (first, last + timedelta(days=1)))
    return (season[min(closes, limit)] - season[min(opens, limit)]) / 365


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
