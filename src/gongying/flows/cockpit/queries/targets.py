"""Targets and attainment by distributor and quarter."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gongying.books.metrics.read import figure
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.words import pick

from .season import Season


@dataclass(frozen=True)
class Asked:
    """What was asked of a distributor in a year, in minor units, and how much of it is reached.

    `quarters` are attainments of complete months of each quarter; `landing` is where the year would end at the
    attainment so far.
    """

    pk: int
    code: str
    name: str
    region: str
    currency: str
    target_minor: int | None
    net_minor: int
    attainment: Decimal | None
    quarters: dict[str, Decimal | None]
    gap_minor: int | None
    landing_minor: int | None


def targets(actor: Actor, of: Season) -> list[Asked]:
    """Every distributor in scope with a target in the year, the furthest behind first."""
    year: dict[str, Any] = {
        "start": of.start,
        "end": date(of.start.year + 1, 1, 1),
        "on": of.moment,
        "where": of.where,
    }
    closed: dict[str, Any] = {"start": of.start, "end": of.closed, "on": of.moment, "where": of.where}
    asked = figure(actor, "target", by=("party",), **year).as_dict()
    net = figure(actor, "sell_in", by=("party",), **closed).as_dict()
    due = figure(actor, "target", by=("party",), **closed).as_dict()
    reached = figure(actor, "attainment", by=("party",), **closed).as_dict()
    cells = figure(actor, "attainment", by=("party", "quarter"), **closed).as_dict()
    quarters = [calendar.quarter_of(date(of.start.year, month, 1)).code for month in (1, 4, 7, 10)]
    found = []
    for p in parties.parties(actor):
        goal, done = asked.get(p.code), net.get(p.code, 0)
        if goal is None:
            continue
        rate = reached.get(p.code)
        found.append(
            Asked(
                p.pk,
                p.code,
                pick(p.name, p.name_en),
                pick(p.region.name, p.region.name_en) if p.region else "",
                of.currency,
                goal,
                done,
                rate,
                {quarter: cells.get((p.code, quarter)) for quarter in quarters},
                None if p.code not in due else done - due[p.code],
                None if rate is None else int(rate * goal),
            )
        )
    return sorted(found, key=lambda each: (each.attainment is None, each.attainment or 0))
