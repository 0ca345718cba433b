"""Record money that came in, settle documents with it, take that back, offset rebates."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Missing, Refused
from gongying.core.scope import one
from gongying.engines.matching import Proposal

from .. import facts, queries
from ..models import Payment
from .settling import settle, tell_paid, use_payment

CASHIERS = ("admin", "finance")
LARGEST = 10**15  # minor units: beyond that it is a slip of the pen
MOST_PAIRS = 500


@dataclass(frozen=True)
class PaymentMade:
    """A recorded payment; what of it settled documents at once, and what is left, in minor units."""

    id: int
    number: str
    matched_minor: int
    left_minor: int


@action(needs="billing.receive", roles=CASHIERS)
def record_payment(
    actor: Actor,
    *,
    party_id: int,
    currency: str,
    amount_minor: int,
    on: date,
    kind: str = "payment",
    method: str = "",
    reference: str = "",
    text: str = "",
    advance: bool = False,
) -> PaymentMade:
    """Record money that came in: a `payment`, or a `deposit` that is kept apart. A payment settles what it names or fits
    exactly (the policy may say: the oldest too, or nothing); the rest stays prepaid. With `advance` all of it does.
    `reference` is the bank's own number: the same one again is refused."""
    if kind not in ("payment", "deposit"):
        raise Refused(_("Money comes in as a payment or as a deposit."), field="kind")
    parties.party(actor, party_id)
    if not 0 < amount_minor <= LARGEST:
        raise Refused(_("Write the amount as a number, such as 125000."), field="amount")
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        raise Refused(_("A currency is three capital letters, such as CNY."), field="currency")
    if on > timezone.localdate():
        raise Refused(_("The day of a payment is not in the future."), field="on")
    reference = reference.strip()[:80]
    if reference and Payment.objects.unscoped("one reference is one payment").filter(
        currency=currency, reference=reference
    ):
        raise Refused(_("A payment with this bank reference is on record."), code="known", field="reference")
    row = _write(actor, party_id, currency, amount_minor, on, kind, (method, reference, text, advance))
    matched = 0
    if kind == "payment" and not advance:
        matched = use_payment(actor, row, _sure(actor, row), on)
    return PaymentMade(row.pk, row.number, matched, row.left_minor)


def _write(
    actor: Actor,
    party_id: int,
    currency: str,
    amount: int,
    on: date,
    kind: str,
    said: tuple[str, str, str, bool],
) -> Payment:
    """The paper and its posting: from the bank to the prepaid or the deposit account, or back."""
    number = next_number("SK" if amount > 0 else "FK", on=on)
    method, reference, text, advance = said
    row: Payment = Payment.objects.create(
        number=number,
        kind=kind,
        party_id=party_id,
        currency=currency,
        amount_minor=amount,
        left_minor=amount if kind == "payment" else 0,
        received_on=on,
        method=method.strip()[:20],
        reference=reference,
        text=text.strip()[:400],
        advance=advance,
        recorded_by=actor.name,
    )
    bank = ledger.open_accounts(actor, kind="bank", currency=currency, holders=[None])[None]
    where = "deposit" if kind == "deposit" else "prepaid"
    theirs = ledger.open_accounts(actor, kind=where, currency=currency, holders=[party_id])[party_id]
    ledger.pay(actor, [ledger.Wanted(number, bank, theirs, amount)], document=number, on=on)
    book.record(actor, facts.PaymentReceived(row.pk, number, kind, party_id, currency, amount))
    return row


def _sure(actor: Actor, row: Payment) -> list[tuple[int, int]]:
    """What a payment settles without asking, by the policy."""
    rules, _version = queries.rules_on(row.received_on)
    if rules.matching == "none":
        return []
    found: Proposal
    found, ids = queries.proposal(actor, row)
    uses = [use for use in found.uses if rules.matching == "oldest" or use.why != "oldest"]
    return [(ids[use.document], use.amount) for use in uses]


