"""What must be true of supply at any time: every document moved what it says."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from gongying.books.stock import read as stock
from gongying.core.actor import SYSTEM
from gongying.core.soundness import sound

from ..models import ReturnLine, ShipmentLine, TransferLine

WHY = "soundness"
Spot = tuple[str, int, str]  # document, product, lot


@dataclass(frozen=True, slots=True)
class Unmoved:
    """A document that says another quantity of a product and lot than was moved in its name, in base units."""

    document: str
    product_id: int
    lot: str
    said: int
    moved: int


def _said() -> dict[Spot, int]:
    """What shipments, deliveries, inspected returns and transfers say went to its new place."""
    found: dict[Spot, int] = defaultdict(int)
    shipped = ShipmentLine.objects.unscoped(WHY)
    for number, delivery, product, lot, sent, got in shipped.values_list(
        "shipment__number", "shipment__delivery__number", "product_id", "lot", "quantity", "received"
    ).iterator():
        found[number, product, lot] += sent
        if delivery is not None:
            found[delivery, product, lot] += got or 0
    back = ReturnLine.objects.unscoped(WHY).filter(of__inspected_on__isnull=False)
    passed = TransferLine.objects.unscoped(WHY).filter(transfer__state="done")
    for rows in (
        back.annotate(units=F("good") + F("damaged")).values_list("of__number", "product_id", "lot", "units"),
        passed.values_list("transfer__number", "product_id", "lot", "quantity"),
    ):
        for number, product, lot, units in rows.iterator():
            found[number, product, lot] += units
    return found


def _moved(documents: set[str]) -> dict[Spot, int]:
    """What the book of stock says was moved in the name of these documents."""
    rows = stock.movements(SYSTEM).filter(kind="in").exclude(document="").order_by()
    sums = rows.values_list("document", "product_id", "lot").annotate(units=Sum("quantity"))
    return {(number, product, lot): n for number, product, lot, n in sums.iterator() if number in documents}


@sound("supply.documents", _("every shipment, delivery, return and transfer moved the goods it names"))
def unmoved() -> Iterator[Unmoved]:
    """Documents of supply whose lines are not what was moved in their name."""
    said = _said()
    moved = _moved({number for number, _product, _lot in said})
    for spot in sorted(said.keys() | moved.keys()):
        if said.get(spot, 0) != moved.get(spot, 0):
            yield Unmoved(*spot, said.get(spot, 0), moved.get(spot, 0))


@sound("supply.lacking", _("what a delivery lacks left the books and has a claim"))
def lacking() -> Iterator[Unmoved]:
    """Delivered lines whose shortfall is not what was written off in the name of their delivery, or has no claim of that size."""
    rows = ShipmentLine.objects.unscoped(WHY).filter(received__lt=F("quantity"))
    short: dict[Spot, int] = defaultdict(int)
    claimed: dict[Spot, int] = defaultdict(int)
    for number, product, lot, sent, got, claim in rows.annotate(claim=Sum("claims__quantity")).values_list(
        "shipment__delivery__number", "product_id", "lot", "quantity", "received", "claim"
    ):
        short[number, product, lot] += sent - got
        claimed[number, product, lot] += claim or 0
    lost = stock.movements(SYSTEM).filter(kind="adjust", source="supply").order_by()
    off = {
        (number, product, lot): -n
        for number, product, lot, n in lost.values_list("document", "product_id", "lot").annotate(n=Sum("quantity"))
    }
    for spot, units in sorted(short.items()):
        for other in (off.get(spot, 0), claimed[spot]):
            if other != units:
                yield Unmoved(*spot, units, other)
