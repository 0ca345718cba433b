"""Read a file of the bank, and take its receipts as payments."""

import hashlib

from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import queries
from ..models import BankFile, BankLine
from .payments import CASHIERS, record_payment

LARGEST = 2 * 1024 * 1024


@action(needs="billing.receive", roles=CASHIERS, secret=("text",))
def read_bank(actor: Actor, *, name: str, text: str, currency: str = "CNY") -> int:
    """Read a bank statement (CSV as text): its receipts wait until they are taken as payments. The same file again is
    the same. Returns its number. Refused with the row that cannot be read."""
    if len(text) > LARGEST:
        raise Refused(_("The file is larger than 2 MiB."), code="too_large", field="file")
    mark = hashlib.sha256(text.encode()).hexdigest()
    known = BankFile.objects.filter(sha256=mark).first()
    if known is not None:
        return int(known.pk)
    receipts = queries.receipts(text, currency)
    row = BankFile.objects.create(name=name[:200], sha256=mark, currency=currency, read_by=actor.name)
    whose = queries.guess(actor, receipts)
    BankLine.objects.bulk_create(
        [
            BankLine(
                file=row,
                row=each.row,
                received_on=each.on,
                amount_minor=each.amount_minor,
                payer=each.payer,
                text=each.text,
                reference=each.reference,
                party_id=party_id,
                why=why,
            )
            for each, (party_id, why) in zip(receipts, whose, strict=True)
        ],
        batch_size=200,
    )
    return int(row.pk)


@action(needs="billing.receive", roles=CASHIERS)
def take_lines(actor: Actor, *, bank_id: int, parties_by_line: dict[int, int]) -> int:
    """Take receipts of a bank file as payments of these distributors (by the number of the line). What is on record by its
    bank reference is left out. Returns how many were taken."""
    rows = BankLine.objects.unscoped("receipts of nobody yet").select_for_update(of=("self",))
    waiting = rows.filter(file_id=bank_id, state="waiting", pk__in=list(parties_by_line)).order_by("row")
    taken = 0
    for row in waiting.select_related("file"):
        party = parties.party(actor, parties_by_line[row.pk])
        reference = row.reference or f"{row.file.sha256[:16]}/{row.row}"
        row.party = party
        if queries.known_reference(reference, row.file.currency):
            row.state = "skipped"
        else:
            made = record_payment(
                actor,
                party_id=party.pk,
                currency=row.file.currency,
                amount_minor=row.amount_minor,
                on=row.received_on,
                method="bank",
                reference=reference,
                text=f"{row.payer} {row.text}".strip(),
            )
            row.payment_id, row.state = made.id, "taken"
            taken += 1
        row.save(update_fields=["party", "payment", "state"])
    return taken


@action(needs="billing.receive", roles=CASHIERS)
def skip_line(actor: Actor, *, receipt_id: int) -> None:
    """Leave a receipt out: it is no payment of a distributor."""
    rows = BankLine.objects.unscoped("receipts of nobody yet").select_for_update()
    row = one(rows.filter(state="waiting"), pk=receipt_id)
    row.state = "skipped"
    row.save(update_fields=["state"])
