"""Taking promised goods off the shelf: one call for a whole shipment, lots as they expire."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from gongying.core import posting
from gongying.core.actor import Actor
from gongying.core.refusal import Refused
from gongying.engines import picking
from gongying.engines.picking import Held

from .. import read
from ..models import Movement, Reservation
from . import promising, writing
from .moving import Leg, pair


class Take(NamedTuple):
    """So many base units of what was promised under a key; from these lots, or from those that expire first."""

    key: str
    quantity: int
    lots: tuple[tuple[str, int], ...] = ()


class Picked(NamedTuple):
    """Base units of a lot that were taken for a key."""

    key: str
    lot: str
    quantity: int


def take(
    actor: Actor,
    *,
    site_id: int,
    takes: Sequence[Take],
    document: str,
    on: date,
    to_site_id: int,
    min_life_days: int = 0,
    delivery_on: date | None = None,
    source: str = "shipment",
) -> list[Picked]:
    """Take promised goods from a site to another one of the house. Returns the lots, in the order of the takes.

    A lot must keep for `min_life_days` after the day of delivery (`on` when none is given). Raises Refused, naming product,
    wanted and there, when the lots that may be used do not suffice, and Missing for a key that was promised nothing.
    """
    posting.turn(Movement)
    promised = promising.claim(each.key for each in takes)
    _check_promises(takes, promised, site_id)
    stock = _on_shelf(site_id, {row.product_id for row in promised.values()})
    day = delivery_on or on
    picked: list[Picked] = []
    for each in takes:
        product = promised[each.key].product_id
        for portion in _pick(stock[product], each, product, day, min_life_days):
            picked.append(Picked(each.key, portion.lot, portion.quantity))
    posting.change(Reservation, "taken = taken + %s", [(each.quantity, promised[each.key].pk) for each in takes])
    legs = [
        Leg(f"{document}/{place}", promised[each.key].product_id, each.lot, each.quantity, None, site_id, None, to_site_id)
        for place, each in enumerate(picked, 1)
    ]  # fmt: skip
    reserved: dict[writing.PLACE, int] = defaultdict(int)
    for each in takes:
        reserved[site_id, promised[each.key].product_id] -= each.quantity
    rows = [row for leg in legs for row in pair(leg, document, on)]
    writing.check_places(rows)
    writing.write(actor, rows, source, promised=reserved)
    return picked


def _check_promises(takes: Sequence[Take], promised: Mapping[str, Reservation], site_id: int) -> None:
    """Nobody takes more than he was promised, or at another place."""
    asked: dict[str, int] = defaultdict(int)
    for each in takes:
        if each.quantity <= 0:
            raise Refused(_("A positive quantity is taken."), code="quantity", field="quantity")
        asked[each.key] += each.quantity
    for key, quantity in asked.items():
        row = promised[key]
        if row.site_id != site_id:
            raise Refused(_("These goods are promised at another site."), code="site", field="site_id")
        if quantity > row.open:
            raise writing.shortage(row.product_id, quantity, row.open)


def _on_shelf(site_id: int, products: set[int]) -> dict[int, list[Held]]:
    """What may be taken at a site, by product: blocked lots are not among it."""
    found: dict[int, list[Held]] = {product: [] for product in products}
    for product, each in read.held_lots(holder_id=None, site_id=site_id, product_ids=products):
        if not each.blocked:
            found[product].append(Held(each.lot, each.quantity, each.expires_on))
    return found


def _pick(
    stock: list[Held], each: Take, product: int, day: date, min_life_days: int
) -> tuple[picking.Portion, ...]:
    """The lots of one take; what they gave is no longer there for the next."""
    if each.lots:
        if sum(n for _lot, n in each.lots) != each.quantity:
            raise Refused(_("The lots do not add up to the quantity."), code="lots", field="lots")
        found, fault = picking.named(stock, each.lots, day, min_life_days)
        if fault:
            there = next((held.quantity for held in stock if held.lot == fault), 0)
            asked = sum(n for lot, n in each.lots if lot == fault)
            raise (
                _unfit(product, asked, there)
                if there >= asked
                else writing.shortage(product, asked, there, lot=fault)
            )
    else:
        found = picking.fefo(stock, each.quantity, day, min_life_days)
        if found.short:
            raise (
                _unfit(product, each.quantity, found.there)
                if found.unfit
                else writing.shortage(product, each.quantity, found.there)
            )
    gone = {portion.lot: portion.quantity for portion in found.portions}
    stock[:] = [held if held.lot not in gone else Held(held.lot, held.quantity - gone[held.lot], held.expires_on) for held in stock]  # fmt: skip
    return found.portions


def _unfit(product: int, wanted: int, there: int) -> Refused:
    said = {"product": writing.product_name(product), "wanted": wanted, "there": there}
    return Refused(
        _("%(product)s: %(wanted)s wanted, %(there)s there that keep long enough.") % said,
        code="short",
        field="quantity",
        remedy=_("Ship less, agree on a shorter remaining life, or receive a younger lot."),
    )
