"""The only readers of rewards, in the actor's scope."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum

from gongying.books.money import read as money
from gongying.books.trade import read as trade
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.scope import one
from gongying.core.words import pick

from ..models import Run, Statement
from ..rules import LEVEL_OF, Programme
from .acknowledging import acknowledgements, concerned, read_days, state_of_reading
from .calculation import Bound, Calculation, Due, bound, calculate, preview, settled_before
from .judging import must_be_replayed
from .measuring import resolved, selection_of
from .overview import (
    DisputeView,
    Pile,
    RunView,
    answer_days,
    disputes,
    of_period,
    piles,
    run_view,
    titled,
    titles,
    unanswered,
)
from .progress import Progress, progress, running_period
from .reading import (
    document_of,
    document_of_run,
    document_of_version,
    programme_of,
    programmes,
    shut,
    span_of,
    told,
)
from .replay import (
    Replayed,
    is_replayed,
    last_period,
    months_before,
    programme_row,
    replayed,
    replays,
    sheet,
    spans_of,
    what_if,
)
from .restating import counted, in_scope
from .steps import Said
from .wording import base_text, in_capitals, measure_text, rate_text, start_text, tier_text

__all__ = [
    "Bound", "Calculation", "DisputeView", "Due", "LineView", "Pile", "Progress", "Replayed", "RunView", "Said", "StatementView",
    "Step", "answer_days", "base_text", "bound", "calculate", "disputes", "document_of", "document_of_run", "document_of_version", "evidence", "in_capitals", "invoice", "invoices",
    "is_replayed", "last_period", "measure_text", "months_before", "must_be_replayed", "sheet", "spans_of", "what_if", "of_period", "piles", "preview", "programme_of", "programmes", "acknowledgements", "concerned", "read_days", "state_of_reading", "programme_row", "progress", "rate_text", "replayed",
    "replays", "run_view", "running_period", "runs", "selection_of", "settled_before", "span_of", "statement", "statement_lines",
    "shut", "statement_row", "statements", "start_text", "tier_text", "titled", "titles", "told", "total", "unanswered", "unpaid",
]  # fmt: skip
LONGEST_PAGE = 200


@dataclass(frozen=True)
class Step:
    """A step of the derivation, for people and programs."""

    code: str
    amount: int
    inputs: dict[str, str]
    children: list["Step"]


@dataclass(frozen=True)
class StatementView:
    """A statement with its derivation, in figures and in words, and its place in the account.

    `earlier` and `later` are the other posted statements of the period as (id, number, due in minor units).
    """

    id: int
    number: str
    programme: str
    period: str
    policy_hash: str
    state: str
    run_state: str
    due: Due
    steps: list[Step]
    balance_minor: int
    capitals: str
    words: list[Said]
    earlier: list[tuple[int, str, int]]
    later: list[tuple[int, str, int]]
    disputes: list[DisputeView]


@dataclass(frozen=True)
class LineView:
    """One sales line behind a statement."""

    id: int
    business_date: date
    document: str
    product: str
    quantity: int
    net_minor: int
    kind: str


def runs(actor: Actor) -> QuerySet[Run]:
    """Settlement runs, newest first, with their number of statements and what is due, of the distributors in scope."""
    inside = None if actor.parties is None else Q(statements__party_id__in=actor.parties)
    return Run.objects.annotate(
        count=Count("statements", filter=inside),
        due=Sum("statements__due_minor", filter=inside, default=0),
        currency=Min("statements__currency"),
    ).order_by("-id")


def statements(actor: Actor) -> QuerySet[Statement]:
    """Statements in scope, newest first; a distributor sees them once they are approved."""
    rows: QuerySet[Statement] = Statement.objects.for_actor(actor).select_related("run", "party").order_by("-id")
    return rows if actor.whole_network or actor.role == "regional" else rows.filter(run__state="posted")


def statement_row(actor: Actor, statement_id: int) -> Statement:
    """One statement in scope, or Missing."""
    return one(statements(actor), pk=statement_id)


@query(needs="rewards.view", roles=EVERYONE)
def statement(actor: Actor, *, statement_id: int) -> StatementView:
    """A statement with its derivation, for head office and distributor alike."""
    row = statement_row(actor, statement_id)
    due = Due(
        row.party_id, row.party.code, pick(row.party.name, row.party.name_en), row.currency, row.base, row.lines, row.tier,
        row.entitled_minor, row.settled_minor, row.due_minor,
    )  # fmt: skip
    steps = [_step(part) for part in json.loads(row.derivation)]
    balance = money.balance(actor, kind="rebate", holder_id=row.party_id, currency=row.currency)
    run, others = row.run, list(of_period(actor, row))
    earlier = [each for each in others if each.run_id < run.pk]
    words = told(row, document_of(row), earlier)
    capitals = in_capitals(row.due_minor, row.currency)
    before, after = _briefly(earlier), _briefly([each for each in others if each.run_id > run.pk])
    return StatementView(
        row.pk, run.number, run.programme, run.period, run.policy_hash, row.state, run.state, due, steps, balance,
        capitals, words, before, after, disputes(actor, row),
    )  # fmt: skip


def _briefly(rows: list[Statement]) -> list[tuple[int, str, int]]:
    return [(row.pk, row.run.number, row.due_minor) for row in rows]


def _step(part: dict[str, Any]) -> Step:
    return Step(part["code"], part["amount"], part["inputs"], [_step(child) for child in part["children"]])


def evidence(actor: Actor, row: Statement) -> QuerySet[Any]:
    """The sales lines a statement rests on: exactly those its run saw."""
    document, span = document_of(row), span_of(row.run)
    rows = trade.lines(
        actor,
        level=LEVEL_OF[document.event],
        start=date.min,
        end=date.max,
        currency=row.currency,
        party_id=row.party_id,
        up_to=row.run.watermark,
    )
    if not row.lines:  # the distributor was outside: none of its lines counted
        return rows.none()
    return rows.filter(counted(document, span)).filter(in_scope(resolved(document, span)))


def invoice(actor: Actor, row: Statement, line_id: int) -> list[tuple[Any, bool]]:
    """The invoice of one line of a statement: every line of the same document, and whether it counts in the statement.

    Missing when the line is none of the statement's.
    """
    rests_on = evidence(actor, row)
    document = one(rests_on, pk=line_id).document
    known = set(rests_on.filter(document=document).values_list("pk", flat=True))
    level = LEVEL_OF[document_of(row).event]
    rows = trade.lines(actor, level=level, start=date.min, end=date.max, party_id=row.party_id)
    return [(line, line.pk in known) for line in rows.filter(document=document).order_by("id")]


def invoices(actor: Actor, row: Statement, most: int) -> list[dict[str, Any]]:
    """The largest documents behind a statement: document, its day, a line of it, lines, net (minor units), pieces."""
    grouped = evidence(actor, row).order_by().values("document")
    sums = {
        "day": Min("business_date"),
        "line": Min("id"),
        "n": Count("id"),
        "net": Sum("net_minor"),
        "pieces": Sum("quantity"),
    }
    return list(grouped.annotate(**sums).order_by("-net", "document")[:most])


@query(needs="rewards.view", roles=EVERYONE)
def statement_lines(actor: Actor, *, statement_id: int, offset: int = 0, limit: int = 50) -> list[LineView]:
    """The sales lines behind a statement, at most 200 at a time."""
    rows = evidence(actor, statement_row(actor, statement_id))
    first, size = max(0, offset), min(max(1, limit), LONGEST_PAGE)
    return [
        LineView(
            r.pk,
            r.business_date,
            r.document,
            pick(r.product.name, r.product.name_en),
            r.quantity,
            r.net_minor,
            r.kind,
        )
        for r in rows[first : first + size]
    ]


def unpaid(actor: Actor, run_id: int) -> tuple[Programme, list[Statement]]:
    """The credited statements of a run that its programme pays with something, and that are not paid yet; and the programme."""
    run = one(Run.objects.all(), pk=run_id)
    document = document_of_run(run)
    rows = Statement.objects.for_actor(actor).filter(run=run, run__state="posted", due_minor__gt=0)
    rows = (
        rows.filter(Q(payout__isnull=True) | ~Q(payout__problem="")).select_related("run", "party").order_by("id")
    )
    return document, [] if document.pays == "account" else list(rows)


def total(rows: QuerySet[Statement]) -> int:
    """What a selection of statements is due, in minor units."""
    return rows.order_by().aggregate(due=Sum("due_minor"))["due"] or 0
