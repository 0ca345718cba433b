"""How old stock is: what is there is what came in last, read from the columnar mirror in one question."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
from django.utils.translation import gettext_lazy as _

from gongying.books.lake import read as lake
from gongying.core.actor import Actor

STEPS = (("a", 30), ("b", 60), ("c", 90), ("d", 180))
BUCKETS = (_("up to 30 days"), _("31–60 days"), _("61–90 days"), _("91–180 days"), _("over 180 days"))


@dataclass(frozen=True, slots=True)
class Aged:
    """What somebody has of something: base units, and how many of them are how old (the buckets, youngest first)."""

    holder_id: int | None
    site_id: int | None
    product_id: int
    units: int
    buckets: tuple[int, ...]


def _question(by_site: bool) -> Any:
    """Balances and what came within so many days, by holder, site and product; first in, first out over all lots.

    Of what is there, no more than came within the last 30 days can be that young, and so on: a bucket is the difference of
    two such limits.
    """
    moves = lake.MOVES
    moves = moves.filter(moves.business_date <= lake.later("day", "on"))
    turned = moves.kind == "reversal"  # what reverses a receipt takes it out of the day it came on
    came = ibis.ifelse(turned, moves.quantity < 0, moves.quantity > 0)
    incoming = {
        name: moves.quantity.sum(where=came & (moves.business_date > lake.later("day", f"since_{name}")))
        for name, _days in STEPS
    }
    keys = ["holder_id", "site_id", "product_id"] if by_site else ["holder_id", "product_id"]
    sums = moves.group_by(keys).aggregate(units=moves.quantity.sum(), **incoming)
    there = ibis.greatest(sums.units, 0)
    limits = [ibis.least(there, ibis.greatest(sums[name].fill_null(0), 0)) for name, _days in STEPS]
    edges = [*limits, there]
    parts = {f"age_{n}": edge - (edges[n - 1] if n else 0) for n, edge in enumerate(edges)}
    return sums.filter(sums.units != 0).select(*keys, "units", **parts)


def ageing_rows(snapshot: Any, on: date, by_site: bool = True) -> list[tuple[Any, ...]]:
    """(holder, site, product, units, the five buckets) of a snapshot on the evening of a day; without `by_site` no site."""
    days = {f"since_{name}": on - timedelta(days=many) for name, many in STEPS}
    rows: list[tuple[Any, ...]] = snapshot.ask(_question, by_site, on=on, **days)
    return rows


def ageing(actor: Actor, on: date, *, holder_id: int | None = None, house: bool = False) -> list[Aged]:
    """The age of stock in scope on the evening of a day: of everybody, of one holder, or of the house alone."""
    found = []
    for holder, site, product, units, *buckets in ageing_rows(lake.snapshot(), on):
        wanted = holder is None if house else holder_id in (None, holder)
        if wanted and actor.sees(holder):
            found.append(Aged(holder, site, product, units, tuple(int(n) for n in buckets)))
    return found
