"""What activities brought: uplift against the weeks before and against those who had none, and spending by type."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from gongying.books.trade import read as trade
from gongying.core import calendar
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import HQ, query
from gongying.engines import funding

from ..models import Claim, Commitment, Finding
from . import terms
from .claims import commitments

WEEK = timedelta(days=7)
MOST = 300  # activities that are measured on one page
DUPLICATES = ("twin_file", "twin_image", "invoice_used")
Daily = dict[int, dict[date, int]]  # net by distributor and day


@dataclass(frozen=True)
class Effect:
    """One activity: what it cost the house and in all, and what it brought (None: nothing to compare with)."""

    row: Commitment
    paid_minor: int
    level: str
    uplift: funding.Uplift | None


@dataclass
class ByType:
    """Spending of a type: activities, cost of the house, uplift and its margin, in minor units of a currency."""

    code: str
    name: str
    currency: str
    count: int = 0
    measured: int = 0
    paid_minor: int = 0
    measured_cost_minor: int = 0
    uplift_minor: int = 0
    margin_minor: int = 0

    @property
    def roi(self) -> Decimal | None:
        """(margin − cost) / cost of what was measured."""
        cost = self.measured_cost_minor
        return Decimal(self.margin_minor - cost) / cost if cost else None


@dataclass
class Duplicates:
    """Claims with a picture, file or invoice that was used before: how many, what they claimed, what was not paid of it."""

    claims: int = 0
    claimed_minor: int = 0
    saved_minor: int = 0
    by_code: dict[str, int] = field(default_factory=dict)


def sold(row: Commitment) -> int:
    """What was sold in an activity's days so far (net, minor units), at its outlet or by the distributor."""
    level = _level(row)
    return sum(n for _day, n in _days(_lines(row, level, row.start, row.end)))


def _lines(row: Commitment, level: str, start: date, end: date) -> QuerySet[Any]:
    groups = (row.category,) if row.category else ()
    rows = trade.lines(
        SYSTEM, level=level, start=start, end=end, currency=row.currency, party_id=row.party_id, categories=groups
    )
    return rows.filter(counterparty=row.outlet) if row.outlet else rows


def _days(rows: QuerySet[Any]) -> Iterable[tuple[date, int]]:
    grouped = rows.order_by().values_list("business_date").annotate(net=Sum("net_minor"))
    return [(day, net or 0) for day, net in grouped]


def _level(row: Commitment) -> str:
    """What is measured: sell-out where it is reported, else what the distributor delivered to outlets."""
    rows = _lines(row, "sell_out", row.start - 8 * WEEK, row.end)
    return "sell_out" if rows.exists() else "sell_through"


def effect(actor: Actor, row: Commitment, on: date) -> Effect:
    """What one activity in scope brought by a day."""
    level, weeks, margin = _level(row), *_measure(on)
    start = row.start - weeks * WEEK
    mine = dict(_days(_lines(row, level, start, row.end)))
    paid = _paid([row]).get(row.pk, 0)
    groups = (row.category,) if row.category else ()
    rows = trade.lines(SYSTEM, level=level, start=start, end=row.end, currency=row.currency, categories=groups)
    busy = _busy([row.currency], start, row.end)
    others = _sum_days(_daily(rows), {party for party, *_span in busy} | {row.party_id})
    return Effect(row, paid, level, measured(row, mine, others, paid, on, weeks, margin))


def measured(
    row: Commitment,
    mine: dict[date, int],
    others: tuple[dict[date, int], int],
    paid: int,
    on: date,
    weeks: int,
    margin: Decimal,
) -> funding.Uplift | None:
    """The uplift of an activity from daily sales; None before it ends or without a week before it."""
    if on < row.end:
        return None
    before = _by_week(mine, row.start, weeks)
    if not any(before):
        return None
    control, count = others
    length = Decimal((row.end - row.start).days) / 7
    return funding.uplift(
        _between(mine, row.start, row.end),
        before,
        length,
        control_actual=_between(control, row.start, row.end),
        control_weeks=_by_week(control, row.start, weeks) if count else (),
        controls=count,
        margin=margin,
        cost_minor=paid,
    )


def _measure(on: date) -> tuple[int, Decimal]:
    types, _version = terms.types(on)
    return types.weeks, types.margin


def _by_week(days: dict[date, int], start: date, weeks: int) -> list[int]:
    """Sales of each of the weeks before a day, oldest first."""
    return [_between(days, start - (n + 1) * WEEK, start - n * WEEK) for n in reversed(range(weeks))]


def _between(days: dict[date, int], start: date, end: date) -> int:
    return sum(net for day, net in days.items() if start <= day < end)


def _daily(rows: QuerySet[Any]) -> Daily:
    found: Daily = defaultdict(dict)
    for party, day, net in rows.order_by().values_list("party_id", "business_date").annotate(net=Sum("net_minor")):
        found[party][day] = net or 0
    return found


