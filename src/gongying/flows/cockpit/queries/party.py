"""One distributor, whole."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from gongying.areas.rewards import queries as rewards
from gongying.books.metrics.read import figure
from gongying.books.parties import read as parties
from gongying.books.places import read as places
from gongying.books.stock import read as stock
from gongying.core.actor import SYSTEM, Actor
from gongying.core.refusal import Missing

from .levels import levels
from .overview import Month, names
from .season import Season


@dataclass(frozen=True)
class PartyView:
    """A distributor in a year: figures as in the overview, the last twelve months, the mix of product groups."""

    party: Any
    level: str
    net_minor: int
    target_minor: int | None
    attainment: Decimal | None
    growth: Decimal | None
    share: Decimal | None
    products: int
    price_minor: Decimal | None
    returns: Decimal | None
    dio: Decimal | None
    slow: Decimal | None
    declared_on: date | None
    months: list[Month]
    mix: list[tuple[str, int, Decimal]]
    progress: list[rewards.Progress]
    above: list[Any]
    below: list[Any]
    territories: Any  # asked for by the page that shows them


def party_view(actor: Actor, party_id: int, of: Season) -> PartyView:
    """Everything the page of a distributor shows, in few questions. Missing when it is out of scope."""
    hierarchy = parties.relatives(party_id, of.last_day)
    wanted = [party_id, *hierarchy.above, *hierarchy.below]
    everybody = {p.pk: p for p in parties.parties(actor).filter(pk__in=wanted)}
    if party_id not in everybody:
        raise Missing("no such distributor")
    party = everybody[party_id]
    where = {"party": party.code} | of.where
    known: dict[str, Any] = {"start": of.start, "end": of.end, "on": of.moment, "where": where}
    closed = known | {"end": of.closed}
    stock_of = closed | {"where": {"party": party.code}}
    twelve = known | {"start": _year_back(of.end), "by": ("month",)}
    net, asked = (
        figure(actor, "sell_in", **twelve).as_dict(),
        figure(actor, "target", **(twelve | {"end": of.month_end})).as_dict(),
    )
    reached = figure(actor, "attainment", **twelve).as_dict()
    groups = names(of)
    mix = figure(actor, "sell_in", **(known | {"by": ("category",)})).as_dict()
    whole = sum(value for value in mix.values() if value > 0) or 1
    return PartyView(
        party=party,
        level=levels(of).get(party.pk, ("", ""))[1],
        net_minor=figure(actor, "sell_in", **known).one or 0,
        target_minor=figure(actor, "target", **closed).one,
        attainment=figure(actor, "attainment", **closed).one,
        growth=figure(actor, "growth", **known).one,
        share=figure(actor, "share", **known).one,
        products=figure(actor, "active_products", **known).one or 0,
        price_minor=figure(actor, "average_price", **known).one,
        returns=figure(actor, "returns_rate", **known).one,
        dio=figure(actor, "dio", **stock_of).one,
        slow=figure(actor, "slow_moving_share", **stock_of).one,
        declared_on=_declared(of.moment.serial, party.pk),
        months=[Month(m, value, asked.get(m), reached.get(m)) for m, value in sorted(net.items())],
        mix=[
            (groups.get(code, code), value, Decimal(value) / whole)
            for code, value in sorted(mix.items(), key=lambda p: -p[1])
        ],
        progress=rewards.progress(actor, party.pk, of.last_day, of.moment),
        above=[everybody[pk] for pk in hierarchy.above if pk in everybody],
        below=[everybody[pk] for pk in hierarchy.below if pk in everybody],
        territories=places.territories(actor, party_id=party.pk, at=of.last_day),
    )


@lru_cache(maxsize=2000)
def _declared(serial: int, party_id: int) -> date | None:
    """The day of the newest stock declaration; it changes with a fact only, and so with the snapshot."""
    return stock.last_declared(SYSTEM, party_id).get(party_id)


def _year_back(end: date) -> date:
    """The first of the month eleven months before the month of the last day."""
    last = end - timedelta(days=1)
    months = last.year * 12 + last.month - 12
    return date(months // 12, months % 12 + 1, 1)
