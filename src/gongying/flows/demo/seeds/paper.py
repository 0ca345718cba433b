"""From what moved to what was booked: documents, prices, discounts, tax and freight, late papers and corrections.

Amounts are fen. A return carries negative quantity and amounts and its own document. A corrected line appears twice under the same
document and line number: first wrong, later right; `known_on` says when each reached the brand's books.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from .brand import SECOND_RATIO
from .festivals import quarter_end
from .geography import CITIES
from .names import Outlet, outlets, wholesalers
from .network import DIVERTED_TO, LEVEL_NAMES, Level
from .simulate import Event, Kind, World

TAX_PERCENT = 13
FREE_FREIGHT = 3_000_000  # deliveries from this value on travel at the brand's cost
LATE_SELL_IN, LATE_SELL_OUT = 0.012, 0.02  # share of documents that arrive late
WRONG = 0.003  # share of sell-in lines first booked wrong
LEVELS = {
    Kind.SELL_IN: "sell_in",
    Kind.SELL_IN_RETURN: "sell_in",
    Kind.SELL_THROUGH: "sell_through",
    Kind.SELL_OUT: "sell_out",
    Kind.SELL_OUT_RETURN: "sell_out",
}
_MARKS = {
    Kind.SELL_IN: "XS",
    Kind.SELL_IN_RETURN: "XT",
    Kind.SELL_THROUGH: "FX",
    Kind.SELL_OUT: "CK",
    Kind.SELL_OUT_RETURN: "CT",
}
BUSY = {  # (month, day) on which everything is 3 % cheaper: stocking up for the two festivals of shopping
    (month, day)
    for month, first, last in ((5, 12, 31), (6, 1, 12), (10, 12, 31), (11, 1, 4))
    for day in range(first, last + 1)
}


class Sale(NamedTuple):
    """One line of a document as it stands in somebody's books."""

    level: str
    day: date
    party: str  # code of the distributor whose purchase (sell-in) or sale it is
    buyer: str  # code of the buying distributor (sell-through) or name of the outlet (sell-out)
    place: str  # where the goods went, adcode
    product: int
    quantity: int
    gross: int
    discount: int
    tax: int
    freight: int
    document: str
    line: int
    kind: str  # sale | return
    known_on: date
    origin: str  # document of the sale that a return sends back
    revision: int  # 1, or 2 for the right version of a line first booked wrong

    @property
    def net(self) -> int:
        """Gross less discount."""
        return self.gross - self.discount


