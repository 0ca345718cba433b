"""Statements in scope, their sections and lines, and the hash of their figures."""

from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, Count, Max, Q, QuerySet, Value

from gongying.books.money import read as money
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, PORTAL, query
from gongying.core.scope import one
from gongying.core.words import pick
from gongying.engines import chain

from ..models import Difference, LedgerLine, Section, Statement
from ..rules import ANSWERABLE, SIGNS
from . import pools

LONGEST_PAGE = 200
MOST_MONTHS = 24


@dataclass(frozen=True)
class SectionView:
    """One account and currency: opening + up − down = closing, minor units. `bridge` leads to his closing: (kind, reason,
    how many, minor units)."""

    account: str
    currency: str
    opening_minor: int
    up_minor: int
    down_minor: int
    closing_minor: int
    lines: int
    their_closing_minor: int | None
    bridge: list[tuple[str, str, int, int]]


@dataclass(frozen=True)
class StatementView:
    """A statement of account for programs."""

    id: int
    number: str
    month: str
    party_id: int
    party: str
    state: str
    due_on: date | None
    figures_hash: str
    policy_hash: str
    sections: list[SectionView]
    open_differences: int


@dataclass(frozen=True)
class LineView:
    """A line of either ledger; `amount_minor` counts like the statement, `found` is what the run says of it."""

    id: int
    side: str
    account: str
    currency: str
    day: date
    number: str
    kind: str
    amount_minor: int
    found: str
    difference_id: int | None


def statements(actor: Actor) -> QuerySet[Statement]:
    """Statements in scope, newest first, with what is open about each; a distributor sees them once they are sent."""
    live = Q(differences__state__in=("open", "agreed"))
    rows: QuerySet[Statement] = (
        Statement.objects.for_actor(actor).select_related("party__region").order_by("-end", "-id")
    )
    rows = rows.annotate(open_count=Count("differences", filter=live))
    return rows.exclude(state="prepared") if actor.role in PORTAL else rows


def statement_row(actor: Actor, soa_id: int) -> Statement:
    """One statement in scope, or Missing."""
    return one(statements(actor), pk=soa_id)


def locked(actor: Actor, soa_id: int) -> Statement:
    """One statement in scope that nobody else changes until this transaction ends, or Missing."""
    rows = Statement.objects.for_actor(actor).select_for_update(of=("self",)).select_related("party")
    rows = rows.exclude(state="prepared") if actor.role in PORTAL else rows
    found: Statement = one(rows, pk=soa_id)
    return found


def unanswered(party_id: int) -> list[Statement]:
    """Statements of a distributor that wait for him."""
    rows = Statement.objects.unscoped("what time does").filter(party_id=party_id, state__in=ANSWERABLE)
    return list(rows.select_for_update(of=("self",)).select_related("party").order_by("id"))


def entries(actor: Actor) -> QuerySet[LedgerLine]:
    """Lines of both ledgers in scope; a distributor sees ours once their statement is sent."""
    rows: QuerySet[LedgerLine] = LedgerLine.objects.for_actor(actor).filter(withdrawn=False)
    if actor.role in PORTAL:
        rows = rows.filter(Q(side="theirs") | (Q(statement__isnull=False) & ~Q(statement__state="prepared")))
    return rows


def lines(actor: Actor, row: Statement) -> QuerySet[LedgerLine]:
    """The lines of both ledgers that belong to a statement: ours that it states, his that its ledger or his answers name."""
    mine = Q(statement=row) | Q(ledger__statement=row)
    typed = Q(side="theirs", ledger__isnull=True, party_id=row.party_id, day__gte=row.start, day__lt=row.end)
    rows = entries(actor).filter(mine | typed).select_related("match", "difference", "statement")
    return rows.order_by("day", "id")


def sheet(row: Statement) -> list[Section]:
    """The sections of a statement, the receivable first."""
    return pools.sections_of([row.pk]).get(row.pk, [])


def _view(row: Section) -> SectionView:
    steps = [(kind, reason, count, amount) for kind, reason, count, amount in row.bridge]
    return SectionView(
        row.account, row.currency, row.opening_minor, row.up_minor, row.down_minor, row.closing_minor, row.lines,
        row.their_closing_minor, steps,
    )  # fmt: skip


