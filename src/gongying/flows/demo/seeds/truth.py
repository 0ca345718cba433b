"""The hidden truth of the story, for tests that ask whether the house can find it."""

from dataclasses import dataclass
from datetime import date, timedelta

from .brand import CATEGORIES
from .market import diverted_share, growth
from .network import DIVERTED_TO, Part
from .simulate import World
from .stocktaking import Declared


@dataclass(frozen=True, slots=True)
class Truth:
    """What no figure in the books says outright.

    `demand` is what consumers wanted, by distributor and month, in units; `served` is the part that was in stock.
    """

    parts: dict[str, Part]
    growth: dict[str, float]  # yearly, of the distributor's own territory
    level_at_end: dict[str, float]  # own demand on the last day against the day the simulation begins
    elasticity: dict[str, float]
    category_growth: dict[str, float]
    stuffer: str
    fader: str
    fades_from: date
    diverter: str
    diverts_from: date
    diverts_to: tuple[str, ...]  # adcodes
    diverted_share: float  # of its sales at the end
    star: str
    silent: str  # has not handed in its last stock declaration
    lost_units: dict[str, int]
    demand: dict[tuple[str, str], int]
    late_documents: tuple[str, ...]
    corrected_lines: tuple[tuple[str, int], ...]
    miscounted: tuple[Declared, ...]


def tell(
    world: World, late: list[str], corrected: list[tuple[str, int]], miscounted: list[Declared], silent: str
) -> Truth:
    """Write down what the simulator knows."""
    by_part = {shelf.seat.part: shelf.seat.code for shelf in world.shelves}
    last = world.days - 1
    diverting = next((s.seat for s in world.shelves if s.seat.part is Part.DIVERTER), None)
    return Truth(
        parts={s.seat.code: s.seat.part for s in world.shelves},
        growth={s.seat.code: s.seat.growth for s in world.shelves},
        level_at_end={s.seat.code: growth(s.seat, last, world.known.fades) for s in world.shelves},
        elasticity={c.code: c.elasticity for c in CATEGORIES},
        category_growth={c.code: c.growth for c in CATEGORIES},
        stuffer=by_part.get(Part.STUFFER, ""),
        fader=by_part.get(Part.FADER, ""),
        fades_from=world.day_zero + timedelta(days=world.known.fades),
        diverter=by_part.get(Part.DIVERTER, ""),
        diverts_from=world.day_zero + timedelta(days=world.known.diverts),
        diverts_to=DIVERTED_TO,
        diverted_share=diverted_share(diverting, last, world.known.diverts) if diverting else 0.0,
        star=by_part.get(Part.STAR, ""),
        silent=silent,
        lost_units={s.seat.code: round(s.lost) for s in world.shelves},
        demand=_demand(world),
        late_documents=tuple(late),
        corrected_lines=tuple(corrected),
        miscounted=tuple(miscounted),
    )


def _demand(world: World) -> dict[tuple[str, str], int]:
    """True consumer demand in units by (distributor, month), at the rates of the last day."""
    opens: dict[str, int] = {}
    closes: dict[str, int] = {}
    for t in range((world.start - world.day_zero).days, world.days):
        month = world.known.days[t].strftime("%Y-%m")
        opens.setdefault(month, t)
        closes[month] = t + 1
    found = {}
    for shelf in world.shelves:
        rate = [0.0] * len(CATEGORIES)
        for j, c in enumerate(shelf.category):
            rate[c] += shelf.rate[j]
        for month, first in opens.items():
            total = shelf.demand.total
            units = sum(r * (total[c][closes[month]] - total[c][first]) for c, r in enumerate(rate))
            found[shelf.seat.code, month] = round(units)
    return found
