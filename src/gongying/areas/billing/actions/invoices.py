"""Issue invoices and credit notes; take over what was owed before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused

from .. import facts
from ..models import Invoice, InvoiceLine
from .settling import pay_from_advance, settle_oldest

MOST_LINES = 2000
LONGEST_TERMS = 365
HOUSE = ("sales", "tax")


@dataclass(frozen=True)
class InvoiceLineIn:
    """A line: base units; amounts in minor units, net = gross − discount, tax beside it; of a credit note below zero."""

    product_id: int
    quantity: int
    gross_minor: int
    discount_minor: int
    net_minor: int
    tax_rate: Decimal
    tax_minor: int
    order_line: str = ""
    delivery_line: str = ""


@dataclass(frozen=True)
class InvoiceMade:
    """What was issued; the total incl. tax in minor units, below zero for a credit note."""

    id: int
    number: str
    total_minor: int


@dataclass(frozen=True)
class OpeningIn:
    """What a distributor owed on a document before this house kept his account (negative: what he had to his credit)."""

    party: str
    currency: str
    document: str
    business_date: date
    due_on: date
    amount_minor: int


@action(needs="billing.issue", roles=EVERYONE, exposed=False)
def invoice(
    actor: Actor,
    *,
    party_id: int,
    currency: str,
    lines: list[InvoiceLineIn],
    order: str,
    delivery: str,
    terms_days: int,
    on: date,
    hold_key: str = "",
    rest_minor: int = 0,
    prepaid: bool = False,
) -> InvoiceMade:
    """Issue the invoice of goods that were delivered: what the order held becomes what is owed, the rest goes on being held
    (`rest_minor`). It is never judged: what was shipped is invoiced. `prepaid`: it is settled at once from the money the
    distributor has paid in advance, as far as that reaches."""
    if not 0 <= terms_days <= LONGEST_TERMS:
        raise Refused(_("Payment terms are 0 to 365 days."), field="terms_days")
    made = _issue(actor, "invoice", party_id, currency, lines, order, delivery, on, on + timedelta(days=terms_days))
    legs = _legs(actor, made)
    if hold_key:
        ledger.turn_hold(actor, key=hold_key, posted=legs, rest_minor=rest_minor, document=made.number, on=on)
    else:
        ledger.pay(actor, legs, document=made.number, on=on)
    if prepaid and made.item_id:
        pay_from_advance(actor, made, on)
    return InvoiceMade(made.pk, made.number, made.total_minor)


@action(needs="billing.issue", roles=EVERYONE, exposed=False)
def credit_note(
    actor: Actor,
    *,
    party_id: int,
    currency: str,
    lines: list[InvoiceLineIn],
    order: str,
    delivery: str,
    on: date,
    reason: str = "",
    corrects: str = "",
) -> InvoiceMade:
    """Issue a credit note: the lines of goods that came back, with quantities and amounts below zero; `delivery` is the number
    of the return, `corrects` that of the invoice. It settles what is open on that invoice (or of the order) first; what is
    over stays to the distributor's credit."""
    old = None
    if corrects:
        old = Invoice.objects.for_actor(actor).filter(number=corrects, party_id=party_id, kind="invoice").first()
        if old is None:
            raise Refused(
                _("There is no invoice %(number)s of this distributor.") % {"number": corrects}, field="corrects"
            )
    made = _issue(actor, "credit", party_id, currency, lines, order, delivery, on, on, reason=reason, corrects=old)
    ledger.pay(actor, _legs(actor, made), document=made.number, on=on)
    if made.item_id:
        settle_oldest(actor, made, on)
    return InvoiceMade(made.pk, made.number, made.total_minor)


