"""What was given for nothing: free goods of promotions, rewards in goods, samples and the like, line by line and in sums."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum

from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.engines.money import portion

from ..models import Order, OrderLine
from ..rules import free

ENDED = ("draft", "rejected", "cancelled")
MOST = 500


def free_lines_of(actor: Actor, kind: str = "") -> QuerySet[OrderLine]:
    """Lines in scope that cost nothing (of a kind of `rules.free.KINDS`), newest first. What was cancelled or turned down does not
    count."""
    rows: QuerySet[OrderLine] = OrderLine.objects.for_actor(actor)
    rows = rows.filter(~Q(order__purpose="") | ~Q(gift_of="")).exclude(order__state__in=ENDED)
    rows = rows.filter(quantity__gt=F("cancelled")).select_related("order", "order__party", "product")
    return of_kind(rows, kind).order_by("-order_id", "place")


def of_kind(rows: QuerySet[OrderLine], kind: str) -> QuerySet[OrderLine]:
    """Of lines that cost nothing those of a kind; "" is all."""
    return rows.filter(order__purpose="" if kind == "promotion" else kind) if kind else rows


def free_worth(actor: Actor, party_id: int, currency: str, start: date, end: date) -> int:
    """What a distributor was given by people in [start, end), in minor units before tax: orders that still hold or wait. Rewards
    and promotions follow from programmes, which have budgets of their own."""
    rows = Order.objects.for_actor(actor).filter(party_id=party_id, currency=currency, purpose__in=free.GIVEN)
    rows = rows.filter(placed_on__gte=start, placed_on__lt=end).exclude(state__in=ENDED)
    return int(rows.aggregate(worth=Sum("gross_minor"))["worth"] or 0)


def worth_of(row: OrderLine) -> int:
    """What the delivered units of a line that costs nothing are worth, in minor units before tax: its gross, by the piece."""
    return portion(row.gross_minor, row.quantity, 0, row.delivered)


@dataclass(frozen=True)
class FreeSum:
    """What was given of a kind in a currency: lines, base units ordered and delivered, and in minor units what the delivered ones
    are worth and the output tax they are deemed to be sold with."""

    kind: str
    currency: str
    lines: int
    units: int
    delivered: int
    worth_minor: int
    tax_minor: int


def free_sums(rows: Iterable[OrderLine]) -> list[FreeSum]:
    """Lines summed by kind and currency, in the order of the kinds."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        kind, worth = row.why, worth_of(row)
        sums = found.setdefault((kind, row.order.currency), [0, 0, 0, 0, 0])
        more = (1, row.quantity - row.cancelled, row.delivered, worth, free.deemed_tax(kind, worth, row.tax_rate))
        found[kind, row.order.currency] = [old + new for old, new in zip(sums, more, strict=True)]
    order = list(free.KINDS)
    return [
        FreeSum(*key, *sums)
        for key, sums in sorted(found.items(), key=lambda each: (order.index(each[0][0]), each[0][1]))
    ]


@dataclass(frozen=True)
class FreeLine:
    """A line that cost nothing. `worth_minor` is before tax, `tax_minor` the output tax on what is deemed sold; base units."""

    order: str
    party_id: int
    placed_on: date | None
    kind: str
    product: str
    quantity: int
    delivered: int
    currency: str
    worth_minor: int
    tax_rate: Decimal
    tax_minor: int


@query(needs="orders.view", roles=EVERYONE)
def free_goods(
    actor: Actor, *, start: date, end: date, kind: str = "", party_id: int | None = None, limit: int = 100
) -> list[FreeLine]:
    """What was given for nothing in [start, end), newest first, at most 500 lines."""
    rows = free_lines_of(actor, kind).filter(order__placed_on__gte=start, order__placed_on__lt=end)
    rows = rows.filter(order__party_id=party_id) if party_id is not None else rows
    return [_line(row) for row in rows[: max(1, min(limit, MOST))]]


def _line(row: OrderLine) -> FreeLine:
    worth = worth_of(row)
    return FreeLine(
        row.order.number, row.order.party_id, row.order.placed_on, row.why, row.product.code, row.quantity - row.cancelled,
        row.delivered, row.order.currency, worth, row.tax_rate, free.deemed_tax(row.why, worth, row.tax_rate),
    )  # fmt: skip
