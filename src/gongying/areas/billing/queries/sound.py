"""What must hold of the papers of billing at any time."""

from collections.abc import Iterator

from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from gongying.books.money import read as money
from gongying.core.actor import SYSTEM
from gongying.core.soundness import sound

from ..models import Invoice, InvoiceLine, Payment


@sound("billing.invoices", _("an invoice is the sum of its lines and of its postings"))
def invoices_add_up() -> Iterator[tuple[str, int, int, int]]:
    """Invoices that are not the sum of their lines, or of what was posted under their number: (number, total, lines,
    postings)."""
    lines = InvoiceLine.objects.unscoped("reconciling").order_by().values_list("invoice_id")
    sums = dict(lines.annotate(total=Sum(F("net_minor") + F("tax_minor"))))
    posted = money.posted_by_document("receivable")
    for pk, number, total in Invoice.objects.unscoped("reconciling").values_list("pk", "number", "total_minor"):
        found = (sums.get(pk, 0), -posted.get(number, 0))
        if found != (total, total):
            yield number, total, *found


@sound("billing.items", _("an invoice has one open document of its amount"))
def items_match() -> Iterator[tuple[str, int]]:
    """Invoices whose open document is missing or has another amount: (number, total)."""
    amounts = dict(money.items(SYSTEM).order_by().values_list("pk", "amount_minor"))
    rows = Invoice.objects.unscoped("reconciling").filter(~Q(total_minor=0))
    for number, item, total in rows.values_list("number", "item_id", "total_minor"):
        if amounts.get(item) != total:
            yield number, total


@sound("billing.payments", _("what payments have left is what is prepaid"))
def payments_left() -> Iterator[tuple[int, str, int, int]]:
    """Distributors whose prepaid account is not what their payments have left: (party, currency, left, balance)."""
    rows = Payment.objects.unscoped("reconciling").filter(kind="payment").order_by()
    sums = {
        (party, code): left
        for party, code, left in rows.values_list("party_id", "currency").annotate(left=Sum("left_minor"))
    }
    held = {(row.holder_id, row.currency): row.balance_minor for row in money.accounts(SYSTEM, kind="prepaid")}
    for key in sorted({*sums, *held}):
        if sums.get(key, 0) != held.get(key, 0):
            yield *key, sums.get(key, 0), held.get(key, 0)
