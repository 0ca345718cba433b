"""The only readers of stars, in the actor's scope; what a run of a year would say."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import EVERYONE, HQ, PORTAL, query
from gongying.core.policies import read as policies
from gongying.core.policies.kinds import Kind, register
from gongying.core.refusal import Missing, Refused
from gongying.core.scope import one
from gongying.core.words import pick
from gongying.engines import stars as engine
from gongying.engines.money import exponent

from .models import Excuse, Line, Right, Run
from .rules import KEY, KIND, StarProgramme, lint

register(
    Kind(
        KIND,
        _("Star programme"),
        StarProgramme,
        lambda document: lint(document, metrics.METRICS),
        scopes=("network",),
        key=KEY,
    )
)


@dataclass(frozen=True)
class InForce:
    """The rules with their version."""

    version_id: int
    hash: str
    document: StarProgramme


@dataclass(frozen=True)
class Counted:
    """A year of a chain with what it was judged by: its figure (major units; None: unknown), its level, its sales."""

    year: int
    state: str
    figure: Decimal | None
    level: str
    sales_minor: int


@dataclass(frozen=True)
class Earned:
    """What a run says of one distributor."""

    party_id: int
    code: str
    chain: list[Counted]
    count: int
    star: str
    bonus: engine.Bonus


def rules_on(on: date) -> InForce:
    """The programme in force on a day, or Missing."""
    found = policies.value(KIND, KEY, on)
    if not isinstance(found.document, StarProgramme):
        raise Missing("star programme")
    return InForce(found.version_id, found.hash, found.document)


def in_force(on: date) -> InForce | None:
    """The same, None where there is none."""
    try:
        return rules_on(on)
    except Missing:
        return None


def document_of(run: Run) -> StarProgramme:
    """The very rules a run was made by."""
    document = policies.parsed(policies.version(run.version_id))
    if not isinstance(document, StarProgramme):
        raise Missing("star programme")
    return document


def names_of(document: StarProgramme) -> dict[str, str]:
    """The names of the stars."""
    return {each.code: pick(each.name, each.name_en) for each in document.stars}


def reasons_of(document: StarProgramme) -> dict[str, str]:
    """The names of the reasons by which a gap may be excused."""
    return {each.code: pick(each.name, each.name_en) for each in document.reasons}


def calculated(document: StarProgramme, year: int, *, actor: Actor = SYSTEM, code: str = "") -> list[Earned]:
    """The chains that end with a year, with stars and bonus, of everybody in scope who had a good year; nothing is written.

    Raises Refused for a year before the programme begins.
    """
    if year < document.since_year:
        raise Refused(_("The programme counts years since %(year)s.") % {"year": document.since_year}, field="year")
    years = range(document.since_year, year + 1)
    sales = _by_year(actor, "sell_in", document, years, code)
    figures = _by_year(actor, document.metric, document, years, code) if document.metric else {}
    people = parties.parties(actor)
    ids: dict[str, int] = dict((people.filter(code=code) if code else people).values_list("code", "id"))
    levels = (
        {each: parties.levels_at(document.level_day(each), ids.values()) for each in years}
        if document.levels
        else {}
    )
    excused = _excused(ids.values())
    paid = _paid(ids.values())
    found = []
    for name, pk in sorted(ids.items()):
        counted = [
            _year(document, each, figures.get((name, each)), levels.get(each, {}).get(pk, ""), sales.get((name, each), Decimal(0)), (pk, each) in excused)
            for each in years
        ]  # fmt: skip
        earned = _earned(document, pk, name, counted, paid.get(pk, {}))
        if earned.count or earned.bonus.before:
            found.append(earned)
    return found


def _by_year(
    actor: Actor, metric: str, document: StarProgramme, years: range, code: str
) -> dict[tuple[str, int], Decimal]:
    """A figure by distributor and year; money in major units."""
    found, where = metrics.METRICS[metric], {"party": code} if code else {}
    if "currency" in found.by and (found.unit == "money" or found.priced):
        where["currency"] = document.currency
    places = exponent(document.currency) if found.unit == "money" else 0
    start, end = date(years[0], 1, 1), date(years[-1] + 1, 1, 1)
    rows = metrics.figure(actor, metric, start=start, end=end, by=("party", "year"), where=where).as_dict()
    return {
        (n, int(y)): Decimal(v).scaleb(-places) for (n, y), v in rows.items() if n is not None and v is not None
    }


def _excused(ids: Any) -> set[tuple[int, int]]:
    rows = Excuse.objects.unscoped("counting good years").filter(party_id__in=list(ids), state="approved")
    return set(rows.values_list("party_id", "year"))


def _paid(ids: Any) -> dict[int, dict[int, int]]:
    """What was posted, by distributor and year of the run."""
    rows = Line.objects.unscoped("truing up").filter(party_id__in=list(ids), run__state="posted")
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for pk, year, due in rows.values_list("party_id", "run__year", "due_minor"):
        found[pk][year] += due
    return found


@dataclass(frozen=True)
class _Judged:
    counted: Counted
    good: bool
    excused: bool


def _year(
    document: StarProgramme, year: int, figure: Decimal | None, level: str, sales: Decimal, excused: bool
) -> _Judged:
    good = not document.levels or level in document.levels
    if document.metric:
        good = good and figure is not None and figure >= (document.at_least or 0)
    minor = int(sales.scaleb(exponent(document.currency)))
    return _Judged(Counted(year, "", figure, level, minor), good, excused)


def _earned(document: StarProgramme, pk: int, code: str, judged: list[_Judged], paid: dict[int, int]) -> Earned:
    chain = engine.chain(
        [engine.Year(each.counted.year, each.good, each.excused) for each in judged],
        most_excused=document.most_excused,
    )
    by_year = {each.counted.year: each.counted for each in judged}
    links = [Counted(e.year, e.state, (c := by_year[e.year]).figure, c.level, c.sales_minor) for e in chain.links]
    base = sum(each.sales_minor for each in links if each.state == "good")
    last = judged[-1].counted.year
    before = sum(paid.get(y, 0) for y in {*(each.year for each in links if each.state != "broken"), last})
    bonus = engine.bonus(base, document.growing(), chain.count, before=before)
    reached = engine.star(chain.count, document.ladder())
    return Earned(pk, code, links, chain.count, reached.code if reached else "", bonus)


def chain_text(chain: list[Counted]) -> str:
    """A chain as a run keeps it."""
    return json.dumps(
        [[c.year, c.state, None if c.figure is None else str(c.figure), c.level, c.sales_minor] for c in chain]
    )


def chain_of(row: Line) -> list[Counted]:
    """The chain a line was made of."""
    return [
        Counted(year, state, None if figure is None else Decimal(figure), level, sales)
        for year, state, figure, level, sales in json.loads(row.chain)
    ]


def runs() -> QuerySet[Run]:
    """Runs, the newest first."""
    return Run.objects.order_by("-id")


def run_row(run_id: int) -> Run:
    """One run, or Missing."""
    return one(Run.objects.all(), pk=run_id)


def lines(actor: Actor) -> QuerySet[Line]:
    """Lines in scope; a distributor's people see those that hold."""
    rows: QuerySet[Line] = Line.objects.for_actor(actor).select_related("run", "party")
    return rows.filter(run__state="posted") if actor.role in PORTAL else rows


