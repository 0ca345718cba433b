"""What a statement was paid with, where its programme does not simply leave it in the rebate account."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.refusal import Refused

from .. import facts, queries
from ..models import Payout

WAYS = ("credit_note", "goods", "points", "fund")


@action(needs="rewards.pay_out", roles=("admin", "finance"), exposed=False)
def paid_out(actor: Actor, *, statement_id: int, way: str, ref: str, amount_minor: int, turned: bool) -> int:
    """Keep what a credited statement was paid with: so much of it (minor units), by the document `ref`. `turned` takes the
    amount out of the rebate account again, because goods, points or a fund have an expense of their own. Once for a
    statement."""
    row = queries.statement_row(actor, statement_id)
    if way not in WAYS or not 0 <= amount_minor <= row.due_minor or row.run.state != "posted":
        raise Refused(_("This statement cannot be paid like that."), code="way", field="way")
    if Payout.objects.for_actor(actor).filter(statement=row, problem="").exists():
        raise Refused(_("This statement was paid already."), code="paid")
    transfer = None
    if turned and amount_minor:
        house = ledger.open_accounts(actor, kind="rebate_expense", currency=row.currency, holders=[None])[None]
        theirs = ledger.open_accounts(actor, kind="rebate", currency=row.currency, holders=[row.party_id])[
            row.party_id
        ]
        wanted = ledger.Wanted(f"rewards/{row.run.number}/{row.party_id}/{way}", theirs, house, amount_minor)
        (transfer,) = ledger.pay(actor, [wanted], document=row.run.number, on=timezone.localdate())
    values = {"way": way, "ref": ref[:60], "amount_minor": amount_minor, "transfer_id": transfer, "problem": ""}
    made, _new = Payout.objects.for_actor(actor).update_or_create(statement=row, defaults=values)
    book.record(actor, facts.StatementPaidOut(row.pk, row.party_id, row.run.number, way, ref[:60], amount_minor))
    return int(made.pk)


@action(needs="rewards.pay_out", roles=("admin", "finance"), exposed=False)
def not_paid(actor: Actor, *, statement_id: int, way: str, problem: str) -> None:
    """Keep why a statement could not be paid as its programme says: the amount stays in the rebate account meanwhile."""
    row = queries.statement_row(actor, statement_id)
    values = {"way": way, "ref": "", "amount_minor": 0, "problem": problem[:300]}
    Payout.objects.for_actor(actor).get_or_create(statement=row, defaults=values)
