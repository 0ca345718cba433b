"""The distributor confirms or disputes; head office rules."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, action
from gongying.core.journal import book
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Dispute, Statement

LONGEST = 2000
VERDICTS = ("upheld", "rejected")


def _held(actor: Actor, statement_id: int) -> Statement:
    """A credited statement in scope, locked: answers to one statement take turns, so that none overlooks another."""
    row = queries.statement_row(actor, statement_id)
    row.state = one(Statement.objects.for_actor(actor).select_for_update(), pk=row.pk).state
    if row.run.state != "posted":
        raise Refused(_("This statement is not credited yet."), code="not_credited")
    return row


@action(needs="rewards.confirm", roles=("owner",))
def confirm(actor: Actor, *, statement_id: int) -> None:
    """The distributor agrees with a statement. Confirming again changes nothing."""
    row = _held(actor, statement_id)
    if row.state == "disputed":
        raise Refused(_("This statement is disputed."), remedy=_("Wait for the ruling."))
    if row.state == "confirmed":
        return
    mine = Statement.objects.for_actor(actor).filter(pk=row.pk)
    mine.update(state="confirmed", confirmed_by=actor.name, confirmed_at=timezone.now())
    book.record(actor, facts.StatementConfirmed(row.pk))


@action(needs="rewards.dispute", roles=PORTAL)
def dispute(actor: Actor, *, statement_id: int, reason: str, line_id: int | None = None) -> int:
    """The distributor objects to a statement, or to one line in it; the day of the answer is fixed by the policy that
    holds for him today. Returns the dispute's number."""
    row = _held(actor, statement_id)
    if not reason.strip():
        raise Refused(_("Say what is wrong."), field="reason")
    if line_id is not None:
        one(queries.evidence(actor, row), pk=line_id)
    today = timezone.localdate()
    made = Dispute.objects.create(
        statement=row,
        line_id=line_id,
        reason=reason.strip()[:LONGEST],
        raised_by=actor.name,
        due_on=today + timedelta(days=queries.answer_days(row.party_id, today)),
    )
    mine = Statement.objects.for_actor(actor).filter(pk=row.pk)
    mine.update(state="disputed", confirmed_by="", confirmed_at=None)  # an objection takes a confirmation back
    book.record(actor, facts.StatementDisputed(row.pk, made.pk, line_id, made.due_on.isoformat()))
    return int(made.pk)


@action(needs="rewards.rule", roles=("director", "finance"))
def rule(actor: Actor, *, dispute_id: int, verdict: str, answer: str, correction: str = "") -> str:
    """Head office upholds or rejects an objection and says why; upheld also says what will be corrected.

    Nothing is paid by a ruling: the corrected lines are posted, and the next run of the period trues up. When no objection
    is left open the statement can be confirmed again. Returns the statement's state.
    """
    mine = Dispute.objects.for_actor(actor).select_related("statement__run")
    one(Statement.objects.for_actor(actor).select_for_update(), pk=one(mine, pk=dispute_id).statement_id)
    row = one(mine, pk=dispute_id)  # as it reads now that nobody else answers
    if row.verdict:
        raise Refused(_("This objection was already answered."), code="ruled")
    if same(actor, row.raised_by):
        raise Refused(_("Somebody else must answer an objection that you raised."), code="four_eyes")
    if verdict not in VERDICTS:
        raise Refused(_("Uphold the objection or reject it."), code="verdict", field="verdict")
    if not answer.strip():
        raise Refused(_("Write an answer: the distributor reads it."), code="answer", field="answer")
    if verdict == "upheld" and not correction.strip():
        raise Refused(_("Say what will be corrected."), code="correction", field="correction")
    row.verdict, row.ruling, row.ruled_by, row.ruled_at = (
        verdict,
        answer.strip()[:LONGEST],
        actor.name,
        timezone.now(),
    )
    row.correction = correction.strip()[:LONGEST] if verdict == "upheld" else ""
    row.save(update_fields=["verdict", "ruling", "correction", "ruled_by", "ruled_at"])
    of = row.statement
    left = Dispute.objects.for_actor(actor).filter(statement=of, verdict="").exists()
    if not left:
        Statement.objects.for_actor(actor).filter(pk=of.pk, state="disputed").update(state="open")
    book.record(actor, facts.DisputeRuled(of.pk, row.pk, of.party_id, of.run.number, verdict, not left))
    return "disputed" if left else "open"
