"""Who declares when: the calendar that holds for each distributor, what is due, who has sent and who has not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing

from .. import rules
from ..models import Declaration
from . import reckon

STATES = ("undeclared", "late", "due", "draft", "submitted", "accepted", "returned")


def calendar_of(party_id: int | None, at: date) -> rules.Calendar:
    """The calendar that holds for a distributor on a day; the house's own where no policy says otherwise."""
    try:
        found = policies.value(rules.CALENDAR.code, "calendar", at, party_id).document
    except Missing:
        return rules.Calendar()
    return found if isinstance(found, rules.Calendar) else rules.Calendar()


def calendars(party_ids: Iterable[int], at: date) -> dict[int, rules.Calendar]:
    """The same for many; one question when the calendar is the network's."""
    ids = list(party_ids)
    shared = None if _narrow(at) else calendar_of(None, at)
    return {party_id: shared or calendar_of(party_id, at) for party_id in ids}


def _narrow(at: date) -> bool:
    """Whether somebody has a calendar of his own on a day."""
    return any(row.scope_kind != "network" for row in policies.held(rules.CALENDAR.code, at))


def trust_rules(party_id: int | None, at: date) -> tuple[rules.TrustRules, str]:
    """How trust is weighed for a distributor on a day, and the hash of the policy that says so ("" is the house's own)."""
    try:
        found = policies.value(rules.TRUST.code, "trust", at, party_id)
    except Missing:
        return rules.TrustRules(), ""
    known = isinstance(found.document, rules.TrustRules)
    return (found.document, found.hash) if known else (rules.TrustRules(), "")  # type: ignore[return-value]


def due_on(span: rules.Span, calendar: rules.Calendar) -> date:
    """The last day on which a declaration of a period is in time."""
    return span.last_day + timedelta(days=calendar.due_days)


@dataclass(frozen=True)
class Asked:
    """One distributor and the period he declares: its declaration if he began one, and where that stands.

    `state`: undeclared (not begun, past its day), late (begun, past its day), due, draft, submitted, accepted, returned.
    """

    party: Any  # of the book of parties
    span: rules.Span
    due_on: date
    declaration: Declaration | None
    state: str
    late_days: int

    @property
    def pk(self) -> int:
        """The distributor's number."""
        return int(self.party.pk)


def board(actor: Actor, on: date, period: str = "") -> list[Asked]:
    """Every distributor in scope who must declare: where his declaration of a period stands ("": the newest that is over
    by his own calendar)."""
    known = {party.pk: party for party in parties.parties(actor)}
    asked = calendars(known, on)
    spans = {pk: _span(each.rhythm, period, on) for pk, each in asked.items()}
    wide = [span for span in spans.values() if span]
    if not wide:
        return []
    must = reckon.active(known, min(span.start for span in wide), max(span.end for span in wide))
    codes = {span.code for span in wide}
    rows = Declaration.objects.for_actor(actor).filter(period__in=codes)
    held = {(row.party_id, row.period): row for row in rows}
    found = []
    for pk, span in spans.items():
        row = held.get((pk, span.code)) if span else None
        if span and (pk in must or row is not None):
            found.append(_asked(known[pk], span, due_on(span, asked[pk]), row, on))
    return found


def _span(rhythm: str, period: str, on: date) -> rules.Span | None:
    """The period a distributor declares; None when the period that is looked at is of another rhythm."""
    if not period:
        return rules.newest_due(rhythm, on)
    span = rules.span_named(period)
    return span if ("W" in span.code) == (rhythm == "week") else None


def _asked(party: Any, span: rules.Span, due: date, row: Declaration | None, on: date) -> Asked:
    state = row.state if row else "due"
    late = 0
    if row is None or row.submitted_on is None:
        late = max(0, (on - due).days)
        state = {"due": "undeclared", "draft": "late"}.get(state, state) if late else state
    elif row.submitted_on > due:
        late = (row.submitted_on - due).days
    return Asked(party, span, due, row, state, late)


def asked_of(actor: Actor, party_id: int, on: date, *, back: int = 3) -> list[Asked]:
    """The newest periods of one distributor, the newest first: what he has declared and what he has not."""
    party = parties.party(actor, party_id)
    calendar = calendar_of(party.pk, on)
    span, wanted = rules.newest_due(calendar.rhythm, on), list[rules.Span]()
    for _place in range(back):
        wanted.append(span)
        span = rules.span_of(calendar.rhythm, span.start - timedelta(days=1))
    rows = Declaration.objects.for_actor(actor).filter(party_id=party.pk, period__in=[each.code for each in wanted])
    held = {row.period: row for row in rows}
    found = [_asked(party, each, due_on(each, calendar), held.get(each.code), on) for each in wanted]
    days = reckon.busy_days(party.pk, wanted[-1].start, wanted[0].end)
    return [
        each
        for each in found
        if each.declaration or any(each.span.start - reckon.HALF_YEAR <= day < each.span.end for day in days)
    ]


def unsettled(actor: Actor, on: date) -> tuple[int, int]:
    """(how many in scope are past their day without a declaration, how many declarations wait to be looked at), of the newest
    period; in one question where one calendar holds for all."""
    if _narrow(on):
        asked = board(actor, on)
        return sum(each.state in ("undeclared", "late") for each in asked), sum(
            each.state == "submitted" for each in asked
        )
    calendar = calendar_of(None, on)
    span = rules.newest_due(calendar.rhythm, on)
    mine = Declaration.objects.for_actor(actor).filter(party_id=OuterRef("pk"), period=span.code).order_by()
    known = parties.parties(actor).annotate(
        stands=Subquery(mine.values("state")[:1]), sent=Subquery(mine.values("submitted_on")[:1])
    )
    rows = list(
        known.filter(Q(stands__isnull=False) | reckon.must(span.start, span.end)).values_list("stands", "sent")
    )
    late = sum(sent is None for _state, sent in rows) if due_on(span, calendar) < on else 0
    return late, sum(state == "submitted" for state, _sent in rows)


def periods(rows: Sequence[Asked], on: date) -> list[str]:
    """The periods one may look at: the last twelve of the rhythms in use."""
    rhythms = {"week" if "W" in row.span.code else "month" for row in rows} or {"month"}
    found = []
    for rhythm in sorted(rhythms):
        span = rules.span_of(rhythm, on)
        for _place in range(12):
            found.append(span.code)
            span = rules.span_of(rhythm, span.start - timedelta(days=1))
    return found
