"""What was delivered and stands on no invoice, by delivery; a month is closed when there is none of it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from gongying.areas.orders import queries as orders
from gongying.areas.supply import queries as supply
from gongying.core.actor import SYSTEM, Actor
from gongying.core.closing import gate
from gongying.core.posting import chunks

from ..rules import part

HOLDING = (
    "approved",
    "allocated",
    "shipped",
    "delivered",
)  # in every other state all that was delivered is invoiced


@dataclass(frozen=True, slots=True)
class Unbilled:
    """A delivery of which goods are not invoiced: how many base units, and what they come to with tax in minor units."""

    delivery: str
    shipment_id: int
    delivered_on: date
    signed_by: str
    order: Any
    units: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class _Came:
    """What came of a line with a delivery."""

    on: date
    shipment_id: int
    delivery: str
    signed_by: str
    line: str
    units: int


def unbilled(actor: Actor, start: date, end: date) -> list[Unbilled]:
    """Deliveries in scope that were signed for in [start, end) and of which goods are not invoiced, the oldest first.

    Invoices take what came first: of a line that was delivered twice and invoiced once, the second delivery is open.
    """
    rows = orders.listed(actor).filter(state__in=HOLDING, lines__delivered__gt=F("lines__invoiced"))
    held = {row.number: row for row in rows.distinct()}
    lines = orders.lines_of(actor, [row.pk for row in held.values()])
    found = []
    for number, came in _came(actor, held).items():
        order = held[number]
        by_place = {str(line.place): line for line in lines[order.pk]}
        reached: dict[str, int] = defaultdict(int)
        open_ones: dict[_Came, tuple[int, int]] = {}
        for each in sorted(came, key=lambda each: (each.on, each.shipment_id)):
            line = by_place.get(each.line)
            if line is None:
                continue
            before = max(reached[each.line], line.invoiced)
            reached[each.line] += each.units
            units = reached[each.line] - before
            if units > 0 and start <= each.on < end:
                open_ones[each] = (units, part(line, before, units).total)
        found += _by_delivery(order, open_ones)
    return sorted(found, key=lambda each: (each.delivered_on, each.shipment_id))


def _came(actor: Actor, numbers: Collection[str]) -> dict[str, list[_Came]]:
    """What was signed for of these orders, in good order."""
    found: dict[str, list[_Came]] = defaultdict(list)
    for some in chunks(numbers, 500):
        rows = supply.shipments(actor).filter(state="delivered", order__in=some).order_by()
        names = ("delivery__delivered_on", "pk", "delivery__number", "delivery__signed_by", "lines__order_line")
        told = rows.values_list("order", *names).annotate(got=Sum("lines__received"))
        for order, on, shipment, number, signed_by, line, got in told:
            if got:
                found[order].append(_Came(on, shipment, number or "", signed_by or "", line or "", got))
    return found


def _by_delivery(order: Any, open_ones: dict[_Came, tuple[int, int]]) -> list[Unbilled]:
    sums: dict[int, Unbilled] = {}
    for each, (units, total) in open_ones.items():
        old = sums.get(each.shipment_id)
        more = (old.units, old.total_minor) if old else (0, 0)
        sums[each.shipment_id] = Unbilled(
            each.delivery, each.shipment_id, each.on, each.signed_by, order, units + more[0], total + more[1]
        )
    return list(sums.values())


gate.check(
    gate.Check(
        "ordering.unbilled",
        _("Deliveries are invoiced"),
        lambda start, end: len(unbilled(SYSTEM, start, end)),
        "/ordering/unbilled/?month={month}",
        must=True,
    )
)
