"""The year at a glance."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from gongying.books.goods import read as goods
from gongying.books.metrics.read import figure
from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.words import pick

from .season import Season, season

BEST, LAST = 6, 3
__all__ = ["Overview", "Season", "overview", "season"]


@dataclass(frozen=True)
class Month:
    """A month of the year: sell-in and target in minor units, attainment as a fraction."""

    code: str
    net_minor: int
    target_minor: int | None
    attainment: Decimal | None


@dataclass(frozen=True)
class Ranked:
    """A distributor in the ranking by attainment (a fraction)."""

    party_id: int
    name: str
    attainment: Decimal


@dataclass(frozen=True)
class Overview:
    """The year as the actor may see it; money in minor units, ratios as fractions, None is undefined.

    `attainment`, the maps and the matrix cover the complete months (to `closed`), the other figures what is known (to
    `last_day`).
    """

    year: str
    last_day: date
    closed: date
    at: datetime
    net_minor: int
    growth: Decimal | None
    target_minor: int | None
    attainment: Decimal | None
    active: int
    distributors: int
    dio: Decimal | None
    slow: Decimal | None
    returns: Decimal | None
    rebates: dict[str, int]  # minor units by currency
    months: list[Month]
    provinces: dict[str, Decimal | None]
    regions: list[str]
    categories: list[str]
    matrix: dict[str, Decimal | None]
    best: list[Ranked]
    last: list[Ranked]


@query(needs="cockpit.view", roles=EVERYONE)
def overview(actor: Actor, *, year: str = "") -> Overview:
    """The year at a glance, for what the actor may see."""
    return of_season(actor, season(actor, year))


def of_season(actor: Actor, of: Season) -> Overview:
    """The overview of a year that was looked up already."""
    known: dict[str, Any] = {"start": of.start, "end": of.end, "on": of.moment, "where": of.where}
    closed = known | {"end": of.closed}
    stock = closed | {"where": {}}  # days and shares of stock are of all currencies
    months = figure(actor, "sell_in", by=("month",), **known).as_dict()
    asked = figure(actor, "target", by=("month",), **(known | {"end": of.month_end})).as_dict()
    reached = figure(actor, "attainment", by=("month",), **known).as_dict()
    cells = figure(actor, "attainment", by=("category", "region"), **closed).as_dict()
    best, last = _ranking(actor, figure(actor, "attainment", by=("party",), **closed).as_dict())
    return Overview(
        year=of.year,
        last_day=of.last_day,
        closed=of.closed_day,
        at=of.moment.at,
        net_minor=figure(actor, "sell_in", **known).one or 0,
        growth=figure(actor, "growth", **known).one,
        target_minor=figure(actor, "target", **closed).one,
        attainment=figure(actor, "attainment", **closed).one,
        active=figure(actor, "active_distributors", **known).one or 0,
        distributors=_size(of.moment.serial, actor),
        dio=figure(actor, "dio", **stock).one,
        slow=figure(actor, "slow_moving_share", **stock).one,
        returns=figure(actor, "returns_rate", **known).one,
        rebates=money.totals(actor, kind="rebate"),
        best=best,
        last=last,
        months=[Month(m, net, asked.get(m), reached.get(m)) for m, net in sorted(months.items())],
        provinces=figure(actor, "attainment", by=("province",), **closed).as_dict(),
        regions=sorted({region for _category, region in cells if region}),
        categories=sorted({category for category, _region in cells if category}),
        matrix={f"{category}|{region}": value for (category, region), value in cells.items()},
    )


def _ranking(actor: Actor, reached: dict[str, Decimal | None]) -> tuple[list[Ranked], list[Ranked]]:
    """The first six and the last three by attainment."""
    order = sorted(
        ((value, code) for code, value in reached.items() if value is not None),
        key=lambda pair: (-pair[0], pair[1]),
    )
    first, final = order[:BEST], order[BEST:][-LAST:]
    known = {p.code: p for p in parties.parties(actor).filter(code__in=[code for _value, code in (*first, *final)])}

    def ranked(rows: list[tuple[Decimal, str]]) -> list[Ranked]:
        held = [(known[code], value) for value, code in rows if code in known]
        return [Ranked(party.pk, pick(party.name, party.name_en), value) for party, value in held]

    return ranked(first), ranked(final)


@lru_cache(maxsize=64)
def _size(serial: int, actor: Actor) -> int:
    """How many distributors the actor sees; it changes with a fact only, and so with the snapshot."""
    return parties.parties(actor).count()


@lru_cache(maxsize=8)
def _names(serial: int) -> tuple[tuple[str, str, str], ...]:
    """Codes and names of regions and product groups; they change with a fact only, and so with the snapshot."""
    groups = [(each.code, each.name, each.name_en) for each in goods.categories()]
    return (*parties.region_names(), *groups)


def names(of: Season) -> dict[str, str]:
    """Names of sales regions, provinces and product groups by code, in the reader's language."""
    return {code: pick(name, name_en) for code, name, name_en in _names(of.moment.serial)}
