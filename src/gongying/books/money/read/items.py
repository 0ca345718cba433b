"""Open items: what is owed on which document, since when, and what is overdue."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Min, Q, QuerySet, Sum

from gongying.core.actor import Actor
from gongying.core.asked import Asked, Given
from gongying.core.scope import one

from ..models import Item, Match

BOUNDS = (30, 60, 90)  # days late, where nobody says otherwise


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An item with what is open on it on a day (minor units; negative: to the distributor's credit) and how late it is."""

    id: int
    key: str
    holder_id: int
    currency: str
    kind: str
    document: str
    business_date: date
    due_on: date
    amount_minor: int
    open_minor: int
    days: int


@dataclass(frozen=True, slots=True)
class Aged:
    """What one distributor owes in a currency by how late it is: not due yet, then one figure a bucket, the last without an
    end; `credit_minor` (negative) is what he has to his credit and nobody matched."""

    holder_id: int
    currency: str
    due_later_minor: int
    late_minor: tuple[int, ...]
    credit_minor: int

    @property
    def total_minor(self) -> int:
        """All of it: what his receivable account says."""
        return self.due_later_minor + sum(self.late_minor) + self.credit_minor

    @property
    def overdue_minor(self) -> int:
        """What is late."""
        return sum(self.late_minor)


def items(actor: Actor) -> QuerySet[Item]:
    """Items in scope, the newest first."""
    rows: QuerySet[Item] = Item.objects.for_actor(actor).select_related("holder")
    return rows.order_by("-business_date", "-id")


def item(actor: Actor, document: str, kind: str = "invoice") -> Item:
    """The item of a document in scope, or Missing."""
    found: Item = one(items(actor), document=document, kind=kind)
    return found


def matches(actor: Actor, item_id: int) -> QuerySet[Match]:
    """What an item in scope was settled with, the oldest first."""
    rows: QuerySet[Match] = Match.objects.for_actor(actor).filter(Q(debit=item_id) | Q(credit=item_id))
    return rows.select_related("debit", "credit").order_by("id")


def uses(actor: Actor, document: str) -> list[Match]:
    """What the payments of a document in scope settled, one row a settled item with what still stands, oldest first."""
    found = Match.objects.for_actor(actor).filter(credit__document=document, credit__kind="payment")
    rows = list(found.exclude(debit__document=document).select_related("debit", "credit").order_by("id"))
    sums: dict[int, int] = defaultdict(int)
    for each in rows:
        sums[each.debit_id] += each.amount_minor
    first = {each.debit_id: each for each in reversed(rows) if sums[each.debit_id]}
    for pk, each in first.items():
        each.amount_minor = sums[pk]
    return sorted(first.values(), key=lambda each: each.pk)


def open_items(
    actor: Actor, *, on: date, holder_id: int | None = None, currency: str = "", known_on: bool = False
) -> list[OpenItem]:
    """What is open, oldest due first: as it stands now, or with `known_on` as the matches up to the day `on` left it.

    Documents after the day are left out; `days` is how late an item is on the day (0: not late)."""
    rows = Item.objects.for_actor(actor).filter(business_date__lte=on)
    rows = rows.filter(holder_id=holder_id) if holder_id is not None else rows
    rows = rows.filter(currency=currency) if currency else rows
    back: dict[int, int] = {}
    if known_on:
        back = _since(on)
        rows = rows.filter(~Q(open_minor=0) | Q(pk__in=[*back]))
    else:
        rows = rows.filter(~Q(open_minor=0))
    found = []
    for row in rows.order_by("due_on", "id"):
        left = row.open_minor + back.get(row.pk, 0)
        if left:
            found.append(
                OpenItem(
                    row.pk,
                    row.key,
                    row.holder_id,
                    row.currency,
                    row.kind,
                    row.document,
                    row.business_date,
                    row.due_on,
                    row.amount_minor,
                    left,
                    max(0, (on - row.due_on).days) if left > 0 else 0,
                )
            )
    return found


def _since(on: date) -> dict[int, int]:
    """What matches after a day took off each item: it was open on that day."""
    back: dict[int, int] = defaultdict(int)
    rows = Match.objects.unscoped("open items of the past").filter(business_date__gt=on)
    for debit, credit, amount in rows.values_list("debit_id", "credit_id", "amount_minor"):
        back[debit] += amount
        back[credit] -= amount
    return back


def overdue(holder_ids: Iterable[int], on: date, currency: str = "") -> dict[int, tuple[int, int]]:
    """What is past its due day on a day, and how many days the oldest of it: (minor units, days) by distributor; who owes
    nothing late is left out. In one currency, or all added where a network has one."""
    holders = list(holder_ids)
    sums = _LATE_IN(holders=holders, on=on, currency=currency) if currency else _LATE(holders=holders, on=on)
    return {holder: (total, (on - oldest).days) for holder, total, oldest in sums}


def _late(**more: Given) -> QuerySet[Any, Any]:
    rows = Item.objects.unscoped("judging credit").filter(
        holder__in=Given("holders"),
        open_minor__gt=0,
        due_on__lt=Given("on"),
        business_date__lte=Given("on"),
        **more,
    )
    found: QuerySet[Any, Any] = (
        rows.order_by().values_list("holder_id").annotate(total=Sum("open_minor"), oldest=Min("due_on"))
    )
    return found


_LATE, _LATE_IN = Asked(_late), Asked(lambda: _late(currency=Given("currency")))


def age(found: Iterable[OpenItem], bounds: Sequence[int] = BOUNDS) -> list[Aged]:
    """Open items by distributor and currency in buckets of days late: up to the first bound, …, beyond the last."""
    later: dict[tuple[int, str], int] = defaultdict(int)
    credit: dict[tuple[int, str], int] = defaultdict(int)
    late: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0] * (len(bounds) + 1))
    keys: dict[tuple[int, str], None] = {}
    for each in found:
        key = (each.holder_id, each.currency)
        keys[key] = None
        if each.open_minor < 0:
            credit[key] += each.open_minor
        elif not each.days:
            later[key] += each.open_minor
        else:
            late[key][sum(each.days > bound for bound in bounds)] += each.open_minor
    return [Aged(*key, later[key], tuple(late[key]), credit[key]) for key in keys]


def ageing(actor: Actor, on: date, bounds: Sequence[int] = BOUNDS, *, known_on: bool = False) -> list[Aged]:
    """The receivables in scope on a day by how late they are."""
    return age(open_items(actor, on=on, known_on=known_on), bounds)
