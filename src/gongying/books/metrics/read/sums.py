"""Inputs of the figures: each is one grouped query on the lake, in the actor's scope."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import ibis

from gongying.books.lake.read import LINES, PARTIES, PRODUCTS, STOCK_COUNTS, TARGETS, Snapshot, later
from gongying.core import calendar

SLOW_AFTER = 90  # days without a sale


@dataclass(frozen=True)
class Window:
    """What is asked for: business dates [start, end), the grain, the scope (None is everybody), and filters."""

    start: Any  # a date; a value that comes later in the text of a question
    end: Any
    by: tuple[str, ...] = ()
    parties: Any = None  # a frozenset of ids
    where: tuple[tuple[str, Any], ...] = ()  # values separated by commas
    level: str = "sell_in"
    before: bool = field(default=False)  # the same days a year earlier, shown under this year's periods

    def year_before(self) -> "Window":
        """The same days a year earlier."""
        if not isinstance(self.start, date):
            return replace(self, start=later("day", "start_before"), end=later("day", "end_before"), before=True)
        start, end = calendar.year_before(self.start), calendar.year_before(self.end)
        return replace(self, start=start, end=end, before=True)

    def at(self, level: str) -> "Window":
        """The same question of another level of trade."""
        return replace(self, level=level)

    def outline(self) -> "Window":
        """What the text of a question depends on: everything but the values."""
        scope = None if self.parties is None else frozenset[int]()
        names = tuple((name, "") for name, _value in self.where)
        return replace(self, start=None, end=None, parties=scope, where=names)

    def values(self) -> dict[str, Any]:
        """The values, as `opened` names them."""
        earlier = self.year_before()
        found = {"start": self.start, "end": self.end, "start_before": earlier.start, "end_before": earlier.end}
        found |= {f"where_{name}": value.split(",") for name, value in self.where}
        return found | {"parties": sorted(self.parties or ())}


def opened(question: Callable[[Window], Any], outline: Window) -> Any:
    """A question of any window of this outline, its values left open."""
    scope = None if outline.parties is None else later("numbers", "parties")
    where = tuple((name, later("texts", f"where_{name}")) for name, _value in outline.where)
    return question(
        replace(outline, start=later("day", "start"), end=later("day", "end"), parties=scope, where=where)
    )


def ask(moment: Snapshot, question: Callable[[Window], Any], window: Window) -> list[tuple[Any, ...]]:
    """The rows of a question of a window; compiled once for all windows of its outline."""
    return moment.ask(opened, question, window.outline(), **window.values())


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


def _narrow(table: Any, window: Window, day: str, *, also: str = "") -> Any:
    """The table with the dimensions the window names (and `also`), in scope and filtered; `day` names its business date.
    What nobody asks for is not joined: a join of every line costs as much as its sum.
    """
    named = {also, *window.by, *(name for name, _value in window.where)}
    table = table.mutate(**{name: of(table[day], window) for name, of in TIMES.items() if name in named})
    if named & set(OF_PARTY):
        table = table.left_join(PARTIES, "party_id", rname="{name}_of_party")
    if named & set(OF_PRODUCT) and "category" not in table.columns:
        table = table.left_join(PRODUCTS, "product_id", rname="{name}_of_product")
    if window.parties is not None:
        table = table.filter(inside(table.party_id, window.parties))
    for name, value in window.where:
        table = table.filter(inside(table[name], value.split(",") if isinstance(value, str) else value))
    return table


def inside(column: Any, values: Any) -> Any:
    """Whether a column is one of the values, which are here or come later."""
    if isinstance(values, ibis.Expr):
        return values.contains(column)
    return column.isin(sorted(values)) if values else ibis.literal(False)


def _by(table: Any, keys: Sequence[str], value: Any) -> Any:
    """One row for each key with its value; without keys one row for everything."""
    return table.group_by(keys).aggregate(value=value) if keys else table.aggregate(value=value)


def lines(window: Window, *, also: str = "") -> Any:
    """Sales lines of the window's level, with the dimensions it names and `also`."""
    held = LINES.filter(
        LINES.level == window.level, LINES.business_date >= window.start, LINES.business_date < window.end
    )
    return _narrow(held, window, "business_date", also=also)


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
    return _by(table.filter(_is_return(table)), window.by, -table.net_minor.sum())


