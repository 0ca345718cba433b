"""Hand the entries of rebates of a month to the general ledger."""

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from gongying.areas.billing import queries as billing
from gongying.areas.rewards.actions import accruing
from gongying.core.actor import Actor
from gongying.core.doors import action, words
from gongying.core.refusal import Refused

from .. import queries


@dataclass(frozen=True)
class HandedOver:
    """What was handed over: how many rows, and the hash of the CSV file (the same month under the same mapping is the same
    file)."""

    id: int
    rows: int
    sha256: str


@action(needs="settlement.export_journal", roles=("admin", "finance"))
def export_journal(actor: Actor, *, month: str) -> HandedOver:
    """Keep on record that the entries of settlements and accruals of a month were handed over, with their hash. Refused where an
    account has no mapping, and where there is nothing to hand over."""
    found = queries.rebate_journal(actor, month)
    if not found.rows:
        raise Refused(_("Nothing of rebates was posted in this month."), code="nothing", field="month")
    mark = hashlib.sha256(billing.journal_csv(found).encode()).hexdigest()
    pk = accruing.note_handover(
        actor, month=found.month, rows=len(found.rows), sha256=mark, policy=found.policy, closed=found.closed
    )
    return HandedOver(pk, len(found.rows), mark)


words(
    "settlement",
    _("Entries of rebates"),
    {
        "export_journal": _("Look at the entries of rebates, and hand them to the general ledger"),
        "pay_out": _("Pay rebates in goods, in points, into a fund or against invoices"),
    },
)
