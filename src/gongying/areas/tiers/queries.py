"""The only readers of tiers, in the actor's scope."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import EVERYONE, HQ, query
from gongying.core.policies import read as policies
from gongying.core.policies.kinds import Kind, register
from gongying.core.refusal import Missing
from gongying.core.scope import one
from gongying.core.words import pick
from gongying.engines.levels import Check, Placement, decide, place
from gongying.engines.money import exponent

from .models import Review, Standing
from .rules import KIND, Step, TierProgramme, lint

register(Kind(KIND, _("Tier programme"), TierProgramme, lambda document: lint(document, metrics.METRICS)))
Values = dict[str, Decimal | None]


@dataclass(frozen=True)
class Proposed:
    """What a review would decide for one distributor."""

    party_id: int
    level: str
    previous: str
    reason: str
    short_since: date | None
    values: Values


@dataclass(frozen=True)
class Outcome:
    """A review before it is written: the rules it used and a decision for every distributor that bought."""

    version_id: int
    policy_hash: str
    programme: TierProgramme
    rows: list[Proposed]


@dataclass(frozen=True)
class StandingView:
    """The level of a distributor: what it rests on, and how far the next level is by the figures of the running year."""

    party_id: int
    level: str
    name: str
    since: date | None
    reason: str
    period: str
    benefits: list[str]
    missing: list["Gap"]
    next_name: str


@dataclass(frozen=True)
class Gap:
    """A requirement with where the distributor stands: in the unit of the figure, money in minor units."""

    metric: str
    label: str
    unit: str
    at_least: Decimal
    value: Decimal | None
    gap: Decimal
    met: bool

    @property
    def share(self) -> Decimal:
        """How much of it is reached, as a fraction of at most 1."""
        return min(Decimal(1), (self.value or Decimal(0)) / self.at_least) if self.at_least else Decimal(1)


def programme_of(programme: str, on: date) -> tuple[int, str, TierProgramme]:
    """Version, hash and document of a tier programme in force on a day. Missing when there is none."""
    policy = policies.value(KIND, programme, on)
    if not isinstance(policy.document, TierProgramme):
        raise Missing(programme)
    return policy.version_id, policy.hash, policy.document


def keys(on: date) -> list[str]:
    """The tier programmes in force on a day."""
    return sorted(set(policies.in_force(KIND, on).values_list("key", flat=True)))


def measure(actor: Actor, document: TierProgramme, start: date, end: date, party: str = "") -> dict[str, Values]:
    """The figures a programme asks for over [start, end), by code of distributor; money in major units."""
    found: dict[str, Values] = {}
    if end <= start:
        return found
    moment = metrics.snapshot()
    for code in document.metrics():
        metric = metrics.METRICS[code]
        where = {"party": party} if party else {}
        if metric.unit == "money":
            where["currency"] = document.currency
        places = exponent(document.currency) if metric.unit == "money" else 0
        rows = metrics.figure(actor, code, start=start, end=end, by=("party",), where=where, on=moment).as_dict()
        for name, value in rows.items():
            if name is not None:
                found.setdefault(name, {})[code] = None if value is None else Decimal(value).scaleb(-places)
    return found


def propose(programme: str, period: str, as_of: date) -> Outcome:
    """What a review of a period would decide, as known on a day; nothing is written."""
    span = calendar.period(period)
    version_id, policy_hash, document = programme_of(programme, min(span.last_day, as_of))
    end = min(span.end, as_of + timedelta(days=1))
    values, ladder = measure(SYSTEM, document, span.start, end), document.ladder()
    held = current(SYSTEM, as_of, programme=programme)
    by_code = parties.ids_by_code(values)
    rows = []
    for code, party_id in sorted(by_code.items()):
        before = held.get(party_id)
        level, since = (before.level, before.short_since) if before else ("", None)
        found = decide(place(values[code], ladder), ladder, level, since, as_of, document.grace_months)
        rows.append(Proposed(party_id, found.level, level, found.reason, found.short_since, values[code]))
    return Outcome(version_id, policy_hash, document, rows)


@dataclass(frozen=True)
class Line:
    """A line of a preview, for people and programs."""

    code: str
    level: str
    previous: str
    reason: str
    figures: dict[str, str | None]


@query(needs="tiers.preview", roles=HQ)
def preview(actor: Actor, *, programme: str, period: str, as_of: date) -> list[Line]:
    """What a review would decide now, for the distributors in scope; nothing is written."""
    known = {party.pk: party.code for party in parties.parties(actor)}
    return [
        Line(
            known[row.party_id],
            row.level,
            row.previous,
            row.reason,
            {name: None if value is None else str(value) for name, value in row.values.items()},
        )
        for row in propose(programme, period, as_of).rows
        if row.party_id in known
    ]


def current(actor: Actor, at: date, *, programme: str = "", party_id: int | None = None) -> dict[int, Standing]:
    """The standings that hold on a day, by distributor: of each the newest approved one."""
    rows = Standing.objects.for_actor(actor).filter(review__state="approved", review__as_of__lte=at)
    rows = rows.filter(review__programme=programme) if programme else rows
    rows = rows.filter(party_id=party_id) if party_id is not None else rows
    ordered = rows.select_related("review", "party").order_by("review__as_of", "review_id")
    return {row.party_id: row for row in ordered}


def levels_of(at: date) -> dict[int, str]:
    """The level of every distributor on a day, for pages that show many."""
    return {party_id: row.level for party_id, row in current(SYSTEM, at).items() if row.level}


def reviews(actor: Actor) -> QuerySet[Review]:
    """Reviews, newest first, with how many standings they hold."""
    return Review.objects.annotate(count=Count("standings")).order_by("-id")


def review_row(review_id: int) -> Review:
    """One review, or Missing."""
    return one(Review.objects.all(), pk=review_id)


def standings_of(actor: Actor, row: Review) -> QuerySet[Standing]:
    """The standings of a review in scope."""
    rows: QuerySet[Standing] = Standing.objects.for_actor(actor).filter(review=row)
    return rows.select_related("party", "review").order_by("party__code")


def history(actor: Actor, party_id: int) -> QuerySet[Standing]:
    """The approved standings of one distributor, newest first."""
    rows: QuerySet[Standing] = Standing.objects.for_actor(actor).filter(party_id=party_id, review__state="approved")
    return rows.select_related("review").order_by("-review__as_of", "-id")


def figures(row: Standing) -> Values:
    """The figures a standing rests on; money in major units."""
    held = json.loads(row.figures)
    return {name: None if value is None else Decimal(value) for name, value in held.items()}


def names(on: date) -> dict[str, str]:
    """The name of every level in force on a day, in the reader's language."""
    return {step.code: pick(step.name, step.name_en) for step in _steps(on)}