def sold(window: Window) -> Any:
    """Net value before returns."""
    table = lines(window)
    return _by(table.filter(~_is_return(table)), window.by, table.net_minor.sum())


def _is_return(table: Any) -> Any:
    """A return, or the reversal of one: it goes the other way, in pieces or (a credit for price alone) in value."""
    back = (table.quantity > 0) | ((table.quantity == 0) & (table.net_minor > 0))
    return (table.kind == "return") | ((table.kind == "reversal") & back)


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
    table = lines(window, also=name)
    keys = [each for each in window.by if each != name]
    each = table.group_by([*keys, name]).aggregate(moved=table.quantity.sum())
    kept = each.filter(each.moved > 0)
    return _by(kept, keys, kept.count())


def _of_scope(table: Any, window: Window, party: str) -> Any:
    """The rows of parties in scope: what is sorted out below is sorted out of few rows then."""
    return table if window.parties is None else table.filter(inside(table[party], window.parties))


def _standing(rows: Any) -> Any:
    """The newest revisions that are not withdrawn. All revisions of a key are of one party, seller, metric and day: rows may
    be chosen by these before.
    """
    newer = rows.view()
    last = newer.group_by(["source", "business_key"]).aggregate(newest=newer.revision.max())
    held = rows.join(last, ["source", "business_key"])
    return held.filter(held.revision == held.newest, ~held.withdrawn)


def targets(window: Window) -> Any:
    """Targets in minor units whose period lies in the window.

    Of one year the finest periods count (months, else quarters, else the year), and targets by product group before the
    total of all groups: what was asked for once is counted once.
    """
    table = _asked(window)
    return _by(table, window.by, table.amount_minor.sum())


def net_asked(window: Window) -> Any:
    """Net value of what those targets ask for: of their parties and product groups, in their periods. A month that has
    only begun, or a party nobody asked, is held against nothing.
    """
    asked = _asked(window).select("party_id", "category", "currency", "starts_on", "ends_on")
    table = lines(window, also="category")
    groups, totals = asked.filter(asked.category != "").view(), asked.filter(asked.category == "").view()
    counted = table.semi_join(groups, [*_in_period(table, groups), table.category == groups.category])
    # No line is in both: a party's year is asked by groups or as a whole.
    counted = counted.union(table.semi_join(totals, _in_period(table, totals)))
    return _by(counted, window.by, counted.net_minor.sum())


def _in_period(table: Any, asked: Any) -> list[Any]:
    """Whether a line is of the party, the currency and the period of a target."""
    same = [table.party_id == asked.party_id, table.currency == asked.currency]
    return [*same, table.business_date >= asked.starts_on, table.business_date < asked.ends_on]


def _asked(window: Window) -> Any:
    """The targets that count in the window, with the dimensions it names."""
    asked = _of_scope(TARGETS, window, "party_id").filter(lambda t: t.metric == window.level)
    held = _standing(asked.filter(asked.seller != "" if "seller" in window.by else asked.seller == ""))
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
    return _narrow(held, window, "starts_on")


def _values() -> Any:
    """What one base unit of a product is worth: its average sell-in price on record (minor units, a rate)."""
    held = LINES.filter(LINES.level == "sell_in")
    each = held.group_by("product_id").aggregate(net=held.net_minor.sum(), pieces=held.quantity.sum())
    each = each.filter(each.pieces > 0, each.net > 0)
    return each.select(each.product_id, worth=each.net / each.pieces)


def _declared(window: Window) -> Any:
    """Standing declarations that were made in the window, valued."""
    made = _of_scope(STOCK_COUNTS.filter(STOCK_COUNTS.holder_id.notnull()), window, "holder_id")
    held = _standing(made.filter(made.counted_on >= window.start, made.counted_on < window.end))
    held = held.rename(party_id="holder_id").join(_values(), "product_id")
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
    out = _of_scope(LINES, window, "party_id")
    out = out.filter(out.level.isin(["sell_through", "sell_out"]), out.quantity > 0)
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
    length: timedelta = window.end - window.start
    return length // timedelta(days=1)
