"""What a distributor must have on a day, from the books: last count + received − sold, by product and lot.

Received is what the book of stock moved to him and, where it knows less of it, what was sold to him. Sold is what he
reported (sell-out and sell-through). The movements of his own declarations are left out: they say what the reports say.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, Sum

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.stock import read as stock
from gongying.books.trade import read as trade
from gongying.core.actor import SYSTEM
from gongying.engines.trust import Line

from .. import rules

SOURCE = "channel"  # of what declarations post
FIRST = date(1970, 1, 1)
HALF_YEAR = timedelta(days=180)
SOLD = ("sell_out", "sell_through")
Spot = tuple[int, str]  # product, lot


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What one product and lot must come to on a day, in base units; `since` is the evening of the count before (None:
    there was none), `moved` the part of `received` that the book of stock knows."""

    product_id: int
    lot: str
    since: date | None
    opening: int
    received: int
    moved: int
    sold: int

    @property
    def line(self) -> Line:
        """The same as a line of a declaration that is still to be counted."""
        return Line(self.opening, self.received, self.sold, 0)

    @property
    def empty(self) -> bool:
        """Whether there was nothing, and nothing happened."""
        return not (self.opening or self.received or self.sold)


def reckoned(party_id: int, on: date, *, before: date | None = None) -> dict[Spot, Reckoned]:
    """Every product and lot of a distributor on the evening of a day, those that were counted empty among them.

    `before` leaves out counts of that day and later (the day of the declaration itself).
    """
    counted = _counts(party_id, before or on + timedelta(days=1))
    moved = _moved(party_id, on, counted)
    since: dict[int, date | None] = {}
    for (product, _lot), (day, _quantity) in counted.items():
        since[product] = max(day, since.get(product) or day)
    start = min((day for day in since.values() if day), default=FIRST)
    bought = _traded(party_id, ("sell_in",), start, on, since)
    sold = _traded(party_id, SOLD, start, on, since)
    spots: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)  # product -> lot -> opening, moved
    for (product, lot), (_day, quantity) in counted.items():
        spots[product][lot] = (quantity, 0)
    for (product, lot), (opening, change) in moved.items():
        spots[product][lot] = (spots[product].get(lot, (0, 0))[0] + opening, change)
    for product in {*bought, *sold} - spots.keys():
        spots[product][""] = (0, 0)
    order = _expiry(spots)
    found: dict[Spot, Reckoned] = {}
    for product, lots in spots.items():
        found |= _product(product, lots, since.get(product), bought.get(product, 0), sold.get(product, 0), order)
    return found


def _product(
    product: int,
    lots: dict[str, tuple[int, int]],
    since: date | None,
    bought: int,
    sold: int,
    order: dict[Spot, date],
) -> dict[Spot, Reckoned]:
    """The lots of a product. What was bought and moved no stock has no lot; what was sold is taken from lots by expiry."""
    whole = sum(change for _opening, change in lots.values())
    extra = rules.received(whole, bought) - whole
    if extra and "" not in lots:
        lots = lots | {"": (0, 0)}
    came = {lot: change + (extra if lot == "" else 0) for lot, (_opening, change) in lots.items()}
    names = sorted(lots, key=lambda lot: (order.get((product, lot), date.max), lot or "\uffff"))
    gone = rules.spread(sold, [(lot, max(0, lots[lot][0] + came[lot])) for lot in names])
    return {
        (product, lot): Reckoned(product, lot, since, lots[lot][0], came[lot], lots[lot][1], gone[lot])
        for lot in names
    }


def _counts(party_id: int, before: date) -> dict[Spot, tuple[date, int]]:
    """The newest count of each product and lot before a day."""
    rows = stock.counts(SYSTEM, holder_id=party_id).filter(counted_on__lt=before)
    found = {}
    for product, lot, day, quantity in rows.order_by("counted_on", "id").values_list(
        "product_id", "lot", "counted_on", "quantity"
    ):
        found[product, lot] = (day, quantity)
    return found