@query(needs="reconciliation.view", roles=EVERYONE)
def statement(actor: Actor, *, soa_id: int) -> StatementView:
    """A statement of account with its sections and the bridge of each."""
    row = statement_row(actor, soa_id)
    return StatementView(
        row.pk, row.number, row.month, row.party_id, pick(row.party.name, row.party.name_en), row.state, row.due_on,
        row.figures_hash, row.policy_hash, [_view(each) for each in sheet(row)], row.open_count,  # type: ignore[attr-defined]
    )  # fmt: skip


@query(needs="reconciliation.view", roles=EVERYONE)
def statement_lines(actor: Actor, *, soa_id: int, offset: int = 0, limit: int = 50) -> list[LineView]:
    """The lines of both ledgers of a statement, at most 200 at a time."""
    rows = lines(actor, statement_row(actor, soa_id))
    first, size = max(0, offset), min(max(1, limit), LONGEST_PAGE)
    return [
        LineView(
            r.pk, r.side, r.account, r.currency, r.day, r.number, r.kind, r.amount_minor,
            r.match.reason if r.match else r.difference.kind if r.difference else "", r.difference_id,
        )
        for r in rows[first : first + size]
    ]  # fmt: skip


def figures(row: Statement) -> dict[str, object]:
    """What a statement says: number, distributor, days, policy, sections, and every line of ours."""
    held = LedgerLine.objects.unscoped("sealing").filter(statement=row, side="ours").order_by("id")
    return {
        "number": row.number,
        "party": row.party.code,
        "days": [row.start.isoformat(), row.end.isoformat()],
        "policy": row.policy_hash,
        "sections": [
            [s.account, s.currency, s.opening_minor, s.up_minor, s.down_minor, s.closing_minor] for s in sheet(row)
        ],
        "lines": [
            [e.account, e.currency, e.day.isoformat(), e.number, e.amount_minor, e.transfer_id] for e in held
        ],
    }


def confirmed_text(row: Statement) -> str:
    """What is confirmed with a statement as it stands now: its figures, and the differences that stay open beside them."""
    live = (
        Difference.objects.unscoped("sealing")
        .filter(party_id=row.party_id, day__lt=row.end)
        .exclude(state="closed")
    )
    left = [[d.account, d.currency, d.kind, d.reason, d.number, d.amount_minor] for d in live.order_by("id")]
    return chain.canonical(figures(row) | {"open": left}).decode()


def not_drawn(actor: Actor, month: str) -> list[int]:
    """Distributors in scope with an account and no statement of a month yet."""
    held = money.accounts(actor).filter(kind__in=SIGNS, holder__isnull=False).order_by("holder_id")
    holders = held.values_list("holder_id", flat=True).distinct()
    done = set(Statement.objects.for_actor(actor).filter(month=month).values_list("party_id", flat=True))
    later = Statement.objects.for_actor(actor).order_by().values("party_id").annotate(last=Max("end"))
    start = calendar.period(month).start
    ahead = {each["party_id"] for each in later if each["last"] > start}
    return [pk for pk in holders if pk is not None and pk not in done and pk not in ahead]


def waiting(actor: Actor, today: date) -> list[tuple[str, date | None]]:
    """What waits in scope, in one question: ("soa", day of the answer) for statements without an answer, ("house" | "party",
    day it is due) for open differences by whose turn it is."""
    portal = actor.role in PORTAL
    mark = Value("soa", output_field=CharField())
    soas = Statement.objects.for_actor(actor).filter(state__in=ANSWERABLE).order_by()
    soas = soas if portal else soas.filter(due_on__lt=today)
    live = Difference.objects.for_actor(actor).filter(state="open").exclude(turn="").order_by()
    live = live.exclude(statement__state="prepared") if portal else live
    return list(soas.values_list(mark, "due_on").union(live.values_list("turn", "due_on"), all=True))


def due_to_draw(actor: Actor, today: date) -> tuple[str, list[int]]:
    """The last month, and the distributors whose statement of it is due: the day their policy names has come."""
    month = open_months(today)[0]
    ids = not_drawn(actor, month)
    return month, [pk for pk in ids if pools.rules_of(pk, today).rules.draw_day <= today.day]


def open_months(today: date) -> list[str]:
    """The months that are over and may be drawn, newest first."""
    found, day = [], today
    for _month in range(MOST_MONTHS):
        span = calendar.month_of(calendar.month_of(day).start)
        day = date.fromordinal(span.start.toordinal() - 1)
        found.append(calendar.month_of(day).code)
    return found
