"""Accruals as they are read: runs, their lines, what moved in a month, what was handed to the general ledger."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.closing import gate
from gongying.core.doors import query
from gongying.core.refusal import Missing
from gongying.core.scope import one
from gongying.core.words import pick

from ..models import AccrualHandover, AccrualLine, AccrualRun, Run
from .estimating import Estimation, estimated, latest, month_end, settled_on
from .overview import titles

OFFICE = (
    "admin",
    "director",
    "finance",
    "planner",
    "auditor",
)  # who sees the whole network: an estimate rests on all of it
LONGEST = 500


@dataclass(frozen=True)
class AccrualView:
    """One line for people and programs, minor units: the rebate expected of the period, what of it is earned, what was settled,
    and the movement of what is accrued."""

    party_id: int
    code: str
    name: str
    programme: str
    title: str
    period: str
    currency: str
    base: int
    final_base: int
    expected_minor: int
    earned_minor: int
    settled_minor: int
    opening_minor: int
    accrued_minor: int
    used_minor: int
    released_minor: int
    closing_minor: int


@dataclass(frozen=True)
class Moved:
    """What moved of one distributor's accrued rebate in a span of days, with the newest line behind it."""

    line_id: int
    party_id: int
    code: str
    name: str
    programme: str
    title: str
    period: str
    currency: str
    opening_minor: int
    accrued_minor: int
    used_minor: int
    released_minor: int

    @property
    def closing_minor(self) -> int:
        """What stands at the end of the span."""
        return self.opening_minor + self.accrued_minor + self.used_minor + self.released_minor


def shown(actor: Actor, found: Estimation) -> list[AccrualView]:
    """The lines of an estimation in the actor's scope, the largest change first."""
    known, (named, _keys) = {party.pk: party for party in parties.parties(actor)}, titles()
    rows = [
        AccrualView(
            row.party_id, known[row.party_id].code, pick(known[row.party_id].name, known[row.party_id].name_en), row.programme,
            named.get(row.version_id, row.programme), row.period, row.currency, row.base, row.final_base, row.expected_minor, row.earned_minor, row.settled_minor,
            row.movement.opening, row.movement.accrued, row.movement.used, row.movement.released, row.movement.closing,
        )
        for row in found.rows
        if row.party_id in known
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-abs(row.closing_minor - row.opening_minor), row.code, row.programme))


@query(needs="rewards.accruals", roles=OFFICE)
def accrual_preview(actor: Actor, *, month: str, programme: str = "", limit: int = 100) -> list[AccrualView]:
    """What accruing a month (`2026-10`) would move, of one programme or of all, at most 500 lines; nothing is written."""
    return shown(actor, estimated(month, programme))[: min(max(1, limit), LONGEST)]


@query(needs="rewards.accruals", roles=OFFICE)
def accrual_movement(
    actor: Actor, *, month: str, programme: str = "", offset: int = 0, limit: int = 100
) -> list[Moved]:
    """Opening + accrued + used + released = closing of a month by programme, period and distributor, at most 500 at a time."""
    first = max(0, offset)
    return movement(actor, month, programme)[first : first + min(max(1, limit), LONGEST)]


def movement(actor: Actor, month: str, programme: str = "") -> list[Moved]:
    """The movement of a month in scope, largest closing amount first; what stood at nothing and did not move is left out."""
    end = month_end(month)
    start = calendar.month_of(end).start
    before, inside = Q(run__business_date__lt=start), Q(run__business_date__gte=start)
    rows = AccrualLine.objects.for_actor(actor).filter(run__state="posted", run__business_date__lte=end)
    rows = rows.filter(programme=programme) if programme else rows
    parts = ("accrued", "used", "released")
    sums: dict[str, Any] = {name: Sum(f"{name}_minor", filter=inside, default=0) for name in parts}
    sums |= {f"{name}_before": Sum(f"{name}_minor", filter=before, default=0) for name in parts}
    keys = rows.order_by("id").values_list("programme", "period", "party_id", "id", "version_id")
    newest = {(key, period, party): (pk, version) for key, period, party, pk, version in keys}
    grouped = rows.order_by().values("programme", "period", "party_id", "currency").annotate(**sums)
    known, (named, _keys) = {party.pk: party for party in parties.parties(actor)}, titles()
    found = []
    for each in grouped:
        party = known.get(each["party_id"])
        if party is None:
            continue
        opening = sum(each[f"{name}_before"] for name in parts)
        if opening or any(each[name] for name in parts):
            key, period = each["programme"], each["period"]
            line, version = newest[key, period, party.pk]
            found.append(
                Moved(line, party.pk, party.code, pick(party.name, party.name_en), key, named.get(version, key), period,
                      each["currency"], opening, each["accrued"], each["used"], each["released"])
            )  # fmt: skip
    return sorted(found, key=lambda row: (-row.closing_minor, row.code, row.programme, row.period))


