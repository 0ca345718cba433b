"""What a period would award: the figures of the books by the rules in their order."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.books.trade import read as trade
from gongying.core import calendar
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import HQ, query
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.core.words import pick
from gongying.engines import points as engine
from gongying.engines.money import exponent

from ..models import Award, Earning
from ..rules import EarningRule, Programme
from .policies import InForce, programme_on
from .wallet import balances

Figures = dict[int, dict[str, Decimal | None]]


@dataclass(frozen=True)
class Row:
    """What one distributor is entitled to, had before, and would get now; `short` cannot be taken back any more."""

    party_id: int
    level: str
    before: int
    due: int
    short: int
    earning: engine.Earning


@dataclass(frozen=True)
class Calculation:
    """A period before it is written: the rules, how far the lines were known, and everybody's points."""

    rules: InForce
    span: calendar.Period
    last_day: date
    watermark: int
    rows: list[Row]


def measure(document: Programme, start: date, end: date) -> Figures:
    """The figure of every rule over [start, end), by party and code of the rule; money in major units."""
    found: Figures = defaultdict(dict)
    ids: dict[str, int] = {}
    moment = metrics.snapshot()
    for rule in document.rules:
        if rule.kind == "outlets":
            for party_id, count in trade.new_buyers(start, end).items():
                found[party_id][rule.code] = Decimal(count)
            continue
        values = _figure(rule, document.currency, start, end, moment)
        ids |= parties.ids_by_code(values.keys() - ids.keys()) if values.keys() - ids.keys() else {}
        for code, value in values.items():
            if code in ids:
                found[ids[code]][rule.code] = value
    for rule in document.rules:
        if rule.kind == "outlets":  # nobody new is none, and known
            for held in found.values():
                held.setdefault(rule.code, Decimal(0))
    return found


def _figure(rule: EarningRule, currency: str, start: date, end: date, on: Any) -> dict[str, Decimal | None]:
    """A registered figure by code of party; one that nobody registered, or that is not told by party, is nobody's."""
    metric = metrics.METRICS.get(rule.figure)
    if metric is None or "party" not in metric.by:
        return {}
    where = {"category": rule.group} if rule.group else {}
    if "currency" in metric.by and (metric.unit == "money" or metric.priced):
        where["currency"] = currency
    places = exponent(currency) if metric.unit == "money" else 0
    rows = metrics.figure(SYSTEM, metric.code, start=start, end=end, by=("party",), where=where, on=on).as_dict()
    return {
        code: None if value is None else Decimal(str(value)).scaleb(-places)
        for code, value in rows.items()
        if code is not None
    }


def span_of(document: Programme, period: str, as_of: date) -> calendar.Period:
    """A period of the programme's kind that has begun. Raises Refused."""
    span = calendar.period(period)
    natural = calendar.NATURAL[document.period]
    if natural(span.start) != span:
        raise Refused(
            _("This programme does not award %(period)s.") % {"period": span.code},
            code="period_kind",
            field="period",
            remedy=_("Name a period such as %(example)s.") % {"example": natural(min(span.start, as_of)).code},
        )
    if as_of < span.start:
        raise Refused(
            _("The period %(period)s has not begun.") % {"period": span.code},
            code="period_not_begun",
            field="period",
        )
    return span


def calculate(period: str, as_of: date) -> Calculation:
    """Everybody's points of a period as known now, up to a day; nothing is written. Raises Refused or Missing."""
    asked = calendar.period(period)
    rules = programme_on(max(asked.start, min(asked.last_day, as_of)))
    span = span_of(rules.document, period, as_of)
    end = min(span.end, as_of + timedelta(days=1))
    values = measure(rules.document, span.start, end)
    before = awarded(span.code)
    whom = sorted(values.keys() | before.keys())
    levels = parties.levels_at(end - timedelta(days=1), whom)
    there = balances(whom)
    rows = []
    for party_id in whom:
        found = earned(rules.document, values.get(party_id, {}), levels.get(party_id, ""))
        due = engine.true_up(found.points, before.get(party_id, 0), there.get(party_id, 0))
        if found.points or before.get(party_id, 0):
            rows.append(Row(party_id, levels.get(party_id, ""), before.get(party_id, 0), due.due, due.short, found))
    return Calculation(rules, span, end - timedelta(days=1), trade.watermark(), rows)


def earned(document: Programme, values: dict[str, Decimal | None], level: str) -> engine.Earning:
    """The points of one distributor by a programme."""
    return engine.earn(
        [rule.terms() for rule in document.rules], values, multiplier=document.factor(level), cap=document.cap
    )


def awarded(period: str) -> dict[int, int]:
    """What was posted for a period so far, by party."""
    rows = Earning.objects.unscoped("true-up").filter(award__period=period, award__state="posted").order_by()
    return {party: total for party, total in rows.values_list("party_id").annotate(total=Sum("posted")) if total}


@dataclass(frozen=True)
class Proposed:
    """A line of a preview, for people and programs: points by rule, and what each came from."""

    party_id: int
    code: str
    name: str
    level: str
    entitled: int
    before: int
    due: int
    by_rule: dict[str, int]


def proposed(actor: Actor, found: Calculation) -> list[Proposed]:
    """The rows of a calculation in the actor's scope, with names."""
    known = {party.pk: party for party in parties.parties(actor)}
    return [
        Proposed(
            row.party_id,
            known[row.party_id].code,
            pick(known[row.party_id].name, known[row.party_id].name_en),
            row.level,
            row.earning.points,
            row.before,
            row.due,
            {part.code: part.points for part in row.earning.parts},
        )
        for row in found.rows
        if row.party_id in known
    ]


@query(needs="points.preview", roles=HQ)
def preview(actor: Actor, *, period: str, as_of: date | None = None) -> list[Proposed]:
    """What a period would award now, for the distributors in scope; nothing is written."""
    return proposed(actor, calculate(period, as_of or timezone.localdate()))


def awards() -> QuerySet[Award]:
    """Every award, the newest first."""
    return Award.objects.order_by("-id")


def award_row(award_id: int) -> Award:
    """One award, or Missing."""
    return one(Award.objects.all(), pk=award_id)


def earnings(actor: Actor) -> QuerySet[Earning]:
    """What distributors in scope earned; their own people see what was posted only."""
    rows: QuerySet[Earning] = Earning.objects.for_actor(actor).select_related("award", "party")
    rows = rows if actor.role not in ("owner", "clerk") else rows.filter(award__state="posted")
    return rows.order_by("-award_id", "-due")


def earning_row(actor: Actor, earning_id: int) -> Earning:
    """One of them, or Missing."""
    return one(earnings(actor), pk=earning_id)