def _steps(on: date) -> list[Step]:
    found: list[Step] = []
    for row in policies.in_force(KIND, on):
        document = policies.parsed(row)
        if isinstance(document, TierProgramme):
            found += document.levels
    return found


@dataclass(frozen=True)
class Outlook:
    """A distributor against a programme: the level held, where the running year would place it, every level with its checks."""

    standing: Standing | None
    document: TierProgramme
    placement: Placement
    period: str
    levels: list[tuple[Step, list[Gap]]]


def outlook(actor: Actor, party_id: int, programme: str, on: date) -> Outlook:
    """Where a distributor stands and would stand, by the year so far. Missing when it is out of scope."""
    party = parties.party(actor, party_id)
    _version, _hash, document = programme_of(programme, on)
    span = calendar.year_of(on)
    values = measure(actor, document, span.start, on + timedelta(days=1), party.code).get(party.code, {})
    found = place(values, document.ladder())
    checks = dict(found.checks)
    levels = [(step, [_gap(check, document.currency) for check in checks[step.code]]) for step in document.levels]
    standing = current(actor, on, programme=programme, party_id=party_id).get(party_id)
    return Outlook(standing, document, found, span.code, levels)


def _gap(check: Check, currency: str) -> Gap:
    metric = metrics.METRICS[check.metric]
    places = exponent(currency) if metric.unit == "money" else 0
    value = None if check.value is None else check.value.scaleb(places)
    return Gap(
        check.metric,
        str(metric.label),
        metric.unit,
        check.at_least.scaleb(places),
        value,
        check.gap.scaleb(places),
        check.met,
    )


@query(needs="tiers.view", roles=EVERYONE)
def standing(actor: Actor, *, party_id: int, programme: str, on: date) -> StandingView:
    """The level of a distributor on a day, why, and what the next one lacks by the year so far (C009)."""
    view = outlook(actor, party_id, programme, on)
    held = view.standing
    steps = {step.code: step for step in view.document.levels}
    here = steps.get(held.level) if held else None
    above = 0 if view.placement.index is None else view.placement.index + 1
    following = view.levels[above] if above < len(view.levels) else None
    return StandingView(
        party_id,
        held.level if held else "",
        pick(here.name, here.name_en) if here else "",
        held.review.as_of if held else None,
        held.reason if held else "",
        held.review.period if held else "",
        [pick(each.name, each.name_en) for each in here.benefits] if here else [],
        [gap for gap in following[1] if not gap.met] if following else [],
        pick(following[0].name, following[0].name_en) if following else "",
    )
