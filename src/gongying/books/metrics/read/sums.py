"""Inputs of the figures: each is one grouped query on the lake, in the actor's scope."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import ibis

from gongying.books.lake.read import LINES, PARTIES, PRODUCTS, STOCK_COUNTS, TARGETS
from gongying.core import calendar

SLOW_AFTER = 90  # days without a sale


@dataclass(frozen=True)
class Window:
    """What is asked for: business dates [start, end), the grain, the scope (None is everybody), and filters."""

    start: date
    end: date
    by: tuple[str, ...] = ()
    parties: frozenset[int] | None = None
    where: tuple[tuple[str, str], ...] = ()
    level: str = "sell_in"
    before: bool = field(default=False)  # the same days a year earlier, shown under this year's periods

    def year_before(self) -> "Window":
        """The same days a year earlier."""
        start, end = calendar.year_before(self.start), calendar.year_before(self.end)
        return replace(self, start=start, end=end, before=True)

    def at(self, level: str) -> "Window":
        """The same question of another level of trade."""
        return replace(self, level=level)


Dimension = Callable[[Any, Window], Any]


def _year(day: Any, window: Window) -> Any:
    return day.year() + 1 if window.before else day.year()


def _month(day: Any, window: Window) -> Any:
    return _year(day, window).cast("string") + "-" + day.month().cast("string").lpad(2, "0")


def _quarter(day: Any, window: Window) -> Any:
    return _year(day, window).cast("string") + "Q" + day.quarter().cast("string")


TIMES: dict[str, Dimension] = {
    "month": _month,
    "quarter": _quarter,
    "year": lambda day, window: _year(day, window).cast("string"),
}
OF_PARTY = ("party", "region", "province", "city")
OF_PRODUCT = ("product", "category")
DIMENSIONS = (*OF_PARTY, *OF_PRODUCT, *TIMES, "currency", "seller")


def _narrow(table: Any, window: Window, day: str, *, goods: bool = True) -> Any:
    """The table with the dimensions it can have, in scope and filtered; `day` names its business date."""
    table = table.mutate(**{name: of(table[day], window) for name, of in TIMES.items()})
    table = table.left_join(PARTIES, "party_id", rname="{name}_of_party")
    if goods:
        table = table.left_join(PRODUCTS, "product_id", rname="{name}_of_product")
    if window.parties is not None:
        inside = sorted(window.parties)
        table = table.filter(table.party_id.isin(inside) if inside else ibis.literal(False))
    for name, value in window.where:
        table = table.filter(table[name].isin(value.split(",")))
    return table


def _by(table: Any, keys: Sequence[str], value: Any) -> Any:
    """One row for each key with its value; without keys one row for everything."""
    return table.group_by(keys).aggregate(value=value) if keys else table.aggregate(value=value)


def lines(window: Window) -> Any:
    """Sales lines of the window's level."""
    held = LINES.filter(
        LINES.level == window.level, LINES.business_date >= window.start, LINES.business_date < window.end
    )
    return _narrow(held, window, "business_date")


def currencies(window: Window) -> Any:
    """The currencies of what was sold in the window, the one with most value first."""
    held = LINES.filter(LINES.business_date >= window.start, LINES.business_date < window.end)
    table = _narrow(held, window, "business_date")
    each = table.group_by("currency").aggregate(value=table.net_minor.sum())
    return each.order_by(each.value.desc(), each.currency)


def net(window: Window) -> Any:
    """Net value in minor units: gross less discount, returns deducted, tax and freight left aside."""
    table = lines(window)
    return _by(table, window.by, table.net_minor.sum())


def quantity(window: Window) -> Any:
    """Base units, returns deducted."""
    table = lines(window)
    return _by(table, window.by, table.quantity.sum())


def returned(window: Window) -> Any:
    """Net value of returns as a positive number; a reversed return counts no more."""
    table = lines(window)
    is_return = (table.kind == "return") | ((table.kind == "reversal") & (table.quantity > 0))
    return _by(table.filter(is_return), window.by, -table.net_minor.sum())


def sold(window: Window) -> Any:
    """Net value before returns."""
    table = lines(window)
    is_return = (table.kind == "return") | ((table.kind == "reversal") & (table.quantity > 0))
    return _by(table.filter(~is_return), window.by, table.net_minor.sum())


def products(window: Window) -> Any:
    """Products of which more was bought than returned."""
    return _distinct(window, "product_id")


def parties(window: Window) -> Any:
    """Parties that bought more than they returned."""
    return _distinct(window, "party_id")


def categories(window: Window) -> Any:
    """Product groups of which more was bought than returned."""
    return _distinct(window, "category")


def offered(window: Window) -> Any:
    """Product groups of the brand: one number, whatever the grain."""
    return PRODUCTS.aggregate(value=PRODUCTS.category.nunique())


def _distinct(window: Window, name: str) -> Any:
    table = lines(window)
    keys = [each for each in window.by if each != name]
    each = table.group_by([*keys, name]).aggregate(moved=table.quantity.sum())
    kept = each.filter(each.moved > 0)
    return _by(kept, keys, kept.count())