def accrual_runs(actor: Actor) -> QuerySet[AccrualRun]:
    """Runs, newest first, with their number of lines, of the distributors in scope, and what they add to the expense (of one
    currency: `moneys` is how many there are)."""
    inside = None if actor.parties is None else Q(lines__party_id__in=actor.parties)
    change = Sum("lines__closing_minor", filter=inside, default=0) - Sum(
        "lines__opening_minor", filter=inside, default=0
    )
    of = Count("lines__currency", filter=inside, distinct=True), Min("lines__currency", filter=inside)
    rows = AccrualRun.objects.annotate(
        count=Count("lines", filter=inside), change=change, moneys=of[0], currency=of[1]
    )
    return rows.order_by("-id")


def accrual_run(actor: Actor, run_id: int) -> AccrualRun:
    """One run, or Missing."""
    return one(accrual_runs(actor), pk=run_id)


def accrual_lines(actor: Actor, run: AccrualRun) -> QuerySet[AccrualLine]:
    """The lines of a run in scope."""
    rows: QuerySet[AccrualLine] = AccrualLine.objects.for_actor(actor).filter(run=run)
    return rows.select_related("party", "run").order_by("id")


def accrual_line(actor: Actor, line_id: int) -> AccrualLine:
    """One line in scope, or Missing."""
    found: AccrualLine = one(AccrualLine.objects.for_actor(actor).select_related("party", "run"), pk=line_id)
    return found


def accrual_history(actor: Actor, line: AccrualLine) -> QuerySet[AccrualLine]:
    """Every movement of the same distributor, programme and period, oldest first."""
    rows: QuerySet[AccrualLine] = AccrualLine.objects.for_actor(actor).filter(
        programme=line.programme, period=line.period, party_id=line.party_id, run__state="posted"
    )
    return rows.select_related("run").order_by("id")


def currencies_of(rows: QuerySet[AccrualLine]) -> dict[str, dict[str, int]]:
    """What lines come to by currency: opening, accrued, used, released, closing in minor units."""
    names = ("opening", "accrued", "used", "released", "closing")
    sums = [Sum(f"{name}_minor") for name in names]
    grouped = rows.order_by().values_list("currency").annotate(*sums)
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in grouped}


def used_by(run: Run) -> tuple[date, dict[int, int]]:
    """The day on which what a settlement used up is booked (its own, or that of the newest accrual when that is later), and what
    was settled of its period by then. Raises Missing while it is not posted."""
    if run.state != "posted":
        raise Missing("no posted settlement")
    newest = AccrualRun.objects.filter(state="posted").order_by("-business_date").first()
    on = max(run.business_date, newest.business_date) if newest else run.business_date
    return on, settled_on(run.programme, run.period, on)


def standing_of(programme: str, period: str) -> list[AccrualLine]:
    """What stands of a programme and period: the newest posted line of every distributor, where it is not nothing."""
    found = [row for (key, of, _party), row in latest().items() if (key, of) == (programme, period)]
    return [row for row in found if row.closing_minor]


def unused() -> list[Run]:
    """The posted settlements that paid what still stands as accrued, the newest of each period, newest first."""
    held: dict[tuple[str, str], list[AccrualLine]] = {}
    for (programme, period, _party), row in latest().items():
        if row.closing_minor:
            held.setdefault((programme, period), []).append(row)
    found = []
    for (programme, period), rows in held.items():
        run = Run.objects.filter(programme=programme, period=period, state="posted").order_by("-id").first()
        if run is not None:
            _on, settled = used_by(run)
            if any(settled.get(row.party_id, 0) > row.settled_minor for row in rows):
                found.append(run)
    return sorted(found, key=lambda run: -run.pk)


def documents_of(month: str) -> set[str]:
    """The numbers of the settlements and accruals that are dated in a month: what the general ledger is told of rebates."""
    span = calendar.period(month)
    day = {"business_date__gte": span.start, "business_date__lt": span.end, "state": "posted"}
    return {
        *Run.objects.filter(**day).values_list("number", flat=True),
        *AccrualRun.objects.filter(**day).values_list("number", flat=True),
    }


def handovers() -> QuerySet[AccrualHandover]:
    """What was handed to the general ledger, newest first."""
    return AccrualHandover.objects.order_by("-id")


def next_month(on: date) -> str:
    """The month to accrue next: the one after the newest that was accrued, else the last that is over on a day."""
    newest = AccrualRun.objects.filter(state="posted", kind="month").order_by("-business_date").first()
    over = calendar.month_of(calendar.month_of(on).start - timedelta(days=1)).code
    if newest is None:
        return over
    return max(over, calendar.month_of(newest.business_date).code)


def _waiting(start: date, end: date) -> int:
    return AccrualRun.objects.filter(state="pending", business_date__gte=start, business_date__lt=end).count()


def _forgotten(start: date, end: date) -> int:
    """1 where accruals are made and this month has none. Who never made one is not asked for it."""
    held = AccrualRun.objects.filter(state="posted", kind="month")
    return int(held.exists() and not held.filter(business_date__gte=start, business_date__lt=end).exists())


gate.check(
    gate.Check("rewards.accruals", _("Accruals are decided"), _waiting, "/rewards/accruals/runs/?state=pending", must=True)
)  # fmt: skip
gate.check(
    gate.Check("rewards.accrued", _("Rebates of the month are accrued"), _forgotten, "/rewards/accruals/?month={month}")
)  # fmt: skip