def _issue(
    actor: Actor,
    kind: str,
    party_id: int,
    currency: str,
    lines: Sequence[InvoiceLineIn],
    order: str,
    delivery: str,
    on: date,
    due_on: date,
    *,
    reason: str = "",
    corrects: Invoice | None = None,
) -> Invoice:
    """Write the paper, its lines and its open item."""
    net, tax = sum(line.net_minor for line in lines), sum(line.tax_minor for line in lines)
    _check(kind, lines, net + tax)
    parties.party(actor, party_id)
    number = next_number("FP" if kind == "invoice" else "HZ", on=on)
    item = None
    if net + tax:
        row = ledger.ItemIn(f"{kind}/{number}", party_id, currency, kind, number, on, due_on, net + tax)
        item = ledger.items(actor, [row])[row.key]
    bill_to, name, tax_number = _addressee(party_id, on, corrects)
    made: Invoice = Invoice.objects.create(
        number=number,
        kind=kind,
        party_id=party_id,
        bill_to_id=bill_to,
        addressee=name,
        addressee_tax=tax_number,
        currency=currency,
        order=order,
        delivery=delivery,
        corrects=corrects,
        business_date=on,
        due_on=due_on,
        net_minor=net,
        tax_minor=tax,
        total_minor=net + tax,
        item_id=item,
        reason=reason.strip()[:400],
        issued_by=actor.name,
    )
    InvoiceLine.objects.bulk_create(
        [InvoiceLine(invoice=made, number=place, **vars(line)) for place, line in enumerate(lines, 1)],
        batch_size=200,
    )
    told = (made.pk, number, kind, party_id, currency, made.total_minor, order, delivery)
    book.record(actor, facts.InvoiceIssued(*told))
    return made


def _addressee(party_id: int, on: date, corrects: Invoice | None) -> tuple[int | None, str, str]:
    """Whom a paper is made out to: who plays that role for the distributor on the day, or of a credit note whom the invoice that
    it corrects was made out to; with the name and the tax number as they are now."""
    if corrects is not None and corrects.addressee:
        return corrects.bill_to_id, corrects.addressee, corrects.addressee_tax
    other = parties.role(party_id, "bill_to", on)
    return (other if other != party_id else None, *parties.addressee(other))


def _check(kind: str, lines: Sequence[InvoiceLineIn], total: int) -> None:
    if not lines or len(lines) > MOST_LINES:
        raise Refused(_("An invoice has 1 to 2000 lines."), code="lines", field="lines")
    if any(line.net_minor != line.gross_minor - line.discount_minor for line in lines):
        raise Refused(_("A line does not add up: net is gross less discount."), code="sum", field="lines")
    if (total < 0) if kind == "invoice" else (total > 0):
        raise Refused(_("The total has the wrong sign."), code="sign", field="lines")


def _legs(actor: Actor, made: Invoice) -> list[ledger.Wanted]:
    """Net to sales, tax to tax, from (or with a credit note back to) the receivable account."""
    own: tuple[str, int | None] = ("receivable", made.party_id)
    held = ledger.several(actor, [own, *((kind, None) for kind in HOUSE)], currency=made.currency)
    mine, found = held[own], []
    for kind, amount in zip(HOUSE, (made.net_minor, made.tax_minor), strict=True):
        if amount:
            house = held[kind, None]
            debit, credit = (mine, house) if amount > 0 else (house, mine)
            found.append(ledger.Wanted(f"{made.number}/{kind}", debit, credit, abs(amount)))
    return found


@action(needs="billing.open", roles=("admin", "finance"))
def open_balances(actor: Actor, *, rows: list[OpeningIn]) -> int:
    """Take over what distributors owe on documents from before; the same document again changes nothing. At most 2000 in
    one go. Returns how many were taken."""
    if not 0 < len(rows) <= MOST_LINES:
        raise Refused(_("Send 1 to 2000 rows."), code="rows", field="rows")
    ids = parties.ids_by_code({row.party for row in rows})
    wanted = []
    for place, row in enumerate(rows, 1):
        party_id = ids.get(row.party)
        if party_id is None or not actor.sees(party_id):
            raise Refused(
                _("Row %(row)s: there is no distributor %(code)s.") % {"row": place, "code": row.party},
                field="rows",
            )
        if not row.amount_minor or row.due_on < row.business_date:
            raise Refused(_("Row %(row)s: the amount or the due day is wrong.") % {"row": place}, field="rows")
        key = f"opening/{party_id}/{row.document}"
        wanted.append(
            ledger.ItemIn(
                key,
                party_id,
                row.currency,
                "opening",
                row.document,
                row.business_date,
                row.due_on,
                row.amount_minor,
            )
        )
    ledger.items(actor, wanted)
    for item in wanted:
        legs = ledger.open_accounts(actor, kind="receivable", currency=item.currency, holders=[item.holder_id])
        house = ledger.open_accounts(actor, kind="opening", currency=item.currency, holders=[None])[None]
        mine = legs[item.holder_id]
        debit, credit = (mine, house) if item.amount_minor > 0 else (house, mine)
        leg = ledger.Wanted(item.key, debit, credit, abs(item.amount_minor))
        ledger.pay(actor, [leg], document=item.document, on=item.business_date)
    return len(wanted)