def targets(window: Window) -> Any:
    """Targets in minor units whose period lies in the window.

    Of one year the finest periods count (months, else quarters, else the year), and targets by product group before the
    total of all groups: what was asked for once is counted once.
    """
    newer = TARGETS.view()
    last = newer.group_by(["source", "business_key"]).aggregate(newest=newer.revision.max())
    held = TARGETS.join(last, ["source", "business_key"])
    held = held.filter(held.revision == held.newest, ~held.withdrawn, held.metric == window.level)
    seller = "seller" in window.by
    held = held.filter(held.seller != "" if seller else held.seller == "")
    held = held.mutate(
        length=ibis.cases((held.period.length() == 4, 12), (held.period.contains("Q"), 3), else_=1),
        of_year=held.starts_on.year(),
    )
    one = ["party_id", "seller", "of_year", "currency"]
    finest = held.view()
    finest = finest.group_by(one).aggregate(finest=finest.length.min(), grouped=(finest.category != "").any())
    held = held.join(finest, [held[name].identical_to(finest[name]) for name in one], rname="{name}_finest")
    held = held.filter(
        held.length == held.finest,
        (held.category != "") | ~held.grouped,
        held.starts_on >= window.start,
        held.ends_on <= window.end,
    )
    table = _narrow(held, window, "starts_on", goods=False)
    return _by(table, window.by, table.amount_minor.sum())


def _values() -> Any:
    """What one base unit of a product is worth: its average sell-in price on record (minor units, a rate)."""
    held = LINES.filter(LINES.level == "sell_in")
    each = held.group_by("product_id").aggregate(net=held.net_minor.sum(), pieces=held.quantity.sum())
    each = each.filter(each.pieces > 0, each.net > 0)
    return each.select(each.product_id, worth=each.net / each.pieces)


def _declared(window: Window) -> Any:
    """Standing declarations that were made in the window, valued."""
    newer = STOCK_COUNTS.view()
    last = newer.group_by(["source", "business_key"]).aggregate(newest=newer.revision.max())
    held = STOCK_COUNTS.join(last, ["source", "business_key"])
    held = held.filter(held.revision == held.newest, ~held.withdrawn)
    held = held.filter(held.counted_on >= window.start, held.counted_on < window.end, held.holder_id.notnull())
    held = held.rename(party_id="holder_id")
    worth = _values()
    held = held.join(worth, "product_id")
    return held.mutate(worth_minor=held.quantity * held.worth)


def stock(window: Window) -> Any:
    """Average value of the declared stock over the days on which it was declared in the window (minor units)."""
    table = _narrow(_declared(window), window, "counted_on")
    days = table.group_by([*window.by, "party_id", "counted_on"]).aggregate(worth=table.worth_minor.sum())
    each = days.group_by([*window.by, "party_id"]).aggregate(worth=days.worth.mean())
    return _by(each, window.by, each.worth.sum())


def issued(window: Window) -> Any:
    """Value of what went out (sell-through and sell-out less what came back), of parties that declared their stock."""
    held = LINES.filter(LINES.level.isin(["sell_through", "sell_out"]))
    held = held.filter(held.business_date >= window.start, held.business_date < window.end)
    known = _declared(window)
    held = held.semi_join(known, "party_id").join(_values(), "product_id")
    held = held.mutate(worth_minor=held.quantity * held.worth)
    table = _narrow(held, window, "business_date")
    return _by(table, window.by, table.worth_minor.sum())


def _newest(window: Window) -> Any:
    """The newest declaration of each party in the window, valued, with the day of the last issue of each product."""
    held = _declared(window)
    newer = held.view()
    last = newer.group_by("party_id").aggregate(newest_on=newer.counted_on.max())
    held = held.join(last, "party_id").filter(lambda t: t.counted_on == t.newest_on, lambda t: t.quantity > 0)
    out = LINES.filter(LINES.level.isin(["sell_through", "sell_out"]), LINES.quantity > 0)
    out = out.filter(out.business_date < window.end)
    out = out.group_by(["party_id", "product_id"]).aggregate(issued_on=out.business_date.max())
    return held.left_join(out, ["party_id", "product_id"], rname="{name}_out")


def newest_stock(window: Window) -> Any:
    """Value of the newest declared stock in the window."""
    held = _newest(window)
    table = _narrow(held, window, "counted_on")
    return _by(table, window.by, table.worth_minor.sum())


def slow_stock(window: Window) -> Any:
    """That part of it of which nothing was issued for 90 days before it was declared."""
    held = _newest(window)
    table = _narrow(held, window, "counted_on")
    late = table.issued_on.isnull() | (table.issued_on < table.counted_on - ibis.interval(days=SLOW_AFTER))
    return _by(table.filter(late), window.by, table.worth_minor.sum())


def days(window: Window) -> int:
    """Calendar days of the window."""
    return (window.end - window.start) // timedelta(days=1)
