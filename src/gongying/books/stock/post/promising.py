"""Promises: goods that lie at a site of the house and are spoken for. A unit is never promised twice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from gongying.core import posting
from gongying.core.actor import Actor
from gongying.core.asked import Asked, Given
from gongying.core.journal import book
from gongying.core.refusal import Missing, Refused

from .. import facts
from ..models import Reservation, Shelf
from . import writing
from .writing import PLACE, Row, Shift


class Need(NamedTuple):
    """So many base units are wanted under a key; less than `at_least` is of no use and nothing is promised then."""

    key: str
    product_id: int
    quantity: int
    at_least: int = 0


def reserve(actor: Actor, *, site_id: int, needs: Sequence[Need], document: str, on: date) -> dict[str, int]:
    """Promise what is free at a warehouse of the house, in the order of the needs. Returns what each key has been promised.

    The same key again changes nothing, or is given what was missing at first and is free now: never more in all than it
    asks for. Raises Refused when a key stands for another product.
    """
    wanted = {need.key: need for need in needs}
    shelves = writing.lock({(site_id, need.product_id) for need in needs})
    known = {row.key: row for row in _rows(wanted)}
    free = _free(site_id, shelves)
    granted: dict[str, int] = {}
    fresh, more, change = [], [], dict[PLACE, Shift]()
    for key, need in wanted.items():
        held = known.get(key)
        if held is not None and (held.site_id, held.product_id) != (site_id, need.product_id):
            raise Refused(_("This key already stands for another promise."), code="key_reused")
        before = held.granted - held.released if held else 0
        got = max(0, min(need.quantity - before, free[need.product_id]))
        got = 0 if before + got < need.at_least else got
        granted[key] = before + got
        if not got:
            continue
        free[need.product_id] -= got
        place = (site_id, need.product_id)
        change[place] = Shift(reserved=change.get(place, Shift()).reserved + got)
        if held is None:
            fresh.append((key, need.product_id, got))
        else:
            more.append((got, held.pk))
    _shift(shelves, change)
    same = {"site_id": site_id, "document": document, "business_date": on.isoformat(), "at": posting.stamp()}
    posting.insert(Reservation, ("key", "product_id", "granted"), fresh, same | {"released": 0, "taken": 0})
    posting.change(Reservation, "granted = granted + %s", more)
    return granted


def _free(site_id: int, shelves: Mapping[PLACE, Shelf]) -> dict[int, int]:
    """What may be promised of each product at a site: nothing unless it is an open warehouse of the house."""
    free: dict[int, int] = defaultdict(int)
    if not shelves:
        return free
    site = writing.owners([site_id])[site_id]
    if site.kind != "warehouse" or not site.active:
        raise Refused(_("Goods are promised at an open warehouse of the house."), code="site", field="site_id")
    free.update({product: row.on_hand - row.blocked - row.reserved for (_site, product), row in shelves.items()})
    return free


def _shift(held: Mapping[PLACE, Shelf], change: Mapping[PLACE, Shift]) -> None:
    """Change what is promised of shelves that are locked."""
    rows = [(each.reserved, held[place].pk) for place, each in sorted(change.items()) if each.reserved]
    posting.change(Shelf, "reserved = reserved + %s", rows)


def release(actor: Actor, *, keys: Iterable[str], quantities: Mapping[str, int] | None = None) -> dict[str, int]:
    """Give promised goods back: all that is open of each key, or so many base units of it. Returns how many by key.

    A key that was never granted anything is nothing to give back.
    """
    wanted = list(dict.fromkeys(keys))
    shelves = writing.lock({(row.site_id, row.product_id) for row in _rows(wanted)})
    given: dict[str, int] = {}
    rows, change = [], dict[PLACE, Shift]()
    for row in _rows(wanted):  # read again: the shelves are ours now
        back = row.open if quantities is None else min(row.open, quantities.get(row.key, 0))
        if back <= 0:
            continue
        given[row.key] = back
        rows.append((back, row.pk))
        place = (row.site_id, row.product_id)
        change[place] = Shift(reserved=change.get(place, Shift()).reserved - back)
    posting.change(Reservation, "released = released + %s", rows)
    _shift(shelves, change)
    return given


def claim(keys: Iterable[str]) -> dict[str, Reservation]:
    """Promises that are about to be taken, with their shelves locked. Raises Missing for a key nobody knows."""
    wanted = list(dict.fromkeys(keys))
    writing.lock({(row.site_id, row.product_id) for row in _rows(wanted)})
    found = {row.key: row for row in _rows(wanted)}
    if len(found) < len(wanted):
        raise Missing("no such promise")
    return found


def _rows(keys: Iterable[str]) -> list[Reservation]:
    return [row for part in posting.chunks(keys, 500) for row in _PROMISES(keys=part)]


_PROMISES = Asked(
    lambda: Reservation.objects.unscoped("posting").filter(key__in=Given("keys")).order_by("pk"),
)


def make_room(actor: Actor, fresh: Sequence[Row]) -> dict[str, int]:
    """Take promises back that the movements about to be written leave without goods. Returns base units by key."""
    change: dict[writing.SPOT, int] = defaultdict(int)
    for row in fresh:
        if row.holder_id is None and row.site_id is not None:
            change[row.spot] += row.quantity
    stopped = writing.blocked_lots({spot[2:] for spot in change})
    leaving: dict[PLACE, int] = defaultdict(int)
    for (_holder, site, product, lot), n in change.items():
        assert site is not None
        leaving[site, product] -= 0 if (product, lot) in stopped else n
    return cut(actor, {place: n for place, n in leaving.items() if n > 0}, reason="gone")


def cut(actor: Actor, leaving: Mapping[PLACE, int], *, reason: str) -> dict[str, int]:
    """Take back promises of shelves from which so many free base units are about to leave, the youngest first, and tell it:
    whoever was promised goods must know. Returns base units by key."""
    taken: dict[str, int] = {}
    for place, shelf in sorted(writing.lock(leaving).items()):
        over = shelf.reserved - (shelf.on_hand - shelf.blocked - leaving[place])
        open_ones = Reservation.objects.unscoped("posting").filter(
            site=place[0], product=place[1], granted__gt=F("released") + F("taken")
        )
        for row in open_ones.order_by("-pk") if over > 0 else ():
            if over <= 0:
                break
            taken[row.key] = min(over, row.open)
            over -= taken[row.key]
    if taken:
        release(actor, keys=list(taken), quantities=taken)
        book.record(actor, facts.PromisesCut(reason, taken))
    return taken
