"""Set aside what an applied run of allocation gave to the lines of orders."""

from collections import defaultdict

from gongying.areas.orders import queries
from gongying.areas.supply import actions as supply
from gongying.areas.supply import queries as supplied
from gongying.books.stock import post as stock
from gongying.core.actor import Actor
from gongying.core.doors import action

from .base import begin, house, today


@action(needs="ordering.apply", roles=("admin", "director"))
def apply(actor: Actor, *, allocation_id: int) -> dict[str, int]:
    """Let a run hold and set goods aside for the lines of orders that it names (needs `<order number>/<place>`), no more than each was
    given. Returns base units by need."""
    given = supply.apply(house(actor), allocation_id=allocation_id)
    site_id = supplied.run_row(house(actor), allocation_id).site_id
    by_order: dict[str, dict[int, int]] = defaultdict(dict)
    for need, units in given.items():
        number, _slash, place = need.rpartition("/")
        if place.isdigit() and units:
            by_order[number][int(place)] = units
    day = today()
    for number, units_at in sorted(by_order.items()):
        row = queries.by_number(house(actor), number)
        if row is None or row.state not in ("approved", "allocated"):
            continue
        order = queries.order_row(house(actor), row.pk, locked=True)
        outcome = begin(actor, order)
        lines = {line.place: line for line in outcome.lines}
        needs = [
            stock.Need(
                f"{number}/{at}",
                lines[at].product_id,
                lines[at].shipped + lines[at].reserved + min(units, lines[at].unreserved),
            )
            for at, units in units_at.items()
            if at in lines and lines[at].unreserved > 0
        ]
        got = stock.reserve(house(actor), site_id=site_id, needs=needs, document=number, on=day)
        fresh = 0
        for key, units in got.items():
            line = lines[int(key.rpartition("/")[2])]
            more = units - line.shipped - line.reserved
            if more > 0:
                outcome.add(line, reserved=more)
                fresh += more
        if fresh:
            outcome.mark("reserved", units=fresh)
            outcome.settle()
            outcome.write()
    return given
