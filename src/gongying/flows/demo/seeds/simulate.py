"""Two years, day by day: deliveries arrive, consumers buy what is there, buyers reorder, some goods come back.

Physical truth only, in pieces; `paper` turns it into the documents people would have booked.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum
from math import ceil
from random import Random
from typing import NamedTuple

from .brand import CATEGORIES, Product
from .festivals import days_from_spring, is_working, month_ends, quarter_end
from .market import Curves, curves
from .network import Part, Seat
from .shelves import Shelf, build, reprice

REORDER_DAYS = 29  # order when less than this is in sight
COVER_DAYS = 58  # and fill up to this
BELIEF_LAG = 45  # days a buyer needs to notice a trend
WARM_UP = 75  # days lived before the story begins, so that it begins in the middle of life
STUFFING = 1.75  # how much further the stuffer fills up before a quarter ends
STUFF_WINDOW = (18, 5)  # days before quarter end between which it does


class Kind(IntEnum):
    """What moved."""

    SELL_IN = 1
    SELL_IN_RETURN = 2
    SELL_THROUGH = 3
    SELL_OUT = 4
    SELL_OUT_RETURN = 5


class Event(NamedTuple):
    """One movement of one product. `other` is the buying distributor (sell-through) or the outlet (sell-out)."""

    day: int
    kind: Kind
    place: int
    other: int
    product: int
    quantity: int
    origin: int  # position of the event that a return sends back, -1 otherwise
    abroad: bool  # sold outside the distributor's own region


class Count(NamedTuple):
    """The stock of one distributor on the evening of a month's last day, by product."""

    day: int
    place: int
    stock: dict[int, int]


@dataclass(slots=True)
class World:
    """The state of the simulation and everything that has happened since `start`. Day 0 lies a warm-up before it."""

    start: date
    day_zero: date
    days: int
    catalogue: list[Product]
    shelves: list[Shelf]
    known: Curves
    events: list[Event] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    opening: list[dict[int, int]] = field(default_factory=list)
    arrivals: dict[int, list[tuple[Shelf, int, int]]] = field(default_factory=lambda: defaultdict(list))
    returns: dict[int, list[tuple[Kind, Shelf, int, int, int]]] = field(default_factory=lambda: defaultdict(list))


def simulate(seats: list[Seat], catalogue: list[Product], start: date, end: date, seed: int) -> World:
    """Live every day from `start` to `end`, after a warm-up that leaves no trace but the stock."""
    day_zero = start - timedelta(days=WARM_UP)
    known = curves(day_zero, end)
    shelves = build(seats, catalogue, known, day_zero, seed)
    world = World(start, day_zero, (end - day_zero).days + 1, catalogue, shelves, known)
    closings = set(month_ends(start, end))
    turns = {day for product in catalogue for day in _turns(product)}
    for t in range(world.days):
        today = known.days[t]
        if today == start:
            _begin(world)
        if today in turns and t:
            reprice(shelves, catalogue, today, t)
        _receive(world, t)
        _take_back(world, t)
        lift = _lift(known, t)
        for shelf in shelves:
            _sell(world, shelf, t, lift)
        if is_working(today):
            for shelf in reversed(shelves):  # those below first: they draw on the warehouses above
                if today.weekday() in shelf.seat.order_days:
                    _order(world, shelf, t)
        if today in closings:
            world.counts += [Count(t, s.place, dict(zip(s.products, s.stock, strict=True))) for s in shelves]
    return world


def _begin(world: World) -> None:
    world.events.clear()
    world.returns.clear()
    world.counts.clear()
    for shelf in world.shelves:
        shelf.lost = 0
    world.opening = [dict(zip(shelf.products, shelf.stock, strict=True)) for shelf in world.shelves]


def _turns(product: Product) -> list[date]:
    """The days on which something about a product changes."""
    return [day for day, *_ in product.prices] + [day for day in (product.launch, product.retire) if day]


def _lift(known: Curves, t: int) -> list[float]:
    return [season[t + 1] - season[t] for season in known.season]


def _receive(world: World, t: int) -> None:
    for shelf, j, quantity in world.arrivals.pop(t, ()):
        shelf.coming[j] -= quantity
        shelf.stock[j] += quantity
        position = len(world.events)
        world.events.append(Event(t, Kind.SELL_IN, shelf.place, -1, shelf.products[j], quantity, -1, abroad=False))
        odds = 0.13 if shelf.seat.part is Part.STUFFER and _ends_quarter(world, t) else 0.034
        if shelf.rng.random() < odds:
            back = max(1, round(quantity * shelf.rng.uniform(0.12, 0.45)))
            world.returns[t + shelf.rng.randint(6, 42)].append((Kind.SELL_IN_RETURN, shelf, j, back, position))


def _ends_quarter(world: World, t: int) -> bool:
    today = world.known.days[t]
    return (quarter_end(today) - today).days <= STUFF_WINDOW[0]


