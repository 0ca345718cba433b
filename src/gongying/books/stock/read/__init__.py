"""The only reader of stock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.core.actor import Actor
from gongying.core.posting import standing
from gongying.core.soundness import sound
from gongying.engines.picking import Held, nominal

from ..models import Balance, Block, Count, Movement, Reservation, Shelf
from . import soundness as soundness


@dataclass(frozen=True, slots=True)
class Drift:
    """A balance that differs from the sum of its movements."""

    holder_id: int | None
    product_id: int
    lot: str
    balance: int
    movements: int
    site_id: int | None = None


class LotHeld(NamedTuple):
    """What is there of a lot, in base units. `reckoned` is what is left of it when goods that went out without naming a lot
    are taken from the lots that expire first."""

    lot: str
    quantity: int
    expires_on: date | None
    made_on: date | None
    blocked: bool
    reckoned: int
    site_id: int | None


class Holding(NamedTuple):
    """Who holds or held a lot: base units received, on hand (reckoned) and gone on. No holder is the house."""

    holder_id: int | None
    site_id: int | None
    received: int
    on_hand: int

    @property
    def gone(self) -> int:
        """What was sold on, given away or written off."""
        return max(0, self.received - self.on_hand)


def balances(actor: Actor, *, holder_id: int | None = None) -> QuerySet[Balance]:
    """Balances in scope that are not zero."""
    rows: QuerySet[Balance] = (
        Balance.objects.for_actor(actor).exclude(quantity=0).select_related("product", "holder")
    )
    if holder_id is not None:
        rows = rows.filter(holder_id=holder_id)
    return rows.order_by("holder_id", "product__code", "lot")


def counts(actor: Actor, *, holder_id: int | None = None, on: date | None = None) -> QuerySet[Count]:
    """Standing declarations in scope."""
    rows: QuerySet[Count] = Count.objects.for_actor(actor).select_related("product")
    if holder_id is not None:
        rows = rows.filter(holder_id=holder_id)
    if on is not None:
        rows = rows.filter(counted_on=on)
    return standing(rows).order_by("counted_on", "holder_id", "product_id")


def last_declared(actor: Actor, holder_id: int | None = None) -> dict[int | None, date]:
    """The day of the newest declaration of each holder in scope, or of one of them."""
    rows = Count.objects.for_actor(actor).filter(withdrawn=False)
    rows = rows if holder_id is None else rows.filter(holder_id=holder_id)
    return dict(rows.values_list("holder_id").annotate(last=Max("counted_on")))


def of_batch(batch_id: int) -> QuerySet[Count]:
    """The declarations of a batch that still stand, for guards."""
    rows: QuerySet[Count] = Count.objects.unscoped("guard of a batch").filter(batch_id=batch_id)
    return standing(rows)


def declared_after(batch_id: int) -> bool:
    """Whether a later declaration of the same spot stands: its movement was reckoned from this batch's."""
    later = standing(Count.objects.unscoped("guard of a batch")).filter(
        holder=OuterRef("holder"),
        product=OuterRef("product"),
        lot=OuterRef("lot"),
        counted_on__gte=OuterRef("counted_on"),
        id__gt=OuterRef("id"),
    )
    return of_batch(batch_id).filter(Exists(later)).exists()


def watermarks() -> tuple[int, int]:
    """The numbers of the newest movement and the newest declaration."""
    found = []
    for model in (Movement, Count):
        last = model.objects.unscoped("watermark").order_by("-id").values_list("id", flat=True).first()
        found.append(last or 0)
    return found[0], found[1]


def shelves(actor: Actor, *, site_id: int | None = None) -> QuerySet[Shelf]:
    """Shelves of the house in scope on which something is or is promised."""
    rows: QuerySet[Shelf] = Shelf.objects.for_actor(actor).select_related("site", "product__category")
    rows = rows if site_id is None else rows.filter(site_id=site_id)
    return rows.exclude(on_hand=0, reserved=0).order_by("site__code", "product__code")


