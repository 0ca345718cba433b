"""What others tell of an order, written down on its lines and its timeline."""

from collections import defaultdict

from gongying.areas.orders import queries
from gongying.core.actor import Actor
from gongying.core.doors import action

from .base import begin


@action(needs="ordering.go_on", roles=("admin",), exposed=False)
def carrier_said(actor: Actor, *, number: str, shipment: int, words: dict[str, str], ref: str) -> None:
    """A carrier told something of a shipment of an order."""
    order = queries.by_number(actor, number)
    if order is None:
        return
    outcome = begin(actor, order)
    outcome.mark("carrier", ("shipment", shipment, ref), zh=words.get("zh", ""), en=words.get("en", ""))
    outcome.write()


@action(needs="ordering.go_on", roles=("admin",), exposed=False)
def promises_cut(actor: Actor, *, cut: dict[str, int], reason: str) -> int:
    """Goods that were set aside are blocked or gone: the lines owe them again. Returns how many orders that concerns."""
    by_order: dict[str, dict[int, int]] = defaultdict(dict)
    for key, units in cut.items():
        number, _slash, place = key.rpartition("/")
        if place.isdigit():
            by_order[number][int(place)] = units
    touched = 0
    for number, units_at in sorted(by_order.items()):
        row = queries.by_number(actor, number)
        if row is None:
            continue
        order = queries.order_row(actor, row.pk, locked=True)
        outcome = begin(actor, order)
        lost = 0
        for line in outcome.lines:
            gone = min(line.reserved, units_at.get(line.place, 0))
            if gone:
                outcome.add(line, reserved=-gone)
                lost += gone
        if lost:
            outcome.mark("unreserved", units=lost, reason=reason)
            if order.state in ("approved", "allocated"):
                outcome.settle()
            outcome.write()
            touched += 1
    return touched
