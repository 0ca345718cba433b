"""What time does: runs every day, reminders, escalation, and consent by silence where a policy says so."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.notices import bell

from .. import queries
from ..models import Statement
from ..queries import pools
from . import answers, collecting, matching, notes

MOST = 500  # statements in one call


@dataclass(frozen=True)
class Ticked:
    """What a day brought: statements reminded of, escalated and confirmed by silence, differences that closed by themselves."""

    reminded: int
    escalated: int
    tacit: int
    closed: int


@action(needs="reconciliation.tick", roles=("admin",))
def tick(actor: Actor, *, party_ids: list[int], on: date | None = None) -> Ticked:
    """The day's work for up to 500 distributors: match what was posted, remind, escalate, take silence for consent where
    the policy allows. Twice on a day changes nothing. `on` is today when not given."""
    today = on or timezone.localdate()
    reminded = escalated = tacit = closed = 0
    for party_id in sorted(set(party_ids))[:MOST]:
        last = pools.latest(party_id)
        if last is None:
            continue
        collecting.alone(party_id)
        collecting.collect(party_id, last.start)
        closed += matching.run(actor, last, today).closed
        for row in queries.unanswered(party_id):
            done = _waiting(actor, row, today)
            reminded, escalated, tacit = (
                reminded + (done == "reminded"),
                escalated + (done == "escalated"),
                tacit + (done == "tacit"),
            )
    return Ticked(reminded, escalated, tacit, closed)


def _waiting(actor: Actor, row: Statement, today: date) -> str:
    """What is due about a statement nobody has answered."""
    rules = pools.rules_of(row.party_id, today).rules
    due = row.due_on or today
    if today > due and rules.tacit and not queries.unsettled(row).exists():
        answers.seal(actor, row, tacit=True)
        return "tacit"
    if today >= due + timedelta(days=rules.escalate_days) and row.escalated_on is None:
        row.escalated_on = row.reminded_on = today
        row.save(update_fields=["escalated_on", "reminded_on"])
        notes.keep(actor, row, "escalated")
        _tell_head_office(row, (today - due).days)
        return "escalated"
    last = row.reminded_on or (timezone.localdate(row.sent_at) if row.sent_at else today)
    if today >= last + timedelta(days=rules.remind_every):
        row.reminders, row.reminded_on = row.reminders + 1, today
        row.save(update_fields=["reminders", "reminded_on"])
        remind(actor, row, today)
        return "reminded"
    return ""


def remind(actor: Actor, row: Statement, today: date) -> None:
    """The distributor finds a reminder in his bell."""
    notes.keep(actor, row, "reminded")
    late = row.due_on is not None and row.due_on < today
    bell.tell(
        party_id=row.party_id,
        link=f"/reconciliation/{row.pk}/",
        level="warning" if late else "info",
        title=f"{'已逾期：' if late else ''}请核对 {row.month} 对账单 {row.number}",
        title_en=f"{'Overdue: ' if late else ''}please answer statement {row.number} for {row.month}",
        body=f"答复期限 {row.due_on}",
        body_en=f"Answer due by {row.due_on}",
    )


def _tell_head_office(row: Statement, days: int) -> None:
    for role in ("finance", "director"):
        bell.tell(
            role=role,
            link=f"/reconciliation/{row.pk}/",
            level="danger",
            title=f"对账单 {row.number} 逾期 {days} 天未答复：{row.party.name}",
            title_en=f"Statement {row.number} is {days} days late: {row.party.name_en or row.party.name}",
        )
