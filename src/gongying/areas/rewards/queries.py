"""The only readers of rewards, in the actor's scope."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from gongying.books.lake.read import Snapshot
from gongying.books.metrics import read as metrics
from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.books.trade import read as trade
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, HQ, query
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing
from gongying.core.scope import one
from gongying.core.words import pick
from gongying.engines.rebates import Derivation, derive

from .models import Run, Statement
from .rules import PROGRAMME, Programme

LONGEST_PAGE = 200


@dataclass(frozen=True)
class Due:
    """One line of a settlement: base (minor units or pieces), entitlement, settled before, due."""

    party_id: int
    code: str
    name: str
    currency: str
    base: int
    lines: int
    tier: int | None
    entitled_minor: int
    settled_minor: int
    due_minor: int


@dataclass(frozen=True)
class Step:
    """A step of the derivation, for people and programs."""

    code: str
    amount: int
    inputs: dict[str, str]
    children: list["Step"]


@dataclass(frozen=True)
class StatementView:
    """A statement with its derivation and its place in the account."""

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
    disputes: list[str]


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


@dataclass(frozen=True)
class Calculation:
    """What a run would settle now: the policy it used, the watermark, and every derivation."""

    version_id: int
    policy_hash: str
    watermark: int
    currency: str
    rows: list[tuple[int, int, int, Derivation]]  # party, base, number of lines, derivation


def calculate(programme: str, period: str, up_to: int | None = None) -> Calculation:
    """due = F(cumulative facts, policy version) - settled, for every distributor of the programme."""
    span = calendar.period(period)
    policy = policies.value(PROGRAMME.code, programme, span.last_day)
    document = policy.document
    if not isinstance(document, Programme):
        raise Missing(programme)
    watermark = trade.watermark() if up_to is None else up_to
    (held,) = metrics.bases([selection_of(document, span, watermark)])
    found = {base.party_id: base for base in held}
    before = settled_before(programme, period)
    terms, rows = document.terms(), []
    for party_id in sorted(found.keys() | before.keys()):
        base = found.get(party_id)
        counted = 0 if base is None else base.net_minor if document.basis == "value" else base.quantity
        derivation = derive(counted, terms, before.get(party_id, 0))
        rows.append((party_id, counted, base.lines if base else 0, derivation))
    return Calculation(policy.version_id, policy.hash, watermark, document.currency, rows)


def selection_of(document: Programme, span: calendar.Period, watermark: int | None) -> metrics.Selection:
    """The lines a programme pays on in a period, as known at a watermark."""
    return metrics.Selection(
        span.start,
        span.end,
        document.currency,
        categories=tuple(document.categories),
        products=tuple(document.products),
        without=tuple(document.without),
        places=tuple(document.regions),
        up_to=watermark,
    )


def settled_before(programme: str, period: str) -> dict[int, int]:
    """What earlier runs that stand have settled, by party."""
    rows = Statement.objects.unscoped("settlement").filter(
        run__programme=programme, run__period=period, run__state="posted"
    )
    return dict(rows.values_list("party_id").annotate(total=Sum("due_minor")))


@query(needs="rewards.preview", roles=HQ)
def preview(actor: Actor, *, programme: str, period: str) -> list[Due]:
    """What settling a programme for a period would pay now; nothing is written."""
    known = {p.pk: p for p in parties.parties(actor)}
    found = calculate(programme, period)
    return [
        Due(
            pk,
            known[pk].code,
            pick(known[pk].name, known[pk].name_en),
            found.currency,
            base,
            count,
            d.tier,
            d.entitled,
            d.settled,
            d.due,
        )
        for pk, base, count, d in found.rows
        if pk in known
    ]


def runs(actor: Actor) -> QuerySet[Run]:
    """Settlement runs, newest first, with their number of statements and what is due."""
    return Run.objects.annotate(count=Count("statements"), due=Sum("statements__due_minor")).order_by("-id")


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
    disputes = list(row.disputes.unscoped("of a visible statement").values_list("reason", flat=True))
    run = row.run
    return StatementView(
        row.pk, run.number, run.programme, run.period, run.policy_hash, row.state, run.state, due, steps, balance, disputes
    )  # fmt: skip


def _step(part: dict[str, Any]) -> Step:
    return Step(part["code"], part["amount"], part["inputs"], [_step(child) for child in part["children"]])


def evidence(actor: Actor, row: Statement) -> QuerySet[Any]:
    """The sales lines a statement rests on: exactly those its run saw."""
    document = policies.parsed(policies.version(row.run.version_id))
    span = calendar.period(row.run.period)
    rows = trade.lines(
        actor,
        level="sell_in",
        start=span.start,
        end=span.end,
        currency=row.currency,
        party_id=row.party_id,
        up_to=row.run.watermark,
    )
    if not isinstance(document, Programme):
        return rows
    if document.categories or document.products:
        rows = rows.filter(
            Q(product__category__code__in=document.categories) | Q(product__code__in=document.products)
        )
    return rows.exclude(product__code__in=document.without) if document.without else rows


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


def total(rows: QuerySet[Statement]) -> int:
    """What a selection of statements is due, in minor units."""
    return rows.order_by().aggregate(due=Sum("due_minor"))["due"] or 0


@dataclass(frozen=True)
class Progress:
    """How far a distributor is in a running programme: base so far, what it earned, and what the next tier would bring.

    `base` and the starts are in minor units for value and in pieces for quantity; `next_gain_minor` is what reaching the
    next tier exactly would add to the rebate.
    """

    programme: str
    title: str
    period: str
    basis: str
    currency: str
    base: int
    accrued_minor: int
    tier: int | None
    tiers: int
    start: int
    next_start: int | None
    gap: int | None
    next_gain_minor: int | None


def progress(actor: Actor, party_id: int, on: date, moment: Snapshot | None = None) -> list[Progress]:
    """The programmes of a distributor that run on a day, as known now (or at a snapshot).

    Missing when the party is out of scope.
    """
    if not actor.sees(party_id):
        raise Missing("no such distributor")
    newest = {row.key: row for row in policies.in_force(PROGRAMME.code, on)}
    documents = [(row, policies.parsed(row)) for row in newest.values()]
    asked = [(row, doc, running_period(doc, on)) for row, doc in documents if isinstance(doc, Programme)]
    found = []
    for (row, document, span), held in zip(
        asked, metrics.bases([selection_of(doc, span, None) for _row, doc, span in asked], moment), strict=True
    ):
        base = next((each for each in held if each.party_id == party_id), None)
        if base is not None:
            counted = base.net_minor if document.basis == "value" else base.quantity
            found.append(_progress(row.key, pick(row.title, row.title_en), document, span, counted))
    return found


def running_period(document: Programme, on: date) -> calendar.Period:
    """The natural period of the programme's kind that holds a day."""
    kinds = {"month": calendar.month_of, "quarter": calendar.quarter_of, "year": calendar.year_of}
    return kinds[document.period](on)


def _progress(key: str, title: str, document: Programme, span: calendar.Period, counted: int) -> Progress:
    terms = document.terms()
    unit = 100 if document.basis == "value" else 1
    now = derive(counted, terms, 0)
    starts = [int(tier.start * unit) for tier in terms.tiers]
    above = [start for start in starts if start > counted]
    following = above[0] if above else None
    return Progress(
        programme=key,
        title=title,
        period=span.code,
        basis=document.basis,
        currency=document.currency,
        base=counted,
        accrued_minor=now.entitled,
        tier=now.tier,
        tiers=len(starts),
        start=max((start for start in starts if start <= counted), default=0),
        next_start=following,
        gap=None if following is None else following - counted,
        next_gain_minor=None if following is None else derive(following, terms, 0).entitled - now.entitled,
    )