def available(actor: Actor, *, site_id: int, product_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """(what may be promised in all, what of it is promised) of products at a site of the house, in base units; blocked lots
    are not among it. Whoever orders is told what is free, whoever he is: the rows themselves stay the house's."""
    wanted = set(product_ids)
    rows = Shelf.objects.unscoped("what is free, for whoever orders").filter(site=site_id, product__in=wanted)
    found = {row.product_id: (row.on_hand - row.blocked, row.reserved) for row in rows}
    return {product: found.get(product, (0, 0)) for product in wanted}


def reservations(actor: Actor, *, document: str = "", keys: Iterable[str] | None = None) -> QuerySet[Reservation]:
    """Promises of a document, or under these keys, or all that are open."""
    rows: QuerySet[Reservation] = Reservation.objects.unscoped("promises are found by their document")
    if keys is not None:
        rows = rows.filter(key__in=list(keys))
    if document:
        rows = rows.filter(document=document)
    if keys is None and not document:
        rows = rows.filter(granted__gt=F("released") + F("taken"))
    return rows.select_related("site", "product").order_by("pk")


def held_lots(
    *, holder_id: int | None, site_id: int | None, product_ids: Iterable[int], anywhere: bool = False
) -> Iterator[tuple[int, LotHeld]]:
    """(product, lot) of what a holder has at a site, for posting and for readers that have asked who asks; `anywhere` is at
    all his sites. Expired first; serial numbers carry the days of their lot."""
    products = set(product_ids)
    rows = Balance.objects.unscoped("lots of one holder").filter(product__in=products).exclude(quantity=0)
    rows = rows.filter(holder=holder_id) if holder_id is not None else rows.filter(holder__isnull=True)
    if not anywhere:
        rows = rows.filter(site=site_id) if site_id is not None else rows.filter(site__isnull=True)
    found = list(rows.values_list("product_id", "lot", "quantity", "site_id"))
    days = goods.days_of((product, lot) for product, lot, _n, _site in found if lot)
    stopped = set(Block.objects.filter(product__in=products, until__isnull=True).values_list("product_id", "lot"))
    left = _reckoned(found, days)
    held = [
        (
            product,
            LotHeld(lot, n, *days.get((product, lot), (None, None)), (product, lot) in stopped, left.get((product, site, lot), 0), site),
        )
        for product, lot, n, site in found
    ]  # fmt: skip
    yield from sorted(held, key=lambda each: (each[0], each[1].expires_on or date.max, each[1].lot))


def _reckoned(
    rows: Iterable[tuple[int, str, int, int | None]],
    days: dict[tuple[int, str], tuple[date | None, date | None]],
) -> dict[tuple[int, int | None, str], int]:
    """What is left of every lot once goods that went out without naming one are accounted for."""
    by_place: dict[tuple[int, int | None], list[Held]] = {}
    for product, lot, n, site in rows:
        by_place.setdefault((product, site), []).append(Held(lot, n, days.get((product, lot), (None, None))[0]))
    return {
        (product, site, each.lot): each.quantity
        for (product, site), stock in by_place.items()
        for each in nominal(stock)
    }


def lots(actor: Actor, holder_id: int | None, site_id: int | None, product_id: int) -> list[LotHeld]:
    """The lots a holder has of a product at a site, those that expire first before the rest; nothing out of scope."""
    if not actor.sees(holder_id):
        return []
    found = held_lots(holder_id=holder_id, site_id=site_id, product_ids=[product_id])
    return [each for _product, each in found]


def stock_of(actor: Actor, holder_id: int | None, product_ids: Iterable[int] = ()) -> list[tuple[int, LotHeld]]:
    """(product, lot) of everything a holder has at any of his places, of these products or of all."""
    if not actor.sees(holder_id):
        return []
    products = set(product_ids)
    if not products:
        rows = Balance.objects.for_actor(actor).exclude(quantity=0)
        rows = rows.filter(holder=holder_id) if holder_id is not None else rows.filter(holder__isnull=True)
        products = set(rows.values_list("product_id", flat=True))
    return list(held_lots(holder_id=holder_id, site_id=None, product_ids=products, anywhere=True))


def movements(
    actor: Actor, *, product_id: int | None = None, holder_id: int | None = None, site_id: int | None = None,
    lot: str = "", house: bool = False, document: str = "",
) -> QuerySet[Movement]:  # fmt: skip
    """Movements in scope as they were posted, of a product, a holder, a site, a lot or a document; `house` is those of the
    house's own goods."""
    rows: QuerySet[Movement] = Movement.objects.for_actor(actor).select_related("product", "holder", "site")
    given = {"product_id": product_id, "holder_id": holder_id, "site_id": site_id}
    rows = rows.filter(**{name: value for name, value in given.items() if value is not None})
    rows = rows.filter(lot=lot) if lot else rows
    rows = rows.filter(document=document) if document else rows
    rows = rows.filter(holder__isnull=True) if house else rows
    return rows.order_by("id")


def first_days(actor: Actor, *, holder_id: int | None, product_ids: Iterable[int]) -> dict[tuple[int, str], date]:
    """The day on which the first of a lot came to a holder, by product and lot: from then on it ages."""
    if not actor.sees(holder_id):
        return {}
    rows = Movement.objects.unscoped("age of one holder's lots").filter(
        product__in=set(product_ids), quantity__gt=0
    )
    rows = rows.filter(holder=holder_id) if holder_id is not None else rows.filter(holder__isnull=True)
    rows = rows.order_by().values_list("product_id", "lot")
    return {(product, lot): day for product, lot, day in rows.annotate(first=Min("business_date"))}


def holders_of(product_id: int, lot: str) -> list[Holding]:
    """Everybody who has or had a lot (with the serial numbers made in it): the sites of the house, what is on the way, every
    distributor. For recalls, which reach beyond a scope."""
    codes = [lot, *goods.serials_of(product_id, lot)]
    rows = Movement.objects.unscoped("a recall reaches everybody").filter(product=product_id, lot__in=codes)
    came: dict[tuple[int | None, int | None], int] = {}
    net = Q(quantity__gt=0) | Q(kind="reversal")
    for holder, site, n in (
        rows.filter(net).order_by().values_list("holder_id", "site_id").annotate(n=Sum("quantity"))
    ):
        came[holder, site] = n
    found = []
    for (holder, site), received in sorted(came.items(), key=lambda each: (each[0][0] or 0, each[0][1] or 0)):
        here = held_lots(holder_id=holder, site_id=site, product_ids=[product_id])
        on_hand = sum(each.reckoned for _product, each in here if each.lot in codes)
        if received > 0 or on_hand:
            found.append(Holding(holder, site, received, on_hand))
    return found


def expired(on: date) -> QuerySet[Balance]:
    """What lies at sites of the house though its last day is over, and is not blocked."""
    gone = goods.expired(on).filter(product=OuterRef("product"), code=OuterRef("lot"))
    stopped = Block.objects.filter(product=OuterRef("product"), lot=OuterRef("lot"), until__isnull=True)
    rows: QuerySet[Balance] = Balance.objects.unscoped("what may not be handed over").filter(
        Exists(gone), ~Exists(stopped), holder__isnull=True, site__isnull=False, quantity__gt=0
    )
    return rows.order_by()


def blocks(product_id: int | None = None, document: str = "") -> QuerySet[Block]:
    """Open blocks, of a product or a document or of all."""
    rows = Block.objects.filter(until__isnull=True).select_related("product")
    rows = rows if product_id is None else rows.filter(product=product_id)
    return (rows.filter(document=document) if document else rows).order_by("product__code", "lot")


@sound("stock.balances", _("balances of stock are their movements"))
def check() -> list[Drift]:
    """Reconcile every balance against its movements. Empty is well."""
    sums = {
        (row["holder_id"], row["product_id"], row["lot"], row["site_id"]): row["total"]
        for row in Movement.objects.unscoped("reconciling")
        .values("holder_id", "product_id", "lot", "site_id")
        .annotate(total=Sum("quantity"))
    }
    found = []
    for row in Balance.objects.unscoped("reconciling"):
        moved = sums.pop((row.holder_id, row.product_id, row.lot, row.site_id), 0)
        if row.quantity != moved:
            found.append(Drift(row.holder_id, row.product_id, row.lot, row.quantity, moved, row.site_id))
    return found + [Drift(*spot[:3], 0, moved, spot[3]) for spot, moved in sums.items() if moved]