def _sum_days(daily: Daily, without: set[int]) -> tuple[dict[date, int], int]:
    """Sales by day of everybody but some, and how many they are: the control group."""
    found: dict[date, int] = defaultdict(int)
    rest = [party for party in daily if party not in without]
    for party in rest:
        for day, net in daily[party].items():
            found[day] += net
    return found, len(rest)


def _busy(currencies: Sequence[str], start: date, end: date) -> list[tuple[int, date, date]]:
    """Who had an activity that overlaps a span: distributor, first and last day."""
    rows = Commitment.objects.unscoped("a control group has no activity").filter(
        state__in=("approved", "closed"), currency__in=currencies, start__lt=end, end__gt=start
    )
    return list(rows.values_list("party_id", "start", "end"))


def _paid(rows: Iterable[Commitment]) -> dict[int, int]:
    ids = [row.pk for row in rows]
    found = Claim.objects.unscoped("costs of activities in scope").filter(commitment__in=ids)
    grouped = found.order_by().values_list("commitment_id").annotate(total=Sum("paid_minor"))
    return {pk: total or 0 for pk, total in grouped}


def effects(actor: Actor, start: date, end: date, on: date) -> list[Effect]:
    """What the activities in scope that ended in [start, end) brought, the newest first; at most 300."""
    rows = commitments(actor).filter(state__in=("approved", "closed"), end__gt=start, end__lte=end)
    found = list(rows.order_by("-end", "-id")[:MOST])
    if not found:
        return []
    weeks, margin = _measure(on)
    paid = _paid(found)
    first = min(row.start for row in found) - weeks * WEEK
    last = max(row.end for row in found)
    shelf: dict[tuple[str, str, str], Daily] = {}
    busy = _busy(sorted({row.currency for row in found}), first, last)
    made = []
    for row in found:
        level = "sell_out" if _known(shelf, row, "sell_out", first, last).get(row.party_id) else "sell_through"
        daily = _known(shelf, row, level, first, last)
        mine = daily.get(row.party_id, {})
        if row.outlet:
            mine = dict(_days(_lines(row, level, row.start - weeks * WEEK, row.end)))
        since = row.start - weeks * WEEK
        without = {party for party, a, b in busy if a < row.end and b > since} | {row.party_id}
        cost = paid.get(row.pk, 0)
        others = _sum_days(daily, without)
        made.append(Effect(row, cost, level, measured(row, mine, others, cost, on, weeks, margin)))
    return made


def _known(shelf: dict[tuple[str, str, str], Daily], row: Commitment, level: str, first: date, last: date) -> Daily:
    """Daily sales of everybody at a level in a currency and product group, read once a page."""
    key = (level, row.currency, row.category)
    if key not in shelf:
        groups = (row.category,) if row.category else ()
        rows = trade.lines(SYSTEM, level=level, start=first, end=last, currency=row.currency, categories=groups)
        shelf[key] = _daily(rows)
    return shelf[key]


def by_type(found: Iterable[Effect], on: date) -> list[ByType]:
    """Spending and what it brought by type and currency, the dearest first."""
    names = terms.type_names(on)
    made: dict[tuple[str, str], ByType] = {}
    for each in found:
        key = (each.row.type_code, each.row.currency)
        line = made.setdefault(key, ByType(key[0], names.get(key[0], key[0]), key[1]))
        line.count += 1
        line.paid_minor += each.paid_minor
        if each.uplift is not None:
            line.measured += 1
            line.measured_cost_minor += each.paid_minor
            line.uplift_minor += each.uplift.uplift_minor
            line.margin_minor += each.uplift.margin_minor
    return sorted(made.values(), key=lambda line: -line.paid_minor)


def duplicates(actor: Actor, start: date, end: date) -> dict[str, Duplicates]:
    """Claims of a span in scope with something that was used before, by currency."""
    rows = Finding.objects.for_actor(actor).filter(
        code__in=DUPLICATES, claim__made_on__gte=start, claim__made_on__lt=end
    )
    found: dict[str, Duplicates] = {}
    seen: set[int] = set()
    for each in rows.select_related("claim"):
        line = found.setdefault(each.claim.currency, Duplicates())
        line.by_code[each.code] = line.by_code.get(each.code, 0) + 1
        if each.claim_id not in seen:
            seen.add(each.claim_id)
            line.claims += 1
            line.claimed_minor += each.claim.claimed_minor
            if each.claim.approved_minor is not None:
                line.saved_minor += each.claim.claimed_minor - each.claim.approved_minor
    return found


@dataclass(frozen=True)
class Spend:
    """What was spent by type and what it brought, for programs; minor units."""

    code: str
    currency: str
    activities: int
    measured: int
    paid_minor: int
    uplift_minor: int
    margin_minor: int


@query(needs="funds.view_funds", roles=HQ)
def effectiveness(actor: Actor, *, period: str, on: date) -> list[Spend]:
    """Spending by type on activities that ended in a period (2026, 2026Q3, 2026-07), and what they brought by a day."""
    span = calendar.period(period)
    found = by_type(effects(actor, span.start, span.end, on), on)
    return [
        Spend(t.code, t.currency, t.count, t.measured, t.paid_minor, t.uplift_minor, t.margin_minor) for t in found
    ]
