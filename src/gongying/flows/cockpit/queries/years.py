"""Figures for the overview and the distributor page, in the actor's scope."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max, QuerySet

from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.books.trade import read as trade
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.words import pick


@dataclass(frozen=True)
class Standing:
    """One distributor in one year: net sell-in in minor units, share of what the actor sees, growth."""

    party_id: int
    code: str
    name: str
    region: str
    net_minor: int
    share: Decimal | None
    growth: Decimal | None
    lines: int


@dataclass(frozen=True)
class Overview:
    """The year as the actor may see it; figures in minor units of `currency`, as known at line `watermark`."""

    year: str
    currency: str
    net_minor: int
    growth: Decimal | None
    active: int
    distributors: int
    rebate_minor: int
    months: list[tuple[str, int, int]]  # code, minor units, percent of the best month
    regions: list[tuple[str, int, int]]
    ranking: list[Standing]
    watermark: int


def _ratio(now: int, before: int) -> Decimal | None:
    """Growth as a fraction; undefined without a base."""
    return Decimal(now - before) / Decimal(before) if before > 0 else None


def latest_year(actor: Actor) -> str:
    """The year of the newest sell-in in scope."""
    rows = trade.lines(actor, level="sell_in", start=date(1970, 1, 1), end=date(2199, 1, 1))
    last = rows.order_by().aggregate(last=Max("business_date"))["last"]
    return str(last.year) if last else "2026"


def standings(actor: Actor, year: str, currency: str) -> list[Standing]:
    """Every distributor in scope with its year, largest first; growth against the same days a year earlier."""
    span = calendar.period(year)
    rows = trade.lines(actor, level="sell_in", start=span.start, end=span.end, currency=currency)
    now = {b.party_id: b for b in trade.bases(rows)}
    last = rows.order_by().aggregate(last=Max("business_date"))["last"] or span.last_day
    ago = calendar.year_before(span.start), calendar.year_before(last)
    earlier = trade.lines(actor, level="sell_in", start=ago[0], end=ago[1], currency=currency)
    before = {b.party_id: b.net_minor for b in trade.bases(earlier)}
    whole = sum(b.net_minor for b in now.values())
    found = []
    for p in parties.parties(actor):
        base = now.get(p.pk)
        net = base.net_minor if base else 0
        share = Decimal(net) / whole if whole else None
        region = p.region
        while region and region.level in ("city", "province") and region.parent:
            region = region.parent
        place = pick(region.name, region.name_en) if region else ""
        growth = _ratio(net, before.get(p.pk, 0))
        found.append(
            Standing(p.pk, p.code, pick(p.name, p.name_en), place, net, share, growth, base.lines if base else 0)
        )
    return sorted(found, key=lambda s: (-s.net_minor, s.code))


@query(needs="cockpit.view", roles=EVERYONE)
def overview(actor: Actor, *, year: str = "", currency: str = "CNY") -> Overview:
    """The year at a glance, for what the actor may see."""
    year = year or latest_year(actor)
    span = calendar.period(year)
    ranking = standings(actor, year, currency)
    rows = trade.lines(actor, level="sell_in", start=span.start, end=span.end, currency=currency)
    months = [(f"{m:%Y-%m}", net) for m, net in trade.by_month(rows)]
    regions: dict[str, int] = {}
    for each in ranking:
        regions[each.region] = regions.get(each.region, 0) + each.net_minor
    net = sum(s.net_minor for s in ranking)
    grown = [s for s in ranking if s.growth is not None]
    before = sum((Decimal(s.net_minor) / (1 + s.growth) for s in grown if s.growth not in (None, -1)), Decimal(0))
    growth = _ratio(sum(s.net_minor for s in grown), int(before)) if grown else None
    rebate = sum(a.balance_minor for a in money.accounts(actor, kind="rebate").filter(currency=currency))
    places = sorted(((n, v) for n, v in regions.items() if n), key=lambda pair: -pair[1])
    active = sum(s.net_minor > 0 for s in ranking)
    return Overview(
        year,
        currency,
        net,
        growth,
        active,
        len(ranking),
        rebate,
        _bars(months),
        _bars(places),
        ranking,
        trade.watermark(),
    )


def _bars(pairs: list[tuple[str, int]]) -> list[tuple[str, int, int]]:
    best = max((value for _name, value in pairs), default=0)
    return [(name, value, max(0, value * 100 // best) if best > 0 else 0) for name, value in pairs]


def years(actor: Actor) -> list[str]:
    """The newest three years to choose from."""
    last = int(latest_year(actor))
    return [str(last - back) for back in range(3)]


def recent_lines(actor: Actor, party_id: int) -> QuerySet:  # type: ignore[type-arg]
    """All sell-in of one distributor, newest first."""
    rows = trade.lines(actor, level="sell_in", start=date(1970, 1, 1), end=date(2199, 1, 1), party_id=party_id)
    return rows.order_by("-business_date", "-id")