@action(needs="billing.match", roles=CASHIERS)
def match(actor: Actor, *, payment_id: int, uses: list[tuple[int, int]]) -> int:
    """Settle open documents with what is left of a payment: (number of the open item, amount in minor units) pairs, of whoever
    sent it or of a distributor he pays for. Returns what is left after that."""
    row = _payment(actor, payment_id)
    if not 0 < len(uses) <= MOST_PAIRS or any(amount <= 0 for _item, amount in uses):
        raise Refused(_("Match an amount above zero."), code="amount", field="uses")
    if sum(amount for _item, amount in uses) > row.left_minor:
        raise Refused(_("This is more than is left of the payment."), code="over", field="uses")
    mine = money.items(actor).filter(pk__in=[item for item, _amount in uses], holder_id__in=queries.owing(row))
    if mine.filter(currency=row.currency).count() != len({item for item, _amount in uses}):
        raise Missing("no such item")
    use_payment(actor, row, uses, timezone.localdate())
    return row.left_minor


@action(needs="billing.match", roles=CASHIERS)
def unmatch(actor: Actor, *, payment_id: int, item_id: int) -> int:
    """Take back what a payment settled on a document: the document is open again, the money prepaid again. Returns how much."""
    row = _payment(actor, payment_id)
    today = timezone.localdate()
    used: dict[int, int] = {}
    for each in money.matches(actor, item_id).filter(credit__document=row.number, credit__kind="payment"):
        used[each.credit_id] = used.get(each.credit_id, 0) + each.amount_minor
    pairs = [ledger.Pair(item_id, credit, amount) for credit, amount in used.items() if amount > 0]
    back = sum(pair.amount_minor for pair in pairs)
    if not back:
        raise Missing("not settled by this payment")
    ledger.unmatch(actor, pairs, today)
    number = money.items(actor).filter(document=row.number).count() + 1
    holder = one(money.items(actor), pk=item_id).holder_id
    owed, prepaid = (
        ledger.open_accounts(actor, kind=kind, currency=row.currency, holders=[whose])[whose]
        for kind, whose in (("receivable", holder), ("prepaid", row.party_id))
    )
    key = f"{row.number}/{number}"
    ledger.pay(actor, [ledger.Wanted(key, owed, prepaid, back)], document=row.number, on=today)
    again = ledger.ItemIn(key, holder, row.currency, "payment", row.number, today, today, back)
    debit = ledger.items(actor, [again])[key]
    ledger.match(actor, [ledger.Pair(debit, pair.credit, pair.amount_minor) for pair in pairs], today)
    row.left_minor += back
    row.save(update_fields=["left_minor"])
    return back


def _payment(actor: Actor, payment_id: int) -> Payment:
    row: Payment = one(Payment.objects.for_actor(actor).select_for_update().filter(kind="payment"), pk=payment_id)
    return row


@action(needs="billing.match", roles=CASHIERS)
def settle_credit(actor: Actor, *, credit_item: int, uses: list[tuple[int, int]]) -> int:
    """Settle open documents with a credit note that is still open: (number of the open item, amount) pairs. Returns how much."""
    if not 0 < len(uses) <= MOST_PAIRS:
        raise Refused(_("Match an amount above zero."), code="amount", field="uses")
    ids = {credit_item, *(item for item, _amount in uses)}
    if money.items(actor).filter(pk__in=ids).count() != len(ids):
        raise Missing("no such item")
    ledger.match(actor, [ledger.Pair(item, credit_item, amount) for item, amount in uses], timezone.localdate())
    tell_paid(actor, [item for item, _amount in uses])
    return sum(amount for _item, amount in uses)


@action(needs="billing.match", roles=CASHIERS)
def offset_rebate(actor: Actor, *, party_id: int, currency: str, amount_minor: int) -> str:
    """Settle the oldest open documents of a distributor with his rebate balance. Returns the number of the offset. Refused
    for more than is there, or than is owed."""
    parties.party(actor, party_id)
    today = timezone.localdate()
    ledger.turn(actor, party_id=party_id, currency=currency)
    there = money.exposure(party_id, currency).rebate
    if not 0 < amount_minor <= there:
        raise Refused(_("The rebate balance does not allow this."), code="floor", field="amount")
    left, uses = amount_minor, list[tuple[int, int]]()
    for item in money.open_items(actor, on=today, holder_id=party_id, currency=currency):
        if item.open_minor > 0 and left:
            uses.append((item.id, min(left, item.open_minor)))
            left -= uses[-1][1]
    if left:
        raise Refused(_("So much is not owed."), code="over", field="amount")
    number = next_number("DK", on=today)
    settle(
        actor,
        kind="rebate",
        party_id=party_id,
        currency=currency,
        key=number,
        document=number,
        uses=uses,
        on=today,
    )
    return number
