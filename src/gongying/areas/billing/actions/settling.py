"""What settles what: the shared steps of payments, credit notes and offsets. No verbs of their own."""

from collections.abc import Sequence
from datetime import date

from gongying.books.money import post as ledger
from gongying.books.money import read as money
from gongying.core.actor import Actor
from gongying.core.journal import book

from .. import facts
from ..models import Invoice, Payment

MOST = 500  # open documents that are looked at


def settle(
    actor: Actor,
    *,
    kind: str,
    party_id: int,
    currency: str,
    key: str,
    document: str,
    uses: Sequence[tuple[int, int]],
    on: date,
    payer_id: int | None = None,
) -> int:
    """Move money from an account (`kind`: prepaid, rebate) of the distributor, or of who pays for him, to his receivable account
    and settle open items of his with it: (item, amount) pairs. Returns the number of the credit item, 0 for nothing."""
    total = sum(amount for _item, amount in uses)
    if not total:
        return 0
    source, owed = (
        ledger.open_accounts(actor, kind=each, currency=currency, holders=[holder])[holder]
        for each, holder in ((kind, payer_id or party_id), ("receivable", party_id))
    )
    ledger.pay(actor, [ledger.Wanted(key, source, owed, total)], document=document, on=on)
    row = ledger.ItemIn(key, party_id, currency, "payment", document, on, on, -total)
    credit = ledger.items(actor, [row])[key]
    ledger.match(actor, [ledger.Pair(item, credit, amount) for item, amount in uses], on)
    tell_paid(actor, [item for item, _amount in uses])
    return credit


def tell_paid(actor: Actor, items: Sequence[int]) -> None:
    """Tell of the invoices among these items on which nothing is open any more."""
    done = set(money.items(actor).filter(pk__in=items, open_minor=0).values_list("pk", flat=True))
    rows = Invoice.objects.for_actor(actor).filter(kind="invoice", item_id__in=done).order_by("id")
    book.record_all(
        actor, [facts.InvoicePaid(row.pk, row.number, row.party_id, row.order, row.delivery) for row in rows]
    )


def use_payment(actor: Actor, row: Payment, uses: Sequence[tuple[int, int]], on: date) -> int:
    """Settle items with a payment, of whoever sent it or of those he pays for. Returns how much of it was used."""
    used = sum(amount for _item, amount in uses)
    if not used:
        return 0
    before = money.items(actor).filter(document=row.number, kind="payment").count()
    owners = dict(money.items(actor).filter(pk__in=[item for item, _amount in uses]).values_list("pk", "holder_id"))
    for place, holder in enumerate(sorted(set(owners.values())), before + 1):
        settle(
            actor,
            kind="prepaid",
            party_id=holder,
            currency=row.currency,
            key=f"{row.number}/{place}",
            document=row.number,
            uses=[use for use in uses if owners[use[0]] == holder],
            on=on,
            payer_id=row.party_id,
        )
    row.left_minor -= used
    row.save(update_fields=["left_minor"])
    return used


def unused(actor: Actor, party_id: int, currency: str) -> list[Payment]:
    """Payments of which something is left, the oldest first, locked."""
    rows = Payment.objects.for_actor(actor).select_for_update().filter(kind="payment", left_minor__gt=0)
    return list(rows.filter(party_id=party_id, currency=currency).order_by("received_on", "id")[:MOST])


def pay_from_advance(actor: Actor, made: Invoice, on: date) -> int:
    """Settle an invoice from money paid in advance, the oldest payment first, without what other orders hold of it: an
    invoice is never refused for that. Returns how much was settled."""
    free = money.exposure(made.party_id, made.currency).prepaid
    left = wanted = max(0, min(made.total_minor, free))
    for row in unused(actor, made.party_id, made.currency) if wanted else ():
        amount = min(left, row.left_minor)
        if amount:
            left -= use_payment(actor, row, [(made.item_id or 0, amount)], on)
    return wanted - left


def settle_oldest(actor: Actor, note: Invoice, on: date) -> int:
    """Settle open invoices with a credit note: the one it corrects, then those of the same order, oldest first. Returns how
    much was settled; the rest stays to the distributor's credit."""
    mine = Invoice.objects.for_actor(actor).filter(party_id=note.party_id, currency=note.currency, kind="invoice")
    first = [note.corrects.item_id] if note.corrects is not None else []
    same = list(mine.filter(order=note.order).order_by("due_on", "id").values_list("item_id", flat=True)[:MOST])
    wanted = [pk for pk in dict.fromkeys([*first, *(same if note.order else [])]) if pk]
    open_now = dict(money.items(actor).filter(pk__in=wanted, open_minor__gt=0).values_list("pk", "open_minor"))
    left, pairs = -note.total_minor, []
    for pk in wanted:
        amount = min(left, open_now.get(pk, 0))
        if amount:
            pairs.append(ledger.Pair(pk, note.item_id or 0, amount))
            left -= amount
    if pairs:
        ledger.match(actor, pairs, on)
        tell_paid(actor, [pair.debit for pair in pairs])
    return -note.total_minor - left
