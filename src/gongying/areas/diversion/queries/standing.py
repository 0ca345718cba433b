"""Open cases, for programs and for whoever asks of many distributors at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, HQ, PORTAL, query

from ..models import Case
from .cases import cases, counts, reports

MOST = 500


@dataclass(frozen=True)
class CaseView:
    """A case for programs. Who reported it is not told."""

    id: int
    number: str
    party_id: int | None
    state: str
    ground: str
    opened_on: date | None
    answer_by: date | None
    closed_on: date | None


@query(needs="diversion.view", roles=EVERYONE)
def opened(actor: Actor) -> list[CaseView]:
    """The open cases in scope, the one that is due first first; at most 500."""
    rows = cases(actor).filter(opened_on__isnull=False, closed_on__isnull=True).order_by("answer_by", "id")
    return [
        CaseView(row.pk, row.number, row.party_id, row.state, row.ground, row.opened_on, row.answer_by, row.closed_on)
        for row in rows[:MOST]
    ]  # fmt: skip


@dataclass(frozen=True)
class DeskView:
    """How many cases in scope are only reported, wait for an answer, are late with it, wait for a ruling, may be objected to."""

    reported: int
    opened: int
    late: int
    ruling: int
    ruled: int


@query(needs="diversion.desk", roles=HQ)
def waiting(actor: Actor) -> DeskView:
    """What waits at the desk of diversion, of the distributors in scope."""
    return DeskView(**counts(actor, timezone.localdate()))


@dataclass(frozen=True)
class ToldView:
    """A report of one's own company and the state of what became of it."""

    number: str
    made_on: date
    state: str


@query(needs="diversion.mine", roles=PORTAL)
def told(actor: Actor) -> list[ToldView]:
    """What one's own company reported, the newest first; at most 100."""
    return [ToldView(row.number, row.made_on, state) for row, state in reports(actor)]


def open_on(actor: Actor, whom: Iterable[int], on: date) -> dict[int, str]:
    """Of these distributors in scope those against whom a case was open on the evening of a day, each with the number of the
    oldest: opened by then, and not closed by then."""
    rows = Case.objects.for_actor(actor).filter(party_id__in=list(whom), opened_on__lte=on)
    rows = rows.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=on)).order_by("-opened_on", "-id")
    return {party: number for party, number in rows.values_list("party_id", "number") if party is not None}
