"""One distributor against the levels: what holds, what is asked, what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gongying.books.lake.read import Snapshot
from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.words import pick
from gongying.engines.levels import Check, Placement, Seen, place
from gongying.engines.money import exponent

from ..models import Standing
from ..rules import FACTS, Step, TierProgramme
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
class Node:
    """A line of the criteria of a level: a requirement, or the head of a group of which `wanted` of `of` parts must hold.
    `depth` is how deep it stands, `cheap` whether it is on the cheapest way to the level."""

    depth: int
    gap: Gap | None
    wanted: int
    of: int
    holding: int
    met: bool
    cheap: bool


@dataclass(frozen=True)
class Barrier:
    """A gate that keeps a level away: the figure, its limit and value (money in minor units), and the level it caps at."""

    label: str
    unit: str
    at_most: Decimal
    value: Decimal
    cap: str


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
        """The level above the one the figures reach, with what it asks: all that holds, and what is missing on the
        cheapest way; None at the top."""
        above = self.placement.above
        if above is None:
            return None
        step, gaps = self.levels[above]
        wanted = {(check.metric, check.at_least) for check in self.placement.missing}
        places = {code: 10 ** scale_of(code, self.document.currency) for code in self.document.metrics()}
        return step, [gap for gap in gaps if gap.met or (gap.metric, gap.at_least / places[gap.metric]) in wanted]

    def nodes(self, place: int) -> list[Node]:
        """The criteria of a level as lines, groups with their depth."""
        seen = self.placement.seen[place]
        wanted = (
            {(c.metric, c.at_least) for c in self.placement.missing} if place == self.placement.above else set()
        )
        return list(_lines(seen, self.document.currency, wanted, 0))

    @property
    def barriers(self) -> list[Barrier]:
        """The gates that keep a higher level away."""
        names = {step.code: pick(step.name, step.name_en) for step in self.document.levels}
        found = []
        for each in self.placement.closed:
            label, unit = figure_named(each.metric)
            places = scale_of(each.metric, self.document.currency)
            found.append(
                Barrier(
                    label, unit, each.at_most.scaleb(places), each.value.scaleb(places), names.get(each.cap, "")
                )
            )
        return found


def figure_named(code: str) -> tuple[str, str]:
    """What a figure of a programme is called, and its unit."""
    if code in FACTS:
        label, unit = FACTS[code]
        return str(label), unit
    metric = metrics.METRICS[code]
    return str(metric.label), metric.unit


def scale_of(code: str, currency: str) -> int:
    """How many decimal places a figure has more in minor units: those of the currency for money, none else."""
    return exponent(currency) if figure_named(code)[1] == "money" else 0


def _lines(seen: Seen, currency: str, wanted: set[tuple[str, Decimal]], depth: int) -> Iterator[Node]:
    for part in seen.parts:
        if isinstance(part, Check):
            cheap = not part.met and (part.metric, part.at_least) in wanted
            yield Node(depth, _gap(part, currency), 1, 1, int(part.met), part.met, cheap)
        else:
            yield Node(depth, None, part.group.wanted, len(part.parts), part.holding, part.met, False)
            yield from _lines(part, currency, wanted, depth + 1)


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
    found = place(values, document.ladder(), document.barriers())
    checks = dict(found.checks)
    levels = [(step, [_gap(check, document.currency) for check in checks[step.code]]) for step in document.levels]
    return Outlook(standing, document, found, period, levels)


def _gap(check: Check, currency: str) -> Gap:
    label, unit = figure_named(check.metric)
    places = scale_of(check.metric, currency)
    return Gap(
        check.metric,
        label,
        unit,
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
