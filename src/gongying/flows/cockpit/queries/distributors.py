"""Every distributor with its figures of the year."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gongying.books.metrics.read import figure
from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.words import pick

from .levels import levels
from .season import Season


@dataclass(frozen=True)
class Standing:
    """One distributor in one year: minor units, fractions, days. None is unknown or undefined."""

    party_id: int
    code: str
    name: str
    initials: str
    region_code: str
    region: str
    province: str
    currency: str
    net_minor: int
    attainment: Decimal | None
    growth: Decimal | None
    share: Decimal | None
    dio: Decimal | None
    rebate_minor: int
    level: str
    level_name: str

    @property
    def pk(self) -> int:
        """The key of a selected row."""
        return self.party_id


def standings(actor: Actor, of: Season) -> list[Standing]:
    """Every distributor in scope, largest first. Attainment is of the complete months, the others of what is known."""
    known: dict[str, Any] = {"start": of.start, "end": of.end, "on": of.moment, "by": ("party",), "where": of.where}
    closed: dict[str, Any] = known | {"end": of.closed}
    net = figure(actor, "sell_in", **known).as_dict()
    growth = figure(actor, "growth", **known).as_dict()
    share = figure(actor, "share", **known).as_dict()
    reached = figure(actor, "attainment", **closed).as_dict()
    dio = figure(actor, "dio", **(closed | {"where": {}})).as_dict()
    rebate = {
        a.holder_id: a.balance_minor for a in money.accounts(actor, kind="rebate") if a.currency == of.currency
    }
    held = levels(of)
    found = []
    for p in parties.parties(actor):
        area = parties.area(p)
        found.append(
            Standing(
                p.pk,
                p.code,
                pick(p.name, p.name_en),
                p.initials,
                area.code if area else "",
                pick(area.name, area.name_en) if area else "",
                pick(p.region.name, p.region.name_en) if p.region else "",
                of.currency,
                net.get(p.code, 0),
                reached.get(p.code),
                growth.get(p.code),
                share.get(p.code),
                dio.get(p.code),
                rebate.get(p.pk, 0),
                *held.get(p.pk, ("", "")),
            )
        )
    return sorted(found, key=lambda s: (-s.net_minor, s.code))
