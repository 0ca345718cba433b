"""The entries of settlements and accruals as they stand in the journal of a month, and the facts that other areas know and
programmes may ask for as gates."""

from gongying.areas.billing import queries as billing
from gongying.areas.rewards.queries import accruals
from gongying.core.actor import Actor

from . import gates as gates

__all__ = ["rebate_journal"]


def rebate_journal(actor: Actor, month: str) -> billing.Journalled:
    """The vouchers of settlements and accruals of a month, cut out of its journal: under the numbers they have there, with its
    mapping and in its form, so that nothing is booked twice under another number. Raises Refused where an account has no
    mapping, and for what is no month."""
    whole = billing.journal(actor, month)
    papers = accruals.documents_of(whole.month)
    rows = [row for row in whole.rows if row.document in papers]
    return billing.Journalled(whole.month, rows, whole.closed, whole.policy)
