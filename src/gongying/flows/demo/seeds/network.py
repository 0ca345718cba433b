"""Who buys from whom: sixty distributors in three levels, and the parts some of them play.

A provincial distributor and most city distributors buy from the brand. A city distributor fetches its slow movers
from the provincial one above it; a county distributor buys everything from the one above.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from .geography import CITIES, PROVINCES, City


class Level(StrEnum):
    """How far from the brand a distributor stands."""

    PROVINCIAL = "provincial"
    CITY = "city"
    COUNTY = "county"


class Part(StrEnum):
    """The part a distributor plays in the story; most play none."""

    ORDINARY = "ordinary"
    STUFFER = "stuffer"  # loads stock at quarter ends
    FADER = "fader"  # its consumers turn away
    DIVERTER = "diverter"  # sells into a region that is not its own
    STAR = "star"  # grows fast; the log-in of the demonstration's distributor


LEVEL_NAMES = {Level.PROVINCIAL: "省代", Level.CITY: "市代", Level.COUNTY: "县级分销商"}
ABOVE = {  # neighbours that share a provincial distributor
    "120000": "110100",
    "460000": "440100",
    "540000": "510100",
    "630000": "620100",
    "640000": "610100",
}
PROVINCIAL_SEATS = [
    "110100",
    "130100",
    "140100",
    "150100",
    "210100",
    "220100",
    "230100",
    "310100",
    "320100",
    "330100",
    "340100",
    "350100",
    "360100",
    "370100",
    "410100",
    "420100",
    "430100",
    "440100",
    "450100",
    "500100",
    "510100",
    "520100",
    "530100",
    "610100",
    "620100",
    "650100",
]
PARTS = {"340100": Part.STUFFER, "130100": Part.FADER, "360700": Part.DIVERTER, "330100": Part.STAR}
SMALL = [
    "310100",
    "320100",
    "320500",
    "320583",
    "330100",
    "330200",
    "340100",
    "360100",
    "360700",
    "130100",
    "440100",
]
DIVERTED_TO = ("440100", "440600", "441900")  # where the diverter's goods surface
DIVERTED_SHARE = 0.38


@dataclass(frozen=True, slots=True)
class Seat:
    """A distributor's place in the network, before it has a name."""

    code: str
    city: City
    level: Level
    above: str  # code of the distributor above, "" under the brand itself
    part: Part
    value: float  # consumer sales of its own outlets in the first year, yuan at dealer price
    growth: float  # yearly growth of its consumer demand, 0.1 = 10 %
    order_days: tuple[int, ...] = field(default=(0, 3))


def _level(city: City) -> Level:
    if city.county_of:
        return Level.COUNTY
    return Level.PROVINCIAL if city.adcode in PROVINCIAL_SEATS else Level.CITY


def _above(city: City, codes: dict[str, str]) -> str:
    if city.county_of:
        return codes.get(city.county_of, "")
    if city.adcode in PROVINCIAL_SEATS:
        return ""
    seat = ABOVE.get(city.province) or next(a for a in PROVINCIAL_SEATS if a[:2] == city.adcode[:2])
    return codes.get(seat, "")


def _growth(part: Part, rng: Random) -> float:
    fixed = {Part.STUFFER: 0.02, Part.FADER: 0.03, Part.DIVERTER: -0.02, Part.STAR: 0.26}
    return fixed[part] if part in fixed else round(min(0.32, max(-0.14, rng.gauss(0.03, 0.085))), 3)


def seats(seed: int, revenue: float, *, small: bool = False) -> list[Seat]:
    """The network, upper levels first. `revenue` is the yearly consumer demand of the whole country in yuan.

    >>> len(seats(1, 6e8)), len(seats(1, 6e8, small=True))
    (60, 11)
    """
    rng = Random(f"{seed}/network")
    chosen = sorted(CITIES.values(), key=lambda c: (list(Level).index(_level(c)), c.adcode))
    country = sum(province.weight for province in PROVINCES.values())
    counters, codes = dict.fromkeys(Level, 0), {}
    for city in chosen:
        level = _level(city)
        counters[level] += 1
        codes[city.adcode] = f"{'SCX'[list(Level).index(level)]}{city.adcode[:2]}{counters[level]:02d}"
    found = []
    for city in chosen:
        part = PARTS.get(city.adcode, Part.ORDINARY)
        growth, luck = _growth(part, rng), rng.uniform(0.86, 1.16)
        days = tuple(sorted(rng.sample(range(5), 1 if city.county_of else 2)))
        if small and city.adcode not in SMALL:
            continue
        value = revenue * PROVINCES[city.province].weight / country * city.share * luck
        found.append(Seat(codes[city.adcode], city, _level(city), _above(city, codes), part, value, growth, days))
    return found