def _moved(party_id: int, on: date, counted: dict[Spot, tuple[date, int]]) -> dict[Spot, tuple[int, int]]:
    """(opening balance, what came and went) of each product and lot since it was counted, up to a day."""
    rows = stock.movements(SYSTEM, holder_id=party_id).filter(business_date__lte=on)
    rows = rows.exclude(source=SOURCE).exclude(kind="count").exclude(corrects__kind="count")
    found: dict[Spot, tuple[int, int]] = {}
    for product, lot, day, kind, before, units in (
        rows.order_by()
        .values("product_id", "lot", "business_date", "kind", "corrects__kind")
        .annotate(units=Sum("quantity"))
        .values_list("product_id", "lot", "business_date", "kind", "corrects__kind", "units")
    ):
        last = counted.get((product, lot))
        if last is not None and day <= last[0]:
            continue
        opening, change = found.get((product, lot), (0, 0))
        first = "opening" in (kind, before)
        found[product, lot] = (opening + units, change) if first else (opening, change + units)
    return found


def _traded(
    party_id: int, levels: Iterable[str], start: date, on: date, since: dict[int, date | None]
) -> dict[int, int]:
    """Units of sales lines by product, each since it was counted, up to a day."""
    found: dict[int, int] = {}
    for level in levels:
        rows = trade.lines(SYSTEM, level=level, start=start, end=on + timedelta(days=1), party_id=party_id)
        grouped = rows.order_by().values("product_id", "business_date").annotate(units=Sum("quantity"))
        for product, day, units in grouped.values_list("product_id", "business_date", "units"):
            last = since.get(product)
            if last is None or day > last:
                found[product] = found.get(product, 0) + units
    return found


def _expiry(spots: dict[int, dict[str, tuple[int, int]]]) -> dict[Spot, date]:
    """The day of expiry of the lots that are on record."""
    known = goods.lots(product for product, lots in spots.items() if len(lots) > 1)
    return {spot: lot.expires_on for spot, lot in known.items() if lot.expires_on is not None}


@dataclass(frozen=True, slots=True)
class Worth:
    """What a unit of a product cost a distributor on average over a year, in minor units of a currency."""

    minor: int
    currency: str


def worth(party_id: int, on: date) -> dict[int, Worth]:
    """The average price a distributor paid in the year up to a day, by product, in the currency he bought most in."""
    rows = trade.lines(
        SYSTEM, level="sell_in", start=on - timedelta(days=365), end=on + timedelta(days=1), party_id=party_id
    )
    grouped = rows.order_by().values("product_id", "currency").annotate(net=Sum("net_minor"), units=Sum("quantity"))
    best: dict[int, tuple[int, Worth]] = {}
    for product, currency, net, units in grouped.values_list("product_id", "currency", "net", "units"):
        if units > 0 and net > 0 and units > best.get(product, (0, None))[0]:
            best[product] = (units, Worth(net // units, currency))
    return {product: found for product, (_units, found) in best.items()}


def must(start: date, end: date) -> Any:
    """The condition on distributors that they must declare a period: they bought in the half-year before its end, or counted."""
    since = start - HALF_YEAR
    bought = trade.lines(SYSTEM, level="sell_in", start=since, end=end).filter(party_id=OuterRef("pk"))
    counted = stock.counts(SYSTEM).filter(holder_id=OuterRef("pk"), counted_on__gte=since, counted_on__lt=start)
    return Exists(bought.order_by()) | Exists(counted.order_by())


def active(party_ids: Iterable[int], start: date, end: date) -> set[int]:
    """Those of these distributors who must declare a period."""
    rows = parties.parties(SYSTEM).filter(must(start, end))
    return set(rows.order_by().values_list("pk", flat=True)) & set(party_ids)


def busy_days(party_id: int, start: date, end: date) -> set[date]:
    """The days on which a distributor bought or counted, from half a year before `start` to `end`."""
    bought = trade.lines(SYSTEM, level="sell_in", start=start - HALF_YEAR, end=end, party_id=party_id)
    counted = stock.counts(SYSTEM, holder_id=party_id).filter(counted_on__gte=start - HALF_YEAR, counted_on__lt=end)
    days = bought.order_by().values_list("business_date")
    return {day for (day,) in days.union(counted.order_by().values_list("counted_on"))}


def newest_count(party_id: int) -> date | None:
    """The day of the newest count of a distributor; None when there is none."""
    found = stock.counts(SYSTEM, holder_id=party_id).order_by().aggregate(last=Max("counted_on"))["last"]
    return found if isinstance(found, date) else None
