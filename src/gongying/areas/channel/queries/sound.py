"""What must hold of declarations at any time: what one says is what was posted of it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from gongying.books.stock import read as stock
from gongying.core.actor import SYSTEM
from gongying.core.soundness import sound

from ..models import Declaration, DeclarationLine
from .declarations import HANDED_IN, figures
from .reckon import SOURCE

POSTED = ("receipt", "sale", "adjust")


@dataclass(frozen=True, slots=True)
class Apart:
    """A line of a declaration that says another thing than what was posted, in base units."""

    declaration: str
    product_id: int
    lot: str
    said: int
    posted: int


@sound("channel.declarations", _("every declaration that was handed in says what was posted of it"))
def apart() -> Iterator[Apart]:
    """Lines of declarations that were handed in whose movements come to another change of stock than they say."""
    rows = stock.movements(SYSTEM).filter(source=SOURCE, kind__in=POSTED, movement__isnull=True)
    sums = rows.order_by().values("document", "product_id", "lot").annotate(units=Sum("quantity"))
    posted: dict[tuple[str, int, str], int] = defaultdict(int)
    for number, product, lot, units in sums.values_list("document", "product_id", "lot", "units"):
        posted[number, product, lot] = units
    numbers = dict(
        Declaration.objects.unscoped("soundness").filter(state__in=HANDED_IN).values_list("id", "number")
    )
    lines = DeclarationLine.objects.unscoped("soundness").filter(declaration__state__in=HANDED_IN)
    for line in lines.order_by("id").iterator():
        there = figures(line)
        said = there.received - line.moved - there.sold + there.adjusted
        found = posted.pop((numbers[line.declaration_id], line.product_id, line.lot), 0)
        if said != found:
            yield Apart(numbers[line.declaration_id], line.product_id, line.lot, said, found)
    handed = set(numbers.values())
    for (number, product, lot), units in posted.items():
        if number in handed and units:
            yield Apart(number, product, lot, 0, units)
