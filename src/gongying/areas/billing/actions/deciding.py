"""Give up what is owed, give money back: one person asks, another decides."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts
from ..models import Payment, Request
from .payments import CASHIERS
from .settling import tell_paid, unused

DECIDERS = ("admin", "director")


@action(needs="billing.give", roles=CASHIERS)
def ask_writeoff(actor: Actor, *, item_id: int, amount_minor: int, reason: str) -> int:
    """Propose to give up what is open on a document, and say why. Returns the number of the request."""
    item = one(money.items(actor), pk=item_id)
    if not 0 < amount_minor <= item.open_minor:
        raise Refused(
            _("More than is open on %(document)s.") % {"document": item.document}, code="over", field="amount"
        )
    return _ask(actor, "writeoff", item.holder_id, item.currency, amount_minor, reason, item.pk, item.document)


@action(needs="billing.give", roles=CASHIERS)
def ask_refund(actor: Actor, *, party_id: int, currency: str, amount_minor: int, source: str, reason: str) -> int:
    """Propose to pay money back to a distributor from his `prepaid` or `deposit` account, and say why. Returns the number of
    the request."""
    parties.party(actor, party_id)
    kinds = {"prepaid": "refund", "deposit": "deposit_out"}
    if source not in kinds:
        raise Refused(_("Money goes back from the prepayment or from the deposit."), field="source")
    place = money.exposure(party_id, currency)
    if not 0 < amount_minor <= getattr(place, source):
        raise Refused(_("The balance of the account does not allow this."), code="floor", field="amount")
    return _ask(actor, kinds[source], party_id, currency, amount_minor, reason, None, "")


def _ask(
    actor: Actor, kind: str, party_id: int, currency: str, amount: int, reason: str, item: int | None, document: str
) -> int:
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    row = Request.objects.create(
        number=next_number("SQ", on=timezone.localdate()),
        kind=kind,
        party_id=party_id,
        currency=currency,
        amount_minor=amount,
        item_id=item,
        document=document,
        reason=reason.strip()[:400],
        asked_by=actor.name,
    )
    return int(row.pk)


@action(needs="billing.decide", roles=DECIDERS)
def approve(actor: Actor, *, request_id: int) -> str:
    """Give up or give back what somebody else asked for: it is posted today. Returns the number of the request."""
    row = _submitted(actor, request_id)
    if same(actor, row.asked_by):
        raise Refused(_("Somebody else must approve what you submitted."), code="four_eyes")
    if row.kind == "writeoff":
        _write_off(actor, row)
    else:
        _pay_back(actor, row)
    _decide(actor, row, "approved", "")
    return str(row.number)


@action(needs="billing.decide", roles=DECIDERS)
def reject(actor: Actor, *, request_id: int, answer: str) -> str:
    """Turn a request down, and say why. Returns its number."""
    if not answer.strip():
        raise Refused(_("Say why."), code="reason", field="answer")
    row = _submitted(actor, request_id)
    _decide(actor, row, "rejected", answer)
    return str(row.number)


def _write_off(actor: Actor, row: Request) -> None:
    today, code = timezone.localdate(), row.currency
    house = ledger.open_accounts(actor, kind="writeoff", currency=code, holders=[None])[None]
    theirs = ledger.open_accounts(actor, kind="receivable", currency=code, holders=[row.party_id])[row.party_id]
    leg = ledger.Wanted(row.number, house, theirs, row.amount_minor)
    ledger.pay(actor, [leg], document=row.number, on=today)
    item = ledger.ItemIn(row.number, row.party_id, code, "credit", row.number, today, today, -row.amount_minor)
    credit = ledger.items(actor, [item])[row.number]
    ledger.match(actor, [ledger.Pair(row.item_id or 0, credit, row.amount_minor)], today)
    told = (row.pk, row.number, row.party_id, row.document, code, row.amount_minor)
    book.record(actor, facts.WrittenOff(*told))
    tell_paid(actor, [row.item_id or 0])


def _pay_back(actor: Actor, row: Request) -> None:
    """Back to the bank; a refund takes what the oldest payments have left."""
    today, left = timezone.localdate(), row.amount_minor
    if row.kind == "refund":
        for payment in unused(actor, row.party_id, row.currency):
            part = min(left, payment.left_minor)
            payment.left_minor -= part
            payment.save(update_fields=["left_minor"])
            left -= part
        if left:
            raise Refused(_("The balance of the account does not allow this."), code="floor")
    number = next_number("FK", on=today)
    Payment.objects.create(
        number=number,
        kind="refund",
        party_id=row.party_id,
        currency=row.currency,
        amount_minor=-row.amount_minor,
        left_minor=0,
        received_on=today,
        text=f"{row.number} {row.reason}"[:400],
        recorded_by=actor.name,
    )
    bank = ledger.open_accounts(actor, kind="bank", currency=row.currency, holders=[None])[None]
    where = "deposit" if row.kind == "deposit_out" else "prepaid"
    theirs = ledger.open_accounts(actor, kind=where, currency=row.currency, holders=[row.party_id])[row.party_id]
    ledger.pay(actor, [ledger.Wanted(number, theirs, bank, row.amount_minor)], document=number, on=today)
    told = (row.pk, number, "refund", row.party_id, row.currency, -row.amount_minor)
    book.record(actor, facts.PaymentReceived(*told))


def _submitted(actor: Actor, request_id: int) -> Request:
    row: Request = one(Request.objects.for_actor(actor).select_for_update(), pk=request_id)
    if row.state != "submitted":
        raise Refused(_("This was already decided."), code="decided")
    return row


def _decide(actor: Actor, row: Request, state: str, answer: str) -> None:
    row.state, row.decided_by, row.decided_at = state, actor.name, timezone.now()
    row.answer = answer.strip()[:400]
    row.save(update_fields=["state", "decided_by", "decided_at", "answer"])