def _take_back(world: World, t: int) -> None:
    """Returns: from the distributor to the brand on working days, from outlets to the distributor on any."""
    waiting = world.returns.pop(t, [])
    if waiting and not is_working(world.known.days[t]):
        world.returns[t + 1] += [item for item in waiting if item[0] is Kind.SELL_IN_RETURN]
        waiting = [item for item in waiting if item[0] is not Kind.SELL_IN_RETURN]
    for kind, shelf, j, wanted, origin in waiting:
        quantity = min(wanted, shelf.stock[j]) if kind is Kind.SELL_IN_RETURN else wanted
        if quantity < 1:
            continue
        shelf.stock[j] += quantity if kind is Kind.SELL_OUT_RETURN else -quantity
        sale = world.events[origin]
        world.events.append(Event(t, kind, shelf.place, sale.other, sale.product, quantity, origin, sale.abroad))


def _sell(world: World, shelf: Shelf, t: int, lift: list[float]) -> None:
    """Deliver to outlets: a few lines a day, more on strong days, each catching up with that product's demand."""
    rng, total = shelf.rng, shelf.demand.total
    weights = [len(inside) * value**0.8 for inside, value in zip(shelf.by_category, lift, strict=True)]
    lines = int(shelf.pace * sum(weights) / len(shelf.products) + rng.random())
    foreign = shelf.demand.diverted[t]
    visits = [int(rng.random() ** 1.6 * 1000) for _ in range(1 + lines // 3)]  # a van calls at few shops a day
    served = set()
    for c in rng.choices(range(len(CATEGORIES)), weights, k=lines):
        inside = shelf.by_category[c]
        j = rng.choices(inside, cum_weights=shelf.odds[c])[0] if inside else -1
        if j < 0 or j in served or not shelf.rate[j]:
            continue
        served.add(j)
        open_demand = (total[c][t + 1] - shelf.seen[j]) * shelf.rate[j]
        wanted = int(open_demand)
        if wanted < 1:
            continue
        sold = min(wanted, shelf.stock[j])
        shelf.seen[j] = total[c][t + 1] - (open_demand - wanted) / shelf.rate[j]
        shelf.lost += wanted - sold
        if sold:
            _deliver(world, shelf, t, j, sold, rng.choice(visits), foreign)


def _deliver(world: World, shelf: Shelf, t: int, j: int, sold: int, outlet: int, foreign: float) -> None:
    rng = shelf.rng
    shelf.stock[j] -= sold
    position = len(world.events)
    abroad = foreign > 0 and rng.random() < foreign
    world.events.append(Event(t, Kind.SELL_OUT, shelf.place, outlet, shelf.products[j], sold, -1, abroad=abroad))
    if rng.random() < 0.05:
        back = min(sold, max(1, round(sold * rng.uniform(0.08, 0.3))))
        world.returns[t + rng.randint(2, 13)].append((Kind.SELL_OUT_RETURN, shelf, j, back, position))


def _belief(world: World, shelf: Shelf, t: int) -> float:
    """What a buyer takes its own level to be: the truth of some weeks ago, with its optimism."""
    return shelf.demand.level[max(0, t - BELIEF_LAG)] * shelf.bias


def _hunger(world: World, shelf: Shelf, t: int) -> float:
    """How far beyond its habit a distributor fills up today: 1 for everybody but the stuffer before a quarter ends."""
    if shelf.seat.part is not Part.STUFFER:
        return 1.0
    today = world.known.days[t]
    left = (quarter_end(today) - today).days
    return STUFFING if STUFF_WINDOW[1] <= left <= STUFF_WINDOW[0] else 1.0


def _order(world: World, shelf: Shelf, t: int) -> None:
    """Review the assortment: below the reorder point, fill up in whole cases from the brand or from the one above."""
    today = world.known.days[t]
    belief = _belief(world, shelf, t) * _hunger(world, shelf, t)
    extra = 10 if -40 <= days_from_spring(today) <= -9 else 0  # nothing moves around Spring Festival
    reorder, cover = (t + extra + round(days * shelf.caution) for days in (REORDER_DAYS, COVER_DAYS))
    low = [(s[reorder] - s[t]) * belief for s in world.known.season]
    full = [(s[cover] - s[t]) * belief for s in world.known.season]
    lead = _lead(world, shelf.rng, t)
    for j, pull in enumerate(shelf.pull):
        position = shelf.stock[j] + shelf.coming[j]
        c = shelf.category[j]
        if position >= pull * low[c]:
            continue
        product = world.catalogue[shelf.products[j]]
        if product.retire and today >= product.retire:
            continue
        missing = pull * full[c] - position
        if missing < 1:
            continue
        if shelf.direct[j]:
            quantity = ceil(missing / product.case) * product.case
            shelf.coming[j] += quantity
            world.arrivals[lead].append((shelf, j, quantity))
        elif shelf.above:
            _fetch(world, shelf, shelf.above, t, j, ceil(missing))


def _lead(world: World, rng: Random, t: int) -> int:
    """The day on which today's order to the brand is delivered: two to four days on, and a working day."""
    arrival = t + rng.randint(2, 4)
    while not is_working(world.day_zero + timedelta(days=arrival)):
        arrival += 1
    return arrival


def _fetch(world: World, shelf: Shelf, above: Shelf, t: int, j: int, wanted: int) -> None:
    """Goods from the warehouse above, the same day, as far as it has them."""
    source = above.slot[shelf.products[j]]
    quantity = min(wanted, above.stock[source])
    if quantity < 1:
        return
    above.stock[source] -= quantity
    shelf.stock[j] += quantity
    world.events.append(
        Event(t, Kind.SELL_THROUGH, above.place, shelf.place, shelf.products[j], quantity, -1, abroad=False)
    )