def _half_up(value: int, numerator: int, denominator: int) -> int:
    """value × numerator / denominator, rounded half away from zero."""
    sign = -1 if value < 0 else 1
    return sign * ((2 * abs(value) * numerator + denominator) // (2 * denominator))


class Clerk:
    """Writes the papers of a simulated world, document by document."""

    def __init__(self, world: World, seed: int, end: date) -> None:
        self.world, self.end = world, end
        self.rng = Random(f"{seed}/paper")
        self.late: list[str] = []
        self.corrected: list[tuple[str, int]] = []
        self.shops = {s.place: self._shops(s.place, seed) for s in world.shelves}
        self.markets = [spot for adcode in DIVERTED_TO for spot in wholesalers(CITIES[adcode])]
        self.written: dict[int, tuple[str, Sale]] = {}  # event position -> its document and line

    def _shops(self, place: int, seed: int) -> list[Outlet]:
        seat = self.world.shelves[place].seat
        count = {Level.PROVINCIAL: 18, Level.CITY: 10, Level.COUNTY: 6}[seat.level]
        return outlets(seat.city, count, Random(f"{seed}/outlets/{seat.code}"))

    def write(self) -> list[Sale]:
        """All lines in the order they became known."""
        found = [sale for document in self._documents() for sale in self._document(document)]
        found.sort(key=lambda sale: (sale.known_on, sale.day, sale.document, sale.line, sale.revision))
        return found

    def _documents(self) -> Iterator[list[int]]:
        """Positions of events that travel on one paper: same day, same kind, same two sides."""
        papers: dict[tuple[int, int, int, int, bool], list[int]] = defaultdict(list)
        for position, event in enumerate(self.world.events):
            papers[event.day, event.kind, event.place, self._side(event), event.abroad].append(position)
        return iter(papers.values())

    def _side(self, event: Event) -> int:
        """The buying side as a number: an outlet's place in the list, or the buying distributor."""
        if event.kind in (Kind.SELL_OUT, Kind.SELL_OUT_RETURN):
            shops = self.markets if event.abroad else self.shops[event.place]
            return event.other * len(shops) // 1000
        return event.other

    def _document(self, positions: list[int]) -> list[Sale]:
        first = self.world.events[positions[0]]
        seat = self.world.shelves[first.place].seat
        day = self.world.known.days[first.day]
        side = self._side(first)
        tail = f"{'Z' if first.abroad else ''}{side + 1:02d}" if side >= 0 else ""
        number = f"{_MARKS[first.kind]}{day:%y%m%d}-{seat.code}{'-' if tail else ''}{tail}"
        known = self._known(first.kind, day, number)
        sales = [self._line(position, day, number, n, known) for n, position in enumerate(positions, 1)]
        if first.kind is Kind.SELL_IN:
            sales = _with_freight(sales)
        self.written.update(zip(positions, ((number, sale) for sale in sales), strict=True))
        return [version for sale in sales for version in self._versions(sale, first.kind)]

    def _known(self, kind: Kind, day: date, number: str) -> date:
        """When the paper reaches the brand: the next day, or weeks later."""
        odds = {Kind.SELL_IN: LATE_SELL_IN, Kind.SELL_OUT: LATE_SELL_OUT}.get(kind, 0.0)
        if kind is Kind.SELL_IN and (quarter_end(day) - day).days <= 6:
            odds *= 3  # the last days of a quarter are the busiest
        if self.rng.random() >= odds:
            return min(self.end, day + timedelta(days=1))
        self.late.append(number)
        return min(self.end, day + timedelta(days=self.rng.randint(6, 30)))

    def _line(self, position: int, day: date, number: str, n: int, known: date) -> Sale:
        event = self.world.events[position]
        seat = self.world.shelves[event.place].seat
        if event.origin >= 0:
            origin, sale = self.written[event.origin]
            parts = [
                _half_up(-value, event.quantity, sale.quantity) for value in (sale.gross, sale.discount, sale.tax)
            ]
            return sale._replace(
                day=day, quantity=-event.quantity, gross=parts[0], discount=parts[1], tax=parts[2], freight=0,
                document=number, line=n, kind="return", known_on=known, origin=origin,
            )  # fmt: skip
        buyer, place = self._buyer(event)
        gross, discount = self._price(event, day)
        tax = _half_up(gross - discount, TAX_PERCENT, 100)
        return Sale(
            LEVELS[event.kind], day, seat.code, buyer, place, event.product, event.quantity,
            gross, discount, tax, 0, number, n, "sale", known, "", 1,
        )  # fmt: skip

    def _buyer(self, event: Event) -> tuple[str, str]:
        if event.kind is Kind.SELL_THROUGH:
            seat = self.world.shelves[event.other].seat
            return seat.code, seat.city.adcode
        if event.kind is Kind.SELL_OUT:
            shop = (self.markets if event.abroad else self.shops[event.place])[self._side(event)]
            return shop.name, shop.adcode
        seat = self.world.shelves[event.place].seat
        return "", seat.city.adcode

    def _price(self, event: Event, day: date) -> tuple[int, int]:
        """Gross at the list that holds for this level, and the discount on the invoice."""
        listed, dealer = self.world.catalogue[event.product].at(day)
        if event.kind is Kind.SELL_IN:
            gross = dealer * event.quantity
            percent = 3 if (day.month, day.day) in BUSY else 1 if gross > 4_000_000 else 0
            return gross, _half_up(gross, percent, 100)
        if event.kind is Kind.SELL_THROUGH:
            return round(dealer * SECOND_RATIO) * event.quantity, 0
        gross = listed * event.quantity
        off = 24 if event.abroad else 12 if (day.month, day.day) in BUSY or day.month == 11 else 5
        return gross, _half_up(gross, off * 10 + self.rng.randint(-15, 15), 1000)

    def _versions(self, sale: Sale, kind: Kind) -> list[Sale]:
        """The line, or the line as first booked wrong and its correction some days later."""
        later = sale.known_on + timedelta(days=self.rng.randint(3, 35))
        if kind is not Kind.SELL_IN or self.rng.random() >= WRONG or later > self.end:
            return [sale]
        self.corrected.append((sale.document, sale.line))
        if sale.discount and self.rng.random() < 0.4:
            wrong = sale._replace(discount=0, tax=_half_up(sale.gross, TAX_PERCENT, 100))
        else:
            typed = sale.quantity + self.world.catalogue[sale.product].case * self.rng.choice((1, 2, 10))
            gross, discount, tax = (
                _half_up(value, typed, sale.quantity) for value in (sale.gross, sale.discount, sale.tax)
            )
            wrong = sale._replace(quantity=typed, gross=gross, discount=discount, tax=tax)
        return [wrong, sale._replace(known_on=later, revision=2)]


def _with_freight(sales: list[Sale]) -> list[Sale]:
    """Small deliveries pay freight, 1.2 % and at least 60 yuan, spread over the lines by value to the last fen."""
    total = sum(sale.gross for sale in sales)
    if total >= FREE_FREIGHT:
        return sales
    freight, found, given, seen = max(6_000, total * 12 // 1000), [], 0, 0
    for sale in sales:
        seen += sale.gross
        part = freight * seen // total - given
        given += part
        found.append(sale._replace(freight=part))
    return found


def level_name(level: Level) -> str:
    """The level of a distributor as people call it."""
    return LEVEL_NAMES[level]
