"""The only readers of targets, in the actor's scope."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from gongying.books.goods import read as goods
from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import HQ, query
from gongying.core.refusal import Missing
from gongying.core.scope import one
from gongying.core.words import pick
from gongying.engines.phasing import phase, shape

from .models import Plan, PlanLine


@dataclass(frozen=True)
class History:
    """Twelve complete months of sell-in [since, until): by (distributor code, group), and the season of each group."""

    since: date
    until: date
    amounts: dict[tuple[str, str], int]
    season: dict[str, list[int]]


@dataclass(frozen=True)
class Asked:
    """A distributor in a plan: what it bought in the history and what is asked, in minor units."""

    party_id: int
    code: str
    name: str
    region: str
    previous_minor: int
    amount_minor: int
    adjusted: int

    @property
    def growth(self) -> float | None:
        """Asked ÷ bought − 1; None without history."""
        return self.amount_minor / self.previous_minor - 1 if self.previous_minor > 0 else None


@dataclass(frozen=True)
class Group:
    """A product group of a distributor in a plan: the line, its name and its twelve months in minor units."""

    line: PlanLine
    name: str
    months: list[int]


def history(currency: str, year: str) -> History:
    """The last twelve complete months before the newest sell-in, and never later than the year that is planned."""
    newest = metrics.newest_day(SYSTEM, metrics.snapshot()) or calendar.period(year).start
    until = min(calendar.month_of(newest).start, calendar.period(year).start)
    since = calendar.year_before(until)
    found: dict[tuple[str, str], int] = {}
    months: dict[str, dict[int, int]] = defaultdict(dict)
    whole: dict[int, int] = defaultdict(int)
    if since < until:
        asked = {"start": since, "end": until, "where": {"currency": currency}}
        rows = metrics.figure(SYSTEM, "sell_in", by=("party", "category"), **asked).rows  # type: ignore[arg-type]
        found = {(party, group): net for party, group, net in rows if party and group and net > 0}
        for group, month, net in metrics.figure(SYSTEM, "sell_in", by=("category", "month"), **asked).rows:  # type: ignore[arg-type]
            months[group][int(month[-2:])] = net
            whole[int(month[-2:])] += net
    season = {group: shape(held, whole) for group, held in months.items()}
    return History(since, until, found, season)


def plans(actor: Actor) -> QuerySet[Plan]:
    """Plans, newest first, with how much they ask of how many distributors in scope."""
    inside = None if actor.parties is None else Q(lines__party_id__in=actor.parties)
    total = Sum("lines__amount_minor", filter=inside)
    return Plan.objects.annotate(
        total=total, distributors=Count("lines__party", distinct=True, filter=inside)
    ).order_by("-id")


def plan_row(plan_id: int) -> Plan:
    """One plan, or Missing."""
    return one(Plan.objects.all(), pk=plan_id)


def lines(actor: Actor, plan: Plan) -> QuerySet[PlanLine]:
    """The lines of a plan in scope."""
    rows: QuerySet[PlanLine] = PlanLine.objects.for_actor(actor).filter(plan=plan)
    return rows.select_related("party__region").order_by("party__code", "category")


def season_of(plan: Plan, category: str) -> list[int]:
    """The twelve weights of a product group in a plan."""
    held: dict[str, list[int]] = json.loads(plan.season)
    return held.get(category, [1] * 12)


def asked(actor: Actor, plan: Plan) -> list[Asked]:
    """The distributors of a plan in scope, the largest first."""
    found: dict[int, list[PlanLine]] = defaultdict(list)
    for line in lines(actor, plan):
        found[line.party_id].append(line)
    rows = []
    for party_id, held in found.items():
        party = held[0].party
        rows.append(
            Asked(
                party_id,
                party.code,
                pick(party.name, party.name_en),
                pick(party.region.name, party.region.name_en) if party.region else "",
                sum(line.previous_minor for line in held),
                sum(line.amount_minor for line in held),
                sum(line.adjusted_by != "" for line in held),
            )
        )
    return sorted(rows, key=lambda row: (-row.amount_minor, row.code))


def groups(actor: Actor, plan: Plan, party_id: int) -> list[Group]:
    """The product groups of one distributor in a plan, phased over the months. Missing when it is out of scope, or when
    the plan is no draft any more and asks nothing of it."""
    parties.party(actor, party_id)
    names = dict(goods.category_choices())
    held = list(lines(actor, plan).filter(party_id=party_id))
    if not held and plan.state != "draft":
        raise Missing("not in this plan")
    return [
        Group(
            line, names.get(line.category, line.category), phase(line.amount_minor, season_of(plan, line.category))
        )
        for line in held
    ]


def others(actor: Actor, plan: Plan) -> list[tuple[int, str]]:
    """(id, code and name) of the distributors in scope of whom a plan asks nothing yet."""
    known = set(lines(actor, plan).values_list("party_id", flat=True))
    return [(p.pk, f"{p.code} {pick(p.name, p.name_en)}") for p in parties.parties(actor) if p.pk not in known]


def by_month(actor: Actor, plan: Plan) -> list[int]:
    """What a plan asks in each month, January first, of the distributors in scope."""
    found = [0] * 12
    sums = lines(actor, plan).order_by().values_list("category", "amount_minor")
    for category, amount in sums:
        found = [have + more for have, more in zip(found, phase(amount, season_of(plan, category)), strict=True)]
    return found


@dataclass(frozen=True)
class PlanView:
    """A plan in numbers, for programs."""

    id: int
    number: str
    year: str
    currency: str
    state: str
    total_minor: int
    months: list[int]


@query(needs="targets.view", roles=HQ)
def plan(actor: Actor, *, plan_id: int) -> PlanView:
    """A plan with what it asks in each month, of the distributors in scope."""
    row = plan_row(plan_id)
    months = by_month(actor, row)
    return PlanView(row.pk, row.number, row.year, row.currency, row.state, sum(months), months)
