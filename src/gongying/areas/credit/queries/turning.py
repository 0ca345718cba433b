"""How turnover moves limits: the factor that holds on a day, what was announced, and what an announcement would say."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from gongying.books.lake.read import Snapshot
from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.policies import read as policies

from ..models import Revision
from ..rules import TURNOVER, LimitTurnover

FIGURE, ONE = "dio", Decimal(1)


def factors(on: date, whom: Collection[int]) -> dict[int, Decimal]:
    """The factor of the limits of these distributors on a day, who has none left out: that of the revision with the latest first day
    up to it, until its last day. Where no version of the policy is in force, none holds."""
    if not policies.held(TURNOVER.code, on, TURNOVER.key):
        return {}
    rows = Revision.objects.unscoped("judging credit").filter(party_id__in=list(whom), valid_from__lte=on)
    found = dict[int, Decimal]()
    for party, factor, last in rows.order_by("valid_from", "id").values_list("party_id", "factor", "valid_to"):
        found.pop(party, None)
        if last >= on:
            found[party] = factor
    return found


def revisions(actor: Actor) -> QuerySet[Revision]:
    """Every revision in scope with the first day of the one after it (`next_from`), the newest first."""
    after = Revision.objects.unscoped("beside revisions in scope").filter(
        Q(valid_from__gt=OuterRef("valid_from")) | Q(valid_from=OuterRef("valid_from"), pk__gt=OuterRef("pk")),
        party=OuterRef("party"),
    )
    first = Subquery(after.order_by("valid_from", "pk").values("valid_from")[:1])
    rows: QuerySet[Revision] = Revision.objects.for_actor(actor).select_related("party__region")
    return rows.annotate(next_from=first).order_by("-valid_from", "-id")


def state_of(row: Any, on: date) -> str:
    """Where a row of `revisions` stands on a day: to come, in force or ended, also because a later one took its place."""
    replaced = row.next_from is not None and row.next_from <= on
    return "to come" if row.valid_from > on else "ended" if replaced or row.valid_to < on else "in force"


def rule_of(version_id: int) -> LimitTurnover:
    """The rule of a version, whatever was published since."""
    document = policies.parsed(policies.published(version_id))
    assert isinstance(document, LimitTurnover)
    return document


def rule_for(party_id: int | None, on: date) -> tuple[LimitTurnover, int, str] | None:
    """The rule that holds for a distributor (None: the network) on a day with its version and hash; None where there is none."""
    rows = policies.candidates(TURNOVER.code, TURNOVER.key, on, party_id)
    if not rows:
        return None
    document = policies.parsed(rows[0])
    assert isinstance(document, LimitTurnover)
    return document, rows[0].pk, rows[0].hash


@dataclass(frozen=True)
class Drawn:
    """What would be announced to a distributor: the period and rule, the figure, the factor before and after, and its days."""

    party: Any
    span: calendar.Period
    version_id: int
    hash: str
    days: Decimal | None
    before: Decimal
    factor: Decimal
    valid_from: date
    valid_to: date


def days_held(span: calendar.Period, moment: Snapshot | None = None) -> dict[str, Decimal]:
    """The registered days of inventory of a period by code of the distributor; who declared nothing is left out."""
    rows = metrics.figure(SYSTEM, FIGURE, start=span.start, end=span.end, by=("party",), on=moment).rows
    return {code: Decimal(str(days)) for code, days in rows if code and days is not None}


def to_announce(actor: Actor, on: date, whom: Iterable[int]) -> list[Drawn]:
    """What is to be announced on a day to these distributors in scope: of each the newest period that is over, when a version held for
    him on its first day, the days after its end have passed, and it was not announced yet."""
    wanted = sorted(set(whom))
    held = parties.parties(actor).filter(pk__in=wanted)
    last = dict[int, Revision]()
    for row in Revision.objects.for_actor(actor).filter(party_id__in=wanted).order_by("valid_from", "id"):
        last[row.party_id] = row
    told = dict[str, dict[str, Decimal]]()
    found = []
    for party in held:
        drawn = _of(party, on, last.get(party.pk), told)
        if drawn is not None:
            found.append(drawn)
    return found


def _of(party: Any, on: date, last: Revision | None, told: dict[str, dict[str, Decimal]]) -> Drawn | None:
    now = rule_for(party.pk, on)
    if now is None:
        return None
    span = now[0].newest(on)
    asked = rule_for(party.pk, span.start)  # pre-announced: the rule he knew when the period began
    if asked is None:
        return None
    rule, version, digest = asked
    if rule.newest(on) != span or (on - span.end).days < rule.after_days:
        return None
    if last is not None and calendar.period(last.period).end >= span.end:
        return None
    if span.code not in told:
        told[span.code] = days_held(span)
    days, before = told[span.code].get(party.code), last.factor if last is not None else ONE
    since, until = rule.holds(span, on)
    return Drawn(party, span, version, digest, days, before, rule.factor(days, before), since, until)


def due_to_begin(actor: Actor, on: date) -> list[Revision]:
    """The revisions in scope whose first day has come and that were not said to have begun, locked; at most 2,000."""
    rows = Revision.objects.for_actor(actor).select_for_update().filter(valid_from__lte=on, began_on__isnull=True)
    return list(rows.order_by("id")[:2000])


@dataclass(frozen=True)
class RevisionView:
    """A revision for programs."""

    id: int
    party_id: int
    period: str
    days: Decimal | None
    factor: Decimal
    announced_on: date
    valid_from: date
    valid_to: date
    policy_hash: str


@query(needs="credit.view", roles=EVERYONE, name="credit.revisions")
def announced(actor: Actor, *, party_id: int) -> list[RevisionView]:
    """The revisions of a distributor's limit by turnover that were announced, the newest first; at most 100."""
    parties.party(actor, party_id)
    return [
        RevisionView(
            row.pk, row.party_id, row.period, row.days, row.factor, row.announced_on, row.valid_from, row.valid_to, row.policy_hash
        )
        for row in revisions(actor).filter(party_id=party_id)[:100]
    ]  # fmt: skip
