"""One distributor against the levels: what holds, what is asked, what is missing."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gongying.books.lake.read import Snapshot
from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.words import pick
from gongying.engines.levels import Check, Placement, place
from gongying.engines.money import exponent

from ..models import Standing
from ..rules import Step, TierProgramme
from .held import Values, current, figures
from .programmes import chosen, judged_by
from .proposal import measure


@dataclass(frozen=True)
class Gap:
    """A requirement with where the distributor stands: in the unit of the figure, money in minor units.

    `share` is how much of it is reached, a fraction of at most 1.
    """

    metric: str
    label: str
    unit: str
    at_least: Decimal
    value: Decimal | None
    gap: Decimal
    met: bool
    share: Decimal


@dataclass(frozen=True)
class Outlook:
    """A distributor against a programme: the level held, where the figures place it, every level with its checks."""

    standing: Standing | None
    document: TierProgramme
    placement: Placement
    period: str
    levels: list[tuple[Step, list[Gap]]]

    @property
    def following(self) -> tuple[Step, list[Gap]] | None:
        """The level above the one the figures reach, with its requirements; None at the top."""
        above = 0 if self.placement.index is None else self.placement.index + 1
        return self.levels[above] if above < len(self.levels) else None


@dataclass(frozen=True)
class StandingView:
    """The level of a distributor: what it rests on, and how far the next one is by the figures of the running period."""

    party_id: int
    level: str
    name: str
    since: date | None
    reason: str
    period: str
    benefits: list[str]
    missing: list[Gap]
    next_name: str


def outlook(actor: Actor, party_id: int, programme: str, on: date) -> Outlook:
    """Where a distributor stands and would stand, by the running period so far. Missing when it is out of scope."""
    party, rules = parties.party(actor, party_id), chosen(on, programme)
    standing = current(actor, on, programme=rules.key, party_id=party_id).get(party_id)
    return running(actor, party.code, rules.document, on, standing=standing)


def running(
    actor: Actor,
    code: str,
    document: TierProgramme,
    on: date,
    moment: Snapshot | None = None,
    standing: Standing | None = None,
) -> Outlook:
    """Where the running period so far would place a distributor; an actor out of scope sees no figures."""
    span = document.running(on)
    values = measure(actor, document, span.start, on + timedelta(days=1), code, moment).get(code, {})
    return _against(document, values, standing, span.code)


def explained(row: Standing) -> Outlook:
    """Why a review decided as it did: the figures it saw against the levels it used."""
    return _against(judged_by(row.review), figures(row), row, row.review.period)


def _against(document: TierProgramme, values: Values, standing: Standing | None, period: str) -> Outlook:
    found = place(values, document.ladder())
    checks = dict(found.checks)
    levels = [(step, [_gap(check, document.currency) for check in checks[step.code]]) for step in document.levels]
    return Outlook(standing, document, found, period, levels)


def _gap(check: Check, currency: str) -> Gap:
    metric = metrics.METRICS[check.metric]
    places = exponent(currency) if metric.unit == "money" else 0
    return Gap(
        check.metric,
        str(metric.label),
        metric.unit,
        check.at_least.scaleb(places),
        None if check.value is None else check.value.scaleb(places),
        check.gap.scaleb(places),
        check.met,
        check.share,
    )


@query(needs="tiers.view", roles=EVERYONE)
def standing(actor: Actor, *, party_id: int, on: date, programme: str = "") -> StandingView:
    """The level of a distributor on a day, why, and what the next one lacks by the running period so far (C009).

    Without a programme the first one in force is meant.
    """
    view = outlook(actor, party_id, programme, on)
    held, following = view.standing, view.following
    here = {step.code: step for step in view.document.levels}.get(held.level) if held else None
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
