"""Standing agreements of supply: what was planned, what came, what is left, what it costs to be short."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncMonth

from gongying.core.actor import Actor
from gongying.core.doors import HQ, query
from gongying.core.scope import one

from ..models import Agreement, AgreementMonth, ShipmentLine
from ..rules import penalty


@dataclass(frozen=True)
class Month:
    """A month of an agreement, in base units: planned, delivered and short of it; `running` is how much is still to be delivered of all
    that was planned up to it, and `penalty_minor` what is due for the month once it is over."""

    month: date
    planned: int
    delivered: int
    running: int
    over: bool
    penalty_minor: int


@dataclass(frozen=True)
class Schedule:
    """An agreement with its months."""

    id: int
    number: str
    party: str
    product: str
    state: str
    currency: str
    quantity: int
    delivered: int
    planned_to_date: int
    penalty_minor: int
    months: list[Month]

    @property
    def left(self) -> int:
        """Base units that are still to be delivered; never below zero."""
        return max(0, self.quantity - self.delivered)

    @property
    def behind(self) -> int:
        """Base units that should have been delivered by now and were not."""
        return max(0, self.planned_to_date - self.delivered)


def agreements(actor: Actor) -> QuerySet[Agreement]:
    """Agreements in scope, newest first."""
    rows: QuerySet[Agreement] = Agreement.objects.for_actor(actor).select_related("party", "product")
    return rows.order_by("-id")


def agreement_row(actor: Actor, agreement_id: int) -> Agreement:
    """One agreement in scope, or Missing."""
    return one(agreements(actor), pk=agreement_id)


def delivered(actor: Actor, rows: list[Agreement]) -> dict[int, dict[date, int]]:
    """Base units received by month, by agreement: what was delivered of its product to its distributor in its time."""
    if not rows:
        return {}
    got = ShipmentLine.objects.for_actor(actor).filter(
        shipment__party__in={row.party_id for row in rows},
        product__in={row.product_id for row in rows},
        shipment__delivery__delivered_on__gte=min(row.start for row in rows),
        shipment__delivery__delivered_on__lt=max(row.end for row in rows),
    )
    month = TruncMonth("shipment__delivery__delivered_on")
    sums: dict[tuple[int, int], dict[date, int]] = defaultdict(dict)
    for party, product, when, units in (
        got.annotate(month=month)
        .values_list("shipment__party_id", "product_id", "month")
        .annotate(n=Sum("received"))
    ):
        sums[party, product][when] = units or 0
    return {
        row.pk: {
            when: units for when, units in sums[row.party_id, row.product_id].items() if row.start <= when < row.end
        }
        for row in rows
    }


def schedule_of(actor: Actor, row: Agreement, on: date) -> Schedule:
    """An agreement month by month as it stands on a day."""
    got = delivered(actor, [row])[row.pk]
    planned = AgreementMonth.objects.for_actor(actor).filter(agreement=row, month__lt=row.end).order_by("month")
    months, open_, asked = [], 0, 0
    for month, units in planned.values_list("month", "planned"):
        came = got.get(month, 0)
        over = (month.year, month.month) < (on.year, on.month)
        open_ += units - came
        asked += units if over else 0
        due = 0
        if over and row.state != "draft":
            terms = {"value": row.unit_value, "tolerance": row.tolerance, "rate": row.penalty}
            due = penalty(units, came, **terms, currency=row.currency)
        months.append(Month(month, units, came, open_, over, due))
    return Schedule(
        row.pk, row.number, row.party.code, row.product.code, row.state, row.currency, row.quantity, sum(got.values()),
        asked, sum(month.penalty_minor for month in months), months,
    )  # fmt: skip


@query(needs="supply.view", roles=(*HQ, "owner", "clerk"))
def agreement(actor: Actor, *, agreement_id: int, on: date) -> Schedule:
    """A standing agreement in scope, month by month: planned, delivered, left, and what is due for being short."""
    return schedule_of(actor, agreement_row(actor, agreement_id), on)
