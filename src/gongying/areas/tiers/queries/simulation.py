"""A draft on the whole network before it is published: who would stand where, against the rules in force."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.metrics.read import METRICS
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import SYSTEM, Actor
from gongying.core.policies import read as policies
from gongying.core.policies.kinds import Finding, guard
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing, Refused
from gongying.core.words import pick
from gongying.engines.levels import Placement, place

from ..models import Simulation
from ..rules import FACTS, KIND, TierProgramme
from .entitlements import shown_figure, value_of
from .held import Values, current
from .outlook import figure_named
from .proposal import fits_calendar, judged, measure


@dataclass(frozen=True)
class Moved:
    """One distributor under a draft: the level held, where the rules in force and the draft place the same figures, what a
    review by the draft would decide, the value of what either level brings in a period, and why it differs."""

    party_id: int
    code: str
    name: str
    held: str
    before: str
    after: str
    decided: str
    reason: str
    before_minor: int
    after_minor: int
    move: int
    why: str

    @property
    def change_minor(self) -> int:
        """Gain or loss in benefits."""
        return self.after_minor - self.before_minor


def version_row(version_id: int) -> PolicyVersion:
    """A version of a tier programme, or Missing."""
    row = policies.version(version_id)
    if row.kind != KIND:
        raise Missing("no such programme")
    return row


def document_of(row: PolicyVersion) -> TierProgramme:
    """The document of a version of a tier programme."""
    document = policies.parsed(row)
    if not isinstance(document, TierProgramme):
        raise Missing("no such programme")
    return document


def in_place_of(row: PolicyVersion, on: date) -> TierProgramme | None:
    """The document in force for the network on a day beside a version; None where there is none."""
    others = policies.in_force(KIND, on, row.key).exclude(pk=row.pk).filter(scope_kind="network")
    newest = others.last()
    return None if newest is None else document_of(newest)


def last_period(document: TierProgramme, on: date) -> str:
    """The last finished period of a programme before a day."""
    return document.running(document.running(on).start - timedelta(days=1)).code


def simulated(actor: Actor, row: PolicyVersion, period: str, as_of: date) -> list[Moved]:
    """Where everybody in scope who bought in a period or holds a level would stand. Raises Refused for a period that is not
    one of the programme's or has not begun."""
    document, span = document_of(row), calendar.period(period)
    for code in document.metrics():
        if code not in METRICS and code not in FACTS:
            raise Refused(_("There is no figure %(code)s.") % {"code": code}, code="unknown_figure", field=code)
    fits_calendar(document, span, as_of)
    now = in_place_of(row, as_of)
    end = min(span.end, as_of + timedelta(days=1))
    held = current(SYSTEM, as_of, programme=row.key)
    people = {p.code: p for p in parties.parties(actor)}
    seen = measure(SYSTEM, document, span.start, end)
    seen_now = measure(SYSTEM, now, span.start, end) if now else {}
    whom = sorted({*seen, *seen_now, *(each.party.code for each in held.values() if each.level)} & people.keys())
    found = []
    for code in whom:
        party = people[code]
        standing = held.get(party.pk)
        values = seen.get(code, dict.fromkeys(document.metrics()))
        after = place(values, document.ladder(), document.barriers())
        before = _by(now, seen_now.get(code, {}))
        would = judged(document, span, as_of, standing, values, party.opened_on)
        was = before.level if before else ""
        found.append(
            Moved(
                party.pk,
                code,
                pick(party.name, party.name_en),
                standing.level if standing else "",
                was,
                after.level,
                would.level,
                would.reason,
                _worth(now, was),
                _worth(document, after.level),
                _move(document, now, was, after.level),
                "" if was == after.level else _why(document, after, was),
            )
        )
    return found


def _by(document: TierProgramme | None, values: Values) -> Placement | None:
    return None if document is None else place(values, document.ladder(), document.barriers())


def _worth(document: TierProgramme | None, level: str) -> int:
    """What a level brings in a period, in minor units."""
    if document is None:
        return 0
    return sum(value_of(step.benefits, document.currency) for step in document.levels if step.code == level)


def _move(document: TierProgramme, now: TierProgramme | None, before: str, after: str) -> int:
    """1 up, -1 down, 0 neither: by the order of the draft, and by that of the rules in force for a level it drops."""
    order = {step.code: place for place, step in enumerate(document.levels)}
    if before and before not in order:
        order = {step.code: place for place, step in enumerate(now.levels if now else ())} | order
    first, then = order.get(before, -1), order.get(after, -1)
    return (then > first) - (then < first)


def _why(document: TierProgramme, after: Placement, before: str) -> str:
    """What makes the difference: a closed gate, or what the level held under the old rules lacks under the draft."""
    if after.closed:
        gate = after.closed[0]
        value = shown_figure(gate.metric, gate.value, document.currency)
        bound = shown_figure(gate.metric, gate.at_most, document.currency)
        said = {"figure": figure_named(gate.metric)[0], "value": value, "bound": bound}
        return say("%(figure)s was %(value)s, at most %(bound)s is allowed.") % said
    order = [step.code for step in document.levels]
    if before in order and order.index(before) > (-1 if after.index is None else after.index):
        lacking = [check for check in after.checks[order.index(before)][1] if not check.met]
        worst = min(lacking, key=lambda check: check.share, default=None)
        if worst is not None:
            value = shown_figure(worst.metric, worst.value or Decimal(0), document.currency)
            bound = shown_figure(worst.metric, worst.at_least, document.currency)
            said = {"figure": figure_named(worst.metric)[0], "value": value, "bound": bound}
            return say("%(figure)s was %(value)s of %(bound)s.") % said
    return say("Every requirement of the level holds.") if after.level else ""


@dataclass(frozen=True)
class Totals:
    """A simulation in figures: who moves, how many at each level before and after, what benefits are worth."""

    up: int
    down: int
    counts: dict[str, tuple[int, int]]
    before_minor: int
    after_minor: int


def totals(rows: list[Moved]) -> Totals:
    """The figures of a simulation; no level is an empty code."""
    before, after = Counter(row.before for row in rows), Counter(row.after for row in rows)
    return Totals(
        sum(row.move > 0 for row in rows),
        sum(row.move < 0 for row in rows),
        {code: (before[code], after[code]) for code in {*before, *after}},
        sum(row.before_minor for row in rows),
        sum(row.after_minor for row in rows),
    )


def said_of(rows: list[Moved]) -> str:
    """What a simulation says of everybody, as the text its digest is made of."""
    return json.dumps([(r.party_id, r.before, r.after, r.decided, r.before_minor, r.after_minor) for r in rows])


def simulations(row: PolicyVersion) -> QuerySet[Simulation]:
    """The simulations that were kept of a version as it reads now."""
    return Simulation.objects.filter(version_id=row.pk, hash=row.hash).order_by("-id")


@guard(KIND)
def must_be_simulated(row: PolicyVersion) -> list[Finding]:
    """A programme is published only after its very text was tried on the whole network."""
    if simulations(row).exists():
        return []
    return [Finding("error", "not_simulated", _("Try this draft on the whole network before you publish it."))]
