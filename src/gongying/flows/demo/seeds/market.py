"""What consumers truly want: the demand curves behind every figure of the story."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from math import exp, log
from random import Random

from .brand import CATEGORIES, Category, Product
from .festivals import factor
from .geography import PROVINCES
from .network import DIVERTED_SHARE, DIVERTED_TO, Level, Part, Seat

FADE_AFTER = 0.35  # of the simulated days: from then on the fader's consumers leave
FADE_RATE = 0.85  # what is left of its demand after each further year is exp(-FADE_RATE)
DIVERT_AFTER = 0.386  # and from then on goods leave the diverter's territory, the full share after DIVERT_RAMP days
DIVERT_RAMP = 60
HORIZON = 150  # days beyond the end for which dealers plan
_TASTE = {  # regional taste, against the national mix
    "HT": {"EAST": 1.2, "CENTRAL": 1.35, "SOUTHWEST": 1.25, "SOUTH": 0.55, "NORTH": 0.8, "NORTHEAST": 0.6},
    "FN": {"SOUTH": 1.35, "CENTRAL": 1.2, "NORTHEAST": 0.6, "NORTHWEST": 0.7, "SOUTHWEST": 0.9},
    "AP": {"NORTH": 1.5, "NORTHEAST": 1.2, "NORTHWEST": 1.2, "SOUTH": 0.5, "SOUTHWEST": 0.7},
    "RC": {"SOUTH": 1.25, "NORTHWEST": 0.75, "NORTH": 0.85},
    "RV": {"EAST": 1.15, "NORTHWEST": 0.8},
}


@dataclass(slots=True)
class Curves:
    """The calendar's part, known to everybody: `season[category][t]` sums the factors of the days before `t`.

    `fades` and `diverts` are the days on which two of the distributors change their ways.
    """

    days: list[date]
    season: list[list[float]]
    fades: int
    diverts: int


@dataclass(slots=True)
class Demand:
    """One distributor's demand against its starting rate."""

    total: list[list[float]]  # by category, the sum of the days before t
    level: list[float]  # growth reached on day t
    diverted: list[float]  # share of day t's sales that leaves the territory


def curves(start: date, end: date) -> Curves:
    """The calendar's part of demand from `start` to beyond `end`."""
    lived = (end - start).days + 1
    days = [start + timedelta(days=t) for t in range(lived + HORIZON)]
    season = [_running(factor(category.code, day) for day in days) for category in CATEGORIES]
    return Curves(days, season, fades=round(lived * FADE_AFTER), diverts=round(lived * DIVERT_AFTER))


def _running(values: Iterable[float]) -> list[float]:
    return [0.0, *accumulate(values)]


def mix(seat: Seat) -> list[float]:
    """Share of each category in a distributor's consumer sales, by value; sums to one."""
    area = PROVINCES[seat.city.province].area
    rng = Random(f"mix/{seat.code}")
    county = seat.level is Level.COUNTY
    raw = [
        c.mix * _TASTE.get(c.code, {}).get(area, 1.0) * rng.uniform(0.9, 1.1) * _purse(c, county)
        for c in CATEGORIES
    ]
    return [value / sum(raw) for value in raw]


def _purse(category: Category, county: bool) -> float:
    """Counties buy fewer of the dear things."""
    return 0.6 if county and category.code in ("RV", "AP") else 1.0


def growth(seat: Seat, day: int, fades: int) -> float:
    """The true level of a distributor's own demand after `day` days, 1 at the start."""
    level = exp(log(1 + seat.growth) * day / 365)
    if seat.part is Part.FADER and day > fades:
        level *= exp(-FADE_RATE * (day - fades) / 365)
    return level


def diverted_share(seat: Seat, day: int, diverts: int) -> float:
    """The share of a distributor's sales that goes to a foreign region on a day."""
    if seat.part is not Part.DIVERTER or day <= diverts:
        return 0.0
    return DIVERTED_SHARE * min(1.0, (day - diverts) / DIVERT_RAMP)


def demand(seat: Seat, known: Curves, seed: int) -> Demand:
    """One distributor's demand: calendar × growth × category trend × weekly luck, and what diversion adds or takes."""
    rng = Random(f"{seed}/demand/{seat.code}")
    days = len(known.days)
    own = [growth(seat, t, known.fades) for t in range(days)]
    foreign = [diverted_share(seat, t, known.diverts) for t in range(days)]
    level = [own[t] / (1 - foreign[t]) for t in range(days)]
    if seat.city.adcode in DIVERTED_TO:  # the neighbours lose what the diverter sells to their shops
        level = [
            value * (1 - 0.06 * min(1.0, max(0, t - known.diverts) / DIVERT_RAMP)) for t, value in enumerate(level)
        ]
    total = []
    for place, category in enumerate(CATEGORIES):
        season, luck, trend = known.season[place], 1.0, log(1 + category.growth) / 365
        weeks = [
            luck := max(0.6, min(1.5, 1 + 0.7 * (luck - 1) + rng.gauss(0, 0.07))) for _ in range(days // 7 + 1)
        ]
        total.append(
            _running((season[t + 1] - season[t]) * level[t] * exp(trend * t) * weeks[t // 7] for t in range(days))
        )
    return Demand(total, level, foreign)


def rates(seat: Seat, basket: list[Product], start: date) -> list[float]:
    """Units a day of every product in a distributor's assortment at the start, at starting prices."""
    shares, place_of = mix(seat), {c.code: i for i, c in enumerate(CATEGORIES)}
    weight = [0.0] * len(CATEGORIES)
    for product in basket:
        weight[place_of[product.category]] += product.popularity
    carried = sum(share for share, w in zip(shares, weight, strict=True) if w) or 1.0
    found = []
    for product in basket:
        place = place_of[product.category]
        yearly = seat.value * shares[place] / carried * product.popularity / weight[place]
        found.append(yearly / 365 / (product.prices[0][2] / 100))
    return found


def price_effect(product: Product, category: Category, day: date) -> float:
    """How a changed price has moved demand by `day`: (p / p0) ** elasticity. No price yet, no effect."""
    first = product.prices[0]
    price = product.at(day)[1] if day >= first[0] else first[2]
    return float((price / first[2]) ** category.elasticity)
