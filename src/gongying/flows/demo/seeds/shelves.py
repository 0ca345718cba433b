"""A distributor's warehouse in the simulation: what it carries, what it holds, what it believes it will sell."""

from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from random import Random

from .brand import CATEGORIES, Product
from .market import Curves, Demand, demand, price_effect, rates
from .network import Level, Seat

OPENING_DAYS = 40.0
DIRECT_SHARE = 0.6  # of a city distributor's assortment comes straight from the brand
PACE = 0.058  # lines a day per product carried

_PLACE = {category.code: place for place, category in enumerate(CATEGORIES)}


@dataclass(slots=True, eq=False)
class Shelf:
    """One warehouse. The lists run parallel, one entry per product carried."""

    place: int
    seat: Seat
    demand: Demand
    bias: float  # how optimistic its buyer is
    caution: float  # how many more days than its peers it likes to hold
    rng: Random
    above: "Shelf | None"
    products: list[int]
    category: list[int]
    start_rate: list[float]  # units a day at the start
    rate: list[float]  # and now: launches, price changes
    pull: list[float] = field(default_factory=list)  # rate and what those below fetch here
    seen: list[float] = field(default_factory=list)  # running demand already served
    stock: list[int] = field(default_factory=list)
    coming: list[int] = field(default_factory=list)
    direct: list[bool] = field(default_factory=list)
    slot: dict[int, int] = field(default_factory=dict)
    by_category: list[list[int]] = field(default_factory=list)
    odds: list[list[float]] = field(default_factory=list)  # running weights within a category
    pace: float = 0.0
    lost: float = 0.0  # units that consumers wanted and did not get


def _size(flow: float) -> int:
    """How many products a distributor carries, from its yearly flow in yuan."""
    return int(min(150, max(34, 31 * (flow / 1e6) ** 0.44)))


def _basket(seat: Seat, flow: float, catalogue: list[Product], above: Shelf | None, rng: Random) -> list[int]:
    """A popular and partly local assortment; those below choose from what the one above carries."""
    choice = above.products if above else range(len(catalogue))
    taste = {p: catalogue[p].popularity * rng.lognormvariate(0, 0.55) for p in choice}
    wanted = sorted(taste, key=lambda p: -taste[p])[: _size(flow)]
    missing = {catalogue[p].category for p in choice} - {catalogue[p].category for p in wanted}
    wanted += [
        max((p for p in choice if catalogue[p].category == c), key=lambda p: taste[p]) for c in sorted(missing)
    ]
    return sorted(wanted)


def _flows(seats: list[Seat]) -> dict[str, float]:
    """Yearly value through each warehouse: its own sales and what those below fetch from it."""
    flow = {seat.code: seat.value for seat in seats}
    for seat in reversed(seats):
        if seat.above:
            flow[seat.above] += flow[seat.code] * (1.0 if seat.level is Level.COUNTY else 0.15)
    return flow


def build(seats: list[Seat], catalogue: list[Product], known: Curves, start: date, seed: int) -> list[Shelf]:
    """The warehouses with their opening stock, upper levels first."""
    found: dict[str, Shelf] = {}
    flows = _flows(seats)
    for place, seat in enumerate(seats):
        rng = Random(f"{seed}/shelf/{seat.code}")
        above = found.get(seat.above)
        basket = _basket(seat, flows[seat.code], catalogue, above, rng)
        rate = rates(seat, [catalogue[p] for p in basket], start)
        found[seat.code] = Shelf(
            place, seat, demand(seat, known, seed), rng.uniform(0.97, 1.08), _caution(seat, rng), rng, above,
            basket, [_PLACE[catalogue[p].category] for p in basket], rate, list(rate),
        )  # fmt: skip
    shelves = list(found.values())
    for shelf in shelves:
        _fit(shelf, catalogue)
    reprice(shelves, catalogue, start)
    for shelf in shelves:
        _open(shelf, known)
    return shelves


def _fit(shelf: Shelf, catalogue: list[Product]) -> None:
    """Sort the assortment into categories and decide what comes straight from the brand."""
    count = len(shelf.products)
    shelf.slot = {p: j for j, p in enumerate(shelf.products)}
    shelf.by_category = [[j for j in range(count) if shelf.category[j] == c] for c in range(len(CATEGORIES))]
    shelf.odds = [
        list(accumulate(catalogue[shelf.products[j]].popularity ** 0.6 for j in inside))
        for inside in shelf.by_category
    ]
    shelf.pace = count * PACE
    ranked = sorted(range(count), key=lambda j: -shelf.start_rate[j])
    bought = 1.0 if shelf.above is None else 0.0 if shelf.seat.level is Level.COUNTY else DIRECT_SHARE
    quick = set(ranked[: round(count * bought)])
    shelf.direct = [j in quick for j in range(count)]
    shelf.seen, shelf.coming, shelf.stock = [0.0] * count, [0] * count, [0] * count


def _caution(seat: Seat, rng: Random) -> float:
    """Most hold what is needed, a few hoard; small ones run closer to the bone."""
    usual = 0.92 if seat.level is Level.COUNTY else 1.0
    return usual * min(1.55, max(0.74, rng.lognormvariate(-0.03, 0.19)))


def _open(shelf: Shelf, known: Curves) -> None:
    for j, pull in enumerate(shelf.pull):
        season = known.season[shelf.category[j]]
        shelf.stock[j] = round(pull * season[round(OPENING_DAYS * shelf.caution)] * shelf.rng.uniform(0.7, 1.25))


def reprice(shelves: list[Shelf], catalogue: list[Product], day: date, now: int = 0) -> None:
    """Bring every rate to what launches, retirements and price changes have made of it on `day`.

    A new product takes its demand from its own category: the category's whole stays as large as it was.
    """
    alive = [_alive(product, day) for product in catalogue]
    effect = [price_effect(product, CATEGORIES[_PLACE[product.category]], day) for product in catalogue]
    for shelf in shelves:
        for inside in shelf.by_category:
            value = [shelf.start_rate[j] * catalogue[shelf.products[j]].prices[0][2] for j in inside]
            living = sum(v * alive[shelf.products[j]] for v, j in zip(value, inside, strict=True))
            share = sum(value) / living if living else 0.0
            for j in inside:
                p = shelf.products[j]
                _set_rate(shelf, j, shelf.start_rate[j] * alive[p] * share * effect[p], now)
        shelf.pull = list(shelf.rate)
    for shelf in reversed(shelves):
        if shelf.above:
            for j, p in enumerate(shelf.products):
                if not shelf.direct[j]:
                    shelf.above.pull[shelf.above.slot[p]] += shelf.pull[j]


def _alive(product: Product, day: date) -> float:
    """1 while a product is sold, nothing before its launch, a quarter while the last pieces go."""
    if product.launch and day < product.launch:
        return 0.0
    return 0.25 if product.retire and day >= product.retire else 1.0


def _set_rate(shelf: Shelf, j: int, rate: float, now: int) -> None:
    """Change a rate; demand that is still unserved stays as large as it was."""
    if rate == shelf.rate[j]:
        return
    total = shelf.demand.total[shelf.category[j]][now]
    waiting = (total - shelf.seen[j]) * shelf.rate[j]
    shelf.seen[j] = total - (waiting / rate if rate else 0.0)
    shelf.rate[j] = rate
