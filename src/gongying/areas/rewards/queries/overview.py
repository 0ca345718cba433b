"""Lists in figures: what a selection of statements comes to, what a run comes to, what was said about a statement."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing
from gongying.core.words import pick

from ..models import Dispute, Run, Statement
from ..rules import ANSWER_DAYS, ANSWERS, PROGRAMME, Answers


@dataclass(frozen=True)
class Pile:
    """Statements in one state: how many, and what they are due by currency, in minor units."""

    count: int
    due: dict[str, int]


@dataclass(frozen=True)
class RunView:
    """A run in figures, of the statements in scope; `period_minor` is what the period came to with the runs before it.

    `largest` is the statement with the largest amount due; `back_minor` what is taken back (negative).
    `last_period` and `last_minor` are the period before and what it came to, None when there was none.
    """

    currency: str
    due_minor: int
    statements: int
    back_minor: int
    largest: Statement | None
    answers: dict[str, int]
    period_minor: int
    last_period: str | None
    last_minor: int | None

    @property
    def change_minor(self) -> int | None:
        """Against the period before."""
        return None if self.last_minor is None else self.period_minor - self.last_minor


@dataclass(frozen=True)
class DisputeView:
    """An objection and its ruling; `verdict` is empty while it is open."""

    id: int
    line_id: int | None
    reason: str
    raised_by: str
    raised_at: datetime
    verdict: str
    ruling: str
    correction: str
    ruled_by: str
    ruled_at: datetime | None
    due_on: date


def piles(rows: QuerySet[Statement]) -> dict[str, Pile]:
    """Statements by state: pending (of a run that awaits approval), void, and open, confirmed, disputed of posted runs."""
    grouped = (
        rows.order_by().values_list("run__state", "state", "currency").annotate(n=Count("id"), due=Sum("due_minor"))
    )
    found: dict[str, Pile] = {}
    for run_state, own, currency, count, due in grouped:
        name = own if run_state == "posted" else run_state
        known = found.get(name, Pile(0, {}))
        found[name] = Pile(known.count + count, known.due | {currency: known.due.get(currency, 0) + due})
    return found


def run_view(actor: Actor, run: Run, rows: QuerySet[Statement]) -> RunView:
    """The figures of a run; `rows` are its statements in the actor's scope."""
    bare = rows.order_by()
    sums = bare.aggregate(due=Sum("due_minor"), n=Count("id"), back=Sum("due_minor", filter=Q(due_minor__lt=0)))
    largest = rows.order_by("-due_minor", "id").first()
    answers = dict(bare.values_list("state").annotate(n=Count("id")))
    standing = (
        Statement.objects.for_actor(actor)
        .filter(run__programme=run.programme, run__state="posted")
        .select_related("run")
    )
    before = standing.filter(run__period__in=_codes(run), run_id__lt=run.pk)
    last = standing.filter(run__period__lt=run.period, run_id__lt=run.pk).order_by("-run__period").first()
    code = last.run.period if last else None
    return RunView(
        currency=largest.currency if largest else "CNY",
        due_minor=sums["due"] or 0,
        statements=sums["n"],
        back_minor=sums["back"] or 0,
        largest=largest,
        answers=answers,
        period_minor=(sums["due"] or 0) + _due(before),
        last_period=code,
        last_minor=_due(standing.filter(run__period=code, run_id__lt=run.pk)) if code else None,
    )


def _due(rows: QuerySet[Statement]) -> int:
    return rows.order_by().aggregate(due=Sum("due_minor"))["due"] or 0


def _codes(run: Run) -> list[str]:
    return calendar.within(calendar.period(run.period))


def disputes(actor: Actor, row: Statement) -> list[DisputeView]:
    """The objections to a statement, newest first."""
    rows = Dispute.objects.for_actor(actor).filter(statement=row).order_by("-id")
    return [
        DisputeView(
            d.pk, d.line_id, d.reason, d.raised_by, d.raised_at,
            d.verdict, d.ruling, d.correction, d.ruled_by, d.ruled_at, d.due_on,
        )
        for d in rows
    ]  # fmt: skip


def answer_days(party_id: int, on: date) -> int:
    """How many days head office has to answer an objection of a distributor raised on a day (`rewards.answers`)."""
    try:
        found = policies.value(ANSWERS.code, ANSWERS.key, on, party_id).document
    except Missing:
        return ANSWER_DAYS
    return found.days if isinstance(found, Answers) else ANSWER_DAYS


def unanswered(actor: Actor) -> QuerySet[Dispute]:
    """The objections in scope that await an answer, the most pressing first."""
    rows: QuerySet[Dispute] = Dispute.objects.for_actor(actor).filter(verdict="")
    return rows.order_by("due_on", "id")


def of_period(actor: Actor, row: Statement) -> QuerySet[Statement]:
    """The posted statements of the same distributor, programme and period (or a shorter one in it), oldest first."""
    rows: QuerySet[Statement] = Statement.objects.for_actor(actor).filter(
        party_id=row.party_id,
        run__programme=row.run.programme,
        run__period__in=_codes(row.run),
        run__state="posted",
    )
    return rows.select_related("run").order_by("run_id")


def titles() -> tuple[dict[int, str], dict[str, str]]:
    """The titles of programmes: of every version by its id, and the newest of every key."""
    return policies.titles(PROGRAMME.code)


def titled(rows: QuerySet[Statement], most: int) -> list[tuple[Statement, str]]:
    """The first statements, each with the title of the programme version it was settled by."""
    found: Any = rows.annotate(**policies.title_beside("run__version_id"))[:most]
    return [(row, pick(row.rule_title, row.rule_title_en) or row.run.programme) for row in found]
