"""What a distributor is likely to want: favourites, the last order, and what his rhythm and stock say."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, QuerySet, Sum

from gongying.books.goods import read as goods
from gongying.books.stock import read as stock
from gongying.books.trade import read as trade
from gongying.core.actor import Actor

from ..models import Favourite, Order, OrderLine
from ..rules import Suggestion, suggest
from ..rules.pasting import Known, plain

LOOK_BACK = timedelta(days=366)
UNITS = {"箱": "CS", "cs": "CS", "case": "CS", "cases": "CS", "ctn": "CS"} | dict.fromkeys(
    ("个", "台", "只", "支", "瓶", "套", "ea", "pc", "pcs"), ""
)


@dataclass(frozen=True)
class Proposal:
    """A product that is worth ordering, and why."""

    product_id: int
    code: str
    suggestion: Suggestion


def favourites(actor: Actor, party_id: int) -> list[int]:
    """The products a distributor keeps at hand."""
    rows = Favourite.objects.for_actor(actor).filter(party_id=party_id).order_by("product__code")
    return list(rows.values_list("product_id", flat=True))


def last_order(actor: Actor, party_id: int) -> Order | None:
    """The newest order of a distributor that was placed and not turned down; not what he was given for nothing."""
    rows = Order.objects.for_actor(actor).filter(party_id=party_id, purpose="")
    found: Order | None = rows.exclude(state__in=("draft", "rejected", "cancelled")).order_by("-id").first()
    return found


def known_goods() -> dict[str, Known]:
    """Everything that may be ordered, by code and barcode as they are compared."""
    rows: QuerySet[Any] = goods.products().filter(active=True)
    found: dict[str, Known] = {}
    held = list(rows.prefetch_related("packs"))
    for product in held:
        packs = {pack.code: pack.factor for pack in product.packs.all()}
        one = Known(product.pk, product.code, product.base_unit, packs)
        found[plain(product.code)] = one
        for pack in product.packs.all():
            if pack.barcode:
                found.setdefault(plain(pack.barcode), one)
    return found


def suggestions(actor: Actor, party_id: int, today: date) -> list[Proposal]:
    """For every product bought at least twice in a year: what the rhythm of the last three purchases and the declared stock
    ask for, what is asked first."""
    bought: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    rows = trade.lines(
        actor, level="sell_in", start=today - LOOK_BACK, end=today + timedelta(days=1), party_id=party_id
    )
    sums = rows.order_by().values_list("product_id", "business_date").annotate(units=Sum("quantity"))
    for product_id, day, units in sums:
        if units > 0:
            bought[product_id][day] += units
    coming = _coming(actor, party_id)
    held = _declared(actor, party_id)
    packs = goods.packs(bought)
    active = dict(goods.products().filter(pk__in=bought, active=True).values_list("pk", "code"))
    found = []
    for product_id, days in bought.items():
        factor = max(packs.get(product_id, {}).values(), default=1)
        made = suggest(
            list(days.items()),
            today=today,
            stock=held.get(product_id),
            coming=coming.get(product_id, 0),
            factor=factor,
        )
        if made is not None and product_id in active:
            found.append(Proposal(product_id, active[product_id], made))
    return sorted(found, key=lambda each: (-each.suggestion.quantity, each.code))


def _coming(actor: Actor, party_id: int) -> dict[int, int]:
    """Base units ordered and not yet received, by product."""
    rows = OrderLine.objects.for_actor(actor).filter(
        order__party_id=party_id, order__state__in=("submitted", "held", "approved", "allocated", "shipped")
    )
    left = Sum(F("quantity") - F("cancelled") - F("delivered"))
    return dict(rows.order_by().values_list("product_id").annotate(units=left))


def _declared(actor: Actor, party_id: int) -> dict[int, tuple[date, int]]:
    """The day and the base units of what he declared last, by product."""
    found: dict[int, tuple[date, int]] = {}
    for row in stock.balances(actor, holder_id=party_id):
        if row.counted_on is None:
            continue
        day, units = found.get(row.product_id, (row.counted_on, 0))
        found[row.product_id] = (max(day, row.counted_on), units + row.quantity)
    return found
