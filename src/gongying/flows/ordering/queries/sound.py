"""What must be true of an order beyond its own area, at any time: promises, shipments, sales, invoices and holds say what its
lines say."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import reduce
from itertools import groupby
from operator import attrgetter

from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from gongying.areas.billing import queries as billing
from gongying.areas.orders import queries as orders
from gongying.areas.orders import rules as order_rules
from gongying.areas.supply import queries as supply
from gongying.books.money import read as money
from gongying.books.stock import read as stock
from gongying.books.stock.facts import PromisesCut
from gongying.books.trade import read as trade
from gongying.core.actor import SYSTEM
from gongying.core.journal.fact import Fact
from gongying.core.journal.models import Cursor, Entry
from gongying.core.soundness import sound

from ..rules import part, still_held

GOING = (*order_rules.ACCEPTED, "cancelled")
HEAD = ("gross_minor", "discount_minor", "net_minor", "tax_minor", "total_minor")
SOURCE = "orders"
HEARD = "gongying.flows.ordering.reactions.cut"
Spot = tuple[str, str]  # number of the order, place of the line


@dataclass(frozen=True, slots=True)
class Apart:
    """Two figures of an order (at a line, where one is named) that should be one: base units, or minor units of money."""

    order: str
    line: str
    what: str
    said: int | str
    found: int | str


@dataclass(frozen=True, slots=True)
class _Order:
    """The head of an order, as far as it is asked about."""

    number: str
    state: str
    hold_key: str
    invoiced_minor: int
    gross_minor: int
    discount_minor: int
    net_minor: int
    tax_minor: int
    total_minor: int


@dataclass(slots=True)
class _Line:
    """A line with its counts."""

    order: str
    place: str
    quantity: int
    gross_minor: int
    discount_minor: int
    net_minor: int
    tax_minor: int
    total_minor: int
    reserved: int
    shipped: int
    short: int
    delivered: int
    invoiced: int
    cancelled: int
    returned: int


def _heads() -> Iterator[_Order]:
    names = [f.name for f in fields(_Order)]
    for row in orders.listed(SYSTEM).order_by().values_list(*names).iterator():
        yield _Order(*row)


def _lines() -> Iterator[_Line]:
    names = ["number", *(f"lines__{f.name}" for f in fields(_Line)[1:])]
    rows = orders.listed(SYSTEM).filter(lines__isnull=False).order_by("number", "lines__place")
    for number, place, *rest in rows.values_list(*names).iterator():
        yield _Line(number, str(place), *rest)


def _by_order() -> dict[str, list[_Line]]:
    return {number: list(rows) for number, rows in groupby(_lines(), attrgetter("order"))}


def _apart(said: Mapping[Spot, int], found: Mapping[Spot, int], what: str) -> Iterator[Apart]:
    for order, line in sorted(said.keys() | found.keys()):
        pair = said.get((order, line), 0), found.get((order, line), 0)
        if pair[0] != pair[1]:
            yield Apart(order, line, what, *pair)


def _summed(rows: Iterable[tuple[str, str, int | None]], known: set[str]) -> dict[Spot, int]:
    found: dict[Spot, int] = defaultdict(int)
    for order, line, units in rows:
        if order in known:
            found[order, line] += units or 0
    return found


@sound("ordering.heads", _("the amounts and the state of an order are those of its lines"))
def heads() -> Iterator[Apart]:
    """Orders whose amounts are not the sums of their lines, or that stand elsewhere than their lines say."""
    lines = _by_order()
    for order in _heads():
        mine = lines.get(order.number, [])
        for name in HEAD:
            said, found = getattr(order, name), sum(getattr(line, name) for line in mine)
            if said != found:
                yield Apart(order.number, "", name, said, found)
        if order.state in GOING:
            paid = order.state in ("paid", "closed")
            said_state = "paid" if paid else order.state
            stands = order_rules.state_of(mine, paid=paid)
            if stands != said_state:
                yield Apart(order.number, "", "state", order.state, stands)


@sound("ordering.promises", _("what is set aside for a line is what is promised to it"))
def promises() -> Iterator[Apart]:
    """Lines whose goods set aside are not what the warehouse has promised them, and promises to lines that are not there. What the
    warehouse has told to be gone and the order has not heard yet is counted as gone."""
    said = {(line.order, line.place): line.reserved for line in _lines()}
    known = {number for number, _place in said}
    for spot, units in _unheard().items():
        if spot in said:
            said[spot] -= units
    rows = stock.reservations(SYSTEM).order_by().values_list("key", F("granted") - F("released") - F("taken"))
    keyed = ((key.rpartition("/")[0], key.rpartition("/")[2], units) for key, units in rows.iterator())
    yield from _apart({spot: n for spot, n in said.items() if n}, _summed(keyed, known), "reserved")


def _unheard() -> dict[Spot, int]:
    """What was told to be gone of promises and is not written down on the orders yet."""
    heard = Cursor.objects.filter(listener=HEARD).values_list("position", flat=True).first() or 0
    waiting = Entry.objects.filter(name=PromisesCut.name).filter(Q(position__isnull=True) | Q(position__gt=heard))
    found: dict[Spot, int] = defaultdict(int)
    for payload in waiting.values_list("payload", flat=True):
        fact = _revived(payload)
        for key, units in fact.cut.items():
            number, _slash, place = key.rpartition("/")
            found[number, place] += units
    return found


def _revived(payload: str) -> PromisesCut:
    fact: Fact = PromisesCut.revive(json.loads(payload))
    assert isinstance(fact, PromisesCut)
    return fact


@sound("ordering.shipments", _("shipments, deliveries and returns carry what the lines of their order count"))
def shipments() -> Iterator[Apart]:
    """Lines whose counts of shipped, arrived, lost and returned goods are not those of the papers of supply."""
    lines = list(_lines())
    known = {line.order for line in lines}
    sent = _sent()
    there = [row for row in sent if row[2] == "delivered"]
    found: dict[str, Iterable[tuple[str, str, int]]] = {
        "shipped": ((order, line, units) for order, line, _state, units, _got in sent),
        "delivered": ((order, line, got) for order, line, _state, _units, got in there),
        "short": ((order, line, units - got) for order, line, _state, units, got in there),
        "returned": ((order, line, units) for order, _document, line, _product, units in _back() if order and line),
    }
    for what, papers in found.items():
        said = {(line.order, line.place): getattr(line, what) for line in lines}
        yield from _apart(said, _summed(papers, known), what)


def _sent() -> list[tuple[str, str, str, int, int]]:
    """Base units sent and received by order, line and where the shipment stands."""
    rows = supply.shipments(SYSTEM).exclude(order="").order_by().values_list("order", "lines__order_line", "state")
    sums = rows.annotate(sent=Sum("lines__quantity"), got=Sum("lines__received"))
    return [(order, line or "", state, sent or 0, got or 0) for order, line, state, sent, got in sums]


def _back() -> list[tuple[str, str, str, int, int]]:
    """What came back and is credited: order, return, line of the order, product, base units."""
    rows = supply.returns(SYSTEM).exclude(credit="").filter(inspected_on__isnull=False).order_by()
    sums = rows.values_list("order", "number", "lines__order_line", "lines__product_id").annotate(
        back=Sum(F("lines__good") + F("lines__damaged"))
    )
    return [(order, number, line or "", product or 0, n or 0) for order, number, line, product, n in sums]


Sold = tuple[int, int, int, int]  # quantity, gross, net, tax


@sound("ordering.sales", _("what was delivered and came back was posted as sold and returned"))
def sales() -> Iterator[Apart]:
    """Documents of orders whose sales lines are another quantity than was delivered (or came back), and orders that were sold for
    another amount than their lines say."""
    lines = _by_order()
    delivered = _delivered(lines.keys())
    posted = _posted()
    of = {document: order for (document, _product), (order, _units) in delivered.items()}
    said = {spot: units for spot, (_order, units) in delivered.items() if units}
    found = {spot: sold[0] for spot, sold in posted.items() if sold[0]}
    yield from _apart(said, found, "sold")
    by_order: dict[str, Sold] = defaultdict(lambda: (0, 0, 0, 0))
    for (document, _product), sold in posted.items():
        if of.get(document, ""):
            by_order[of[document]] = _plus(by_order[of[document]], sold)
    for number, mine in lines.items():
        wanted = reduce(_plus, [_sold(line) for line in mine], (0, 0, 0, 0))
        for name, one, other in zip(("quantity", "gross", "net", "tax"), wanted, by_order[number], strict=True):
            if one != other:
                yield Apart(number, "", f"sold {name}", one, other)


def _delivered(known: Iterable[str]) -> dict[Spot, tuple[str, int]]:
    """Base units by document and product that were delivered of these orders, or came back (negative), with their order."""
    numbers, found = set(known), dict[Spot, tuple[str, int]]()

    def add(order: str, document: str, product: int, units: int) -> None:
        spot = (document, str(product))
        found[spot] = order, found.get(spot, ("", 0))[1] + units

    rows = supply.shipments(SYSTEM).filter(state="delivered").order_by()
    sums = rows.values_list("order", "delivery__number", "lines__product_id").annotate(got=Sum("lines__received"))
    for order, document, product, units in sums:
        if order in numbers:
            add(order, document or "", product or 0, units or 0)
    for order, document, line, product, units in _back():
        if not order or (order in numbers and line):  # of a line that is not of the order nothing is credited
            add(order, document, product, -units)
    return found


def _posted() -> dict[Spot, Sold]:
    """What the book of trade says by document and product."""
    rows = trade.lines(SYSTEM, level="sell_in", start=date.min, end=date.max).filter(source=SOURCE).order_by()
    sums = rows.values_list("document", "product_id").annotate(
        n=Sum("quantity"), gross=Sum("gross_minor"), net=Sum("net_minor"), tax=Sum("tax_minor")
    )
    return {(document, str(product)): (n, gross, net, tax) for document, product, n, gross, net, tax in sums}


def _sold(line: _Line) -> Sold:
    """What a line was sold for: what arrived, less what came back."""
    there, back = part(line, 0, line.delivered), part(line, 0, line.returned)
    return (line.delivered - line.returned, there.gross - back.gross, there.net - back.net, there.tax - back.tax)


def _plus(one: Sold, other: Sold) -> Sold:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3])


@sound(
    "ordering.invoices", _("invoices and credit notes of an order are what its lines say was invoiced and returned")
)
def invoices() -> Iterator[Apart]:
    """Lines that were invoiced (or credited) in another quantity or for another amount than they say, and orders whose sum of
    invoices is another one."""
    by_order = _by_order()
    rows = billing.invoices(SYSTEM).exclude(order="").order_by().values_list("order", "kind", "lines__order_line")
    sums = {
        (order, kind, line): figures
        for order, kind, line, *figures in rows.annotate(
            n=Sum("lines__quantity"),
            gross=Sum("lines__gross_minor"),
            net=Sum("lines__net_minor"),
            tax=Sum("lines__tax_minor"),
        )
        if order in by_order
    }
    totals: dict[str, int] = defaultdict(int)
    for (order, _kind, _line), (_n, _gross, net, tax) in sums.items():
        totals[order] += net + tax
    for line in (line for mine in by_order.values() for line in mine):
        for kind, units, sign in (("invoice", line.invoiced, 1), ("credit", line.returned, -1)):
            p = part(line, 0, units)
            wanted = [sign * each for each in (units, p.gross, p.net, p.tax)]
            found = sums.pop((line.order, kind, line.place), [0, 0, 0, 0])
            for name, one, other in zip(("quantity", "gross", "net", "tax"), wanted, found, strict=True):
                if one != other:
                    yield Apart(line.order, line.place, f"{kind} {name}", one, other)
    for (order, kind, place), figures in sorted(sums.items()):
        yield Apart(order, place, f"{kind} quantity", 0, figures[0])
    for head in _heads():
        if head.invoiced_minor != totals.get(head.number, 0):
            yield Apart(head.number, "", "invoiced", head.invoiced_minor, totals.get(head.number, 0))


@sound("ordering.holds", _("what is held for an order is what it will still owe"))
def holds() -> Iterator[Apart]:
    """Orders for which another amount is held on the account than is still to be invoiced of them."""
    by_order = _by_order()
    held: dict[str, int] = defaultdict(int)
    rows = money.pending(SYSTEM, start=date.min, end=date.max).filter(key__startswith="order/").order_by()
    for key, amount in rows.values_list("key", "amount_minor").iterator():
        held[key.removeprefix("order/").partition("#")[0]] += amount
    for head in _heads():
        said = still_held(by_order.get(head.number, [])) if head.hold_key else 0
        if said != held.get(head.number, 0):
            yield Apart(head.number, "", "held", said, held.get(head.number, 0))
