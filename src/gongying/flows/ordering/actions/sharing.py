"""Share scarce goods out among back-orders: draw a run from them, set aside what an applied run gave to their lines."""

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from gongying.areas.orders import queries
from gongying.areas.supply import actions as supply
from gongying.areas.supply import queries as supplied
from gongying.areas.supply.actions import SupplyIn, WishIn
from gongying.books.goods import read as goods
from gongying.books.places import read as places
from gongying.books.stock import post as stock
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.refusal import Refused

from .. import queries as asked
from .base import CLERKS, begin, house, promise, today


@action(needs="ordering.allocate", roles=CLERKS)
def share_out(
    actor: Actor,
    *,
    products: list[str],
    rule: str = "",
    inside: str = "max_min",
    classes: list[str] | None = None,
    step: int = 1,
    smallest: int = 0,
    title: str = "",
    reason: str = "",
    site_id: int | None = None,
) -> int:
    """Draw a run of allocation from the open back-orders of some products (by code): every line that lacks something is a wish, the
    supply is what is free. Nothing is set aside before somebody else applies the run. Returns its number in the database.

    Raises Refused when nobody waits for these products, or for somebody who does not see the whole network.
    """
    if not actor.whole_network:
        raise Refused(
            _("Scarce goods are shared out among all distributors: only who sees all of them can."), code="scope"
        )
    known = goods.ids_by_code(products)
    for code in products:
        if code not in known:
            raise Refused(_("There is no product %(code)s.") % {"code": code}, code="product", field="products")
    site = site_id or places.main_site().pk
    waiting = asked.owed(actor, site, set(known.values())) if known else []
    if not waiting:
        raise Refused(
            _("Nobody waits for these products."),
            code="nothing",
            field="products",
            remedy=_("Choose products that back-orders lack."),
        )
    wishes = [
        WishIn(promise(line.order, line.place), line.party_id, line.product_id, line.units, line.order)
        for line in waiting
    ]
    supplies = [SupplyIn(pk, None, step, smallest) for pk in sorted({line.product_id for line in waiting})]
    return supply.draft_allocation(
        house(actor), site_id=site, wishes=wishes, supplies=supplies, rule=rule, inside=inside, classes=classes,
        title=title, reason=reason,
    )  # fmt: skip


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