def newest(actor: Actor) -> list[Line]:
    """Of the newest year that was posted what holds: of every distributor in scope the newest line."""
    last = Run.objects.filter(state="posted").order_by("-year").first()
    if last is None:
        return []
    rows = lines(actor).filter(run__state="posted", run__year=last.year).order_by("run_id")
    return list({row.party_id: row for row in rows}.values())


def excuses(actor: Actor) -> QuerySet[Excuse]:
    """Excuses in scope, the newest first."""
    rows: QuerySet[Excuse] = Excuse.objects.for_actor(actor).select_related("party")
    return rows.order_by("-id")


def rights(actor: Actor, on: date) -> list[Right]:
    """Who in scope has the right of first renewal on a day: of each distributor the newest; most years first, then most sold."""
    rows = Right.objects.for_actor(actor).filter(valid_from__lte=on, valid_to__gt=on).select_related("party", "run")
    held = {row.party_id: row for row in rows.order_by("run_id")}
    return sorted(held.values(), key=lambda row: (-row.count, -row.base_minor, row.party.code))


def last_year(on: date) -> int:
    """The last year that is over on a day."""
    return (on.replace(month=1, day=1) - timedelta(days=1)).year


@dataclass(frozen=True)
class StarLine:
    """A star for people and programs, money in minor units."""

    party_id: int
    code: str
    year: int
    years: int
    star: str
    base_minor: int
    rate: Decimal
    entitled_minor: int
    due_minor: int
    currency: str


@query(needs="stars.view", roles=EVERYONE)
def stars(actor: Actor) -> list[StarLine]:
    """The stars in scope by the newest run that was posted (C138)."""
    return [
        StarLine(
            row.party_id, row.party.code, row.run.year, row.count, row.star, row.base_minor, row.rate, row.entitled_minor,
            row.due_minor, row.run.currency,
        )
        for row in newest(actor)
    ]  # fmt: skip


@dataclass(frozen=True)
class RenewalLine:
    """A right of first renewal for people and programs; `rank` 1 is asked first."""

    rank: int
    party_id: int
    code: str
    star: str
    years: int
    valid_from: date
    valid_to: date


@query(needs="stars.view", roles=EVERYONE)
def renewals(actor: Actor, *, on: date) -> list[RenewalLine]:
    """Who in scope is offered the renewal of its contract and territory first on a day, in which order (C139). A distributor
    sees its own right only, with rank 0."""
    return [
        RenewalLine(
            0 if actor.role in PORTAL else rank,
            row.party_id,
            row.party.code,
            row.star,
            row.count,
            row.valid_from,
            row.valid_to,
        )
        for rank, row in enumerate(rights(actor, on), 1)
    ]


@query(needs="stars.preview", roles=HQ)
def preview(actor: Actor, *, year: int) -> list[StarLine]:
    """What a run of a year would say now for the distributors in scope; nothing is written."""
    document = rules_on(date(year, 12, 31)).document
    return [
        StarLine(
            each.party_id, each.code, year, each.count, each.star, each.bonus.base, each.bonus.rate, each.bonus.entitled,
            each.bonus.due, document.currency,
        )
        for each in calculated(document, year, actor=actor)
    ]  # fmt: skip
