"""What must be true of the stock at any time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count as HowMany
from django.db.models import F, Max, Min, Q, Sum
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.core.soundness import sound

from ..models import Balance, Block, Movement, Reservation, Shelf


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A transfer whose movements do not cancel out: base units that appeared (or vanished) under a key."""

    source: str
    key: str
    movements: int
    units: int


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A shelf whose kept figures differ from its lots and its open promises, in base units."""

    site_id: int
    product_id: int
    on_hand: tuple[int, int]
    blocked: tuple[int, int]
    reserved: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Odd:
    """A balance that may not be: what is wrong with it, and where."""

    what: str
    site_id: int | None
    product_id: int
    lot: str
    quantity: int


@sound("stock.transfers", _("every transfer of goods sums to zero"))
def unmatched() -> Iterator[Unmatched]:
    """Transfers that do not consist of one movement out and one in of the same goods and quantity."""
    rows = Movement.objects.unscoped("reconciling").filter(kind__in=("out", "in")).order_by()
    found = rows.values("source", "business_key").annotate(
        n=HowMany("id"), units=Sum("quantity"), least=Min("product_id"), most=Max("product_id"),
        first=Min("lot"), last=Max("lot"),
    )  # fmt: skip
    wrong = ~Q(n=2) | ~Q(units=0) | ~Q(least=F("most")) | ~Q(first=F("last"))
    for row in found.filter(wrong):
        yield Unmatched(row["source"], row["business_key"], row["n"], row["units"])


@sound("stock.shelves", _("shelves are their lots and their open promises"))
def misplaced() -> Iterator[Misplaced]:
    """Shelves whose kept figures differ from the balances, blocks and promises they stand for."""
    house = Balance.objects.unscoped("reconciling").filter(holder__isnull=True, site__isnull=False).order_by()
    held = _by_place(house.values("site_id", "product_id").annotate(n=Sum("quantity")))
    stopped = set(Block.objects.filter(until__isnull=True).values_list("product_id", "lot"))
    blocked: dict[tuple[int, int], int] = {}
    for row in house.filter(product__in={product for product, _lot in stopped}):
        if row.site_id is not None and (row.product_id, row.lot) in stopped:
            place = (row.site_id, row.product_id)
            blocked[place] = blocked.get(place, 0) + row.quantity
    promises = Reservation.objects.unscoped("reconciling").order_by().values("site_id", "product_id")
    promised = _by_place(promises.annotate(n=Sum(F("granted") - F("released") - F("taken"))))
    kept = {(row.site_id, row.product_id): row for row in Shelf.objects.unscoped("reconciling")}
    for place in sorted({*held, *blocked, *promised, *kept}):
        row = kept.get(place)
        is_so = (row.on_hand, row.blocked, row.reserved) if row else (0, 0, 0)
        should = (held.get(place, 0), blocked.get(place, 0), promised.get(place, 0))
        if is_so != should:
            yield Misplaced(*place, *zip(is_so, should, strict=True))


def _by_place(rows: Any) -> dict[tuple[int, int], int]:
    return {(row["site_id"], row["product_id"]): row["n"] for row in rows}


@sound("stock.floors", _("no site of the house holds less than nothing"))
def below_zero() -> Iterator[Odd]:
    """Balances of house sites below zero."""
    rows = Balance.objects.unscoped("reconciling").filter(holder__isnull=True, site__isnull=False)
    for row in rows.filter(quantity__lt=0):
        yield Odd("below zero", row.site_id, row.product_id, row.lot, row.quantity)


@sound("stock.lots", _("tracked goods in the house name a known lot or serial number"))
def nameless() -> Iterator[Odd]:
    """Stock of tracked products at house sites whose lot nobody knows, and serial numbers that are there more than once."""
    rows = Balance.objects.unscoped("reconciling").filter(
        holder__isnull=True, site__isnull=False, quantity__gt=0, product__tracking__in=("lot", "serial")
    )
    tracked = list(rows.values_list("site_id", "product_id", "lot", "quantity", "product__tracking"))
    keys = {(product, lot) for _site, product, lot, _n, _kind in tracked}
    lots, serials = goods.known_lots(keys), goods.known_serials(keys)
    pieces: dict[tuple[int, str], int] = {}
    for site, product, lot, quantity, kind in tracked:
        if (product, lot) not in (lots if kind == "lot" else serials):
            yield Odd("unknown lot", site, product, lot, quantity)
        if kind == "serial":
            pieces[product, lot] = pieces.get((product, lot), 0) + quantity
    for (product, lot), n in pieces.items():
        if n > 1:
            yield Odd("serial number twice", None, product, lot, n)


@sound("stock.owners", _("goods lie at sites of their holders"))
def elsewhere() -> Iterator[Odd]:
    """Movements at a site that belongs to somebody else."""
    rows = Movement.objects.unscoped("reconciling").filter(site__isnull=False)
    theirs = ~Q(site__party=F("holder")) & Q(site__party__isnull=False, holder__isnull=False)
    one_sided = Q(site__party__isnull=True, holder__isnull=False) | Q(
        site__party__isnull=False, holder__isnull=True
    )
    for row in rows.filter(theirs | one_sided):
        yield Odd("at a stranger's site", row.site_id, row.product_id, row.lot, row.quantity)
