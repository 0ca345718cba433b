"""The distributor confirms or disputes."""

from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Dispute, Statement


@action(needs="rewards.confirm", roles=("owner",))
def confirm(actor: Actor, *, statement_id: int) -> None:
    """The distributor agrees with a statement."""
    row = queries.statement_row(actor, statement_id)
    if row.state == "disputed":
        raise Refused(_("This statement is disputed."), remedy=_("Wait for the ruling."))
    Statement.objects.for_actor(actor).filter(pk=row.pk).update(state="confirmed")
    book.record(actor, facts.StatementConfirmed(row.pk))


@action(needs="rewards.dispute", roles=("owner", "clerk"))
def dispute(actor: Actor, *, statement_id: int, reason: str, line_id: int | None = None) -> int:
    """The distributor objects to a statement, or to one line in it. Returns the dispute's number."""
    row = queries.statement_row(actor, statement_id)
    if not reason.strip():
        raise Refused(_("Say what is wrong."), field="reason")
    if line_id is not None:
        one(queries.evidence(actor, row), pk=line_id)
    made = Dispute.objects.create(
        statement=row, line_id=line_id, reason=reason.strip()[:2000], raised_by=actor.name
    )
    Statement.objects.for_actor(actor).filter(pk=row.pk).update(state="disputed")
    book.record(actor, facts.StatementDisputed(row.pk, made.pk, line_id))
    return int(made.pk)
