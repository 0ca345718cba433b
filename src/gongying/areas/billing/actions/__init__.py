"""The only writers of billing."""

from .bank import read_bank, skip_line, take_lines
from .closing import export_journal
from .deciding import approve, ask_refund, ask_writeoff, reject
from .invoices import InvoiceLineIn, InvoiceMade, OpeningIn, credit_note, invoice, open_balances
from .payments import PaymentMade, match, offset_rebate, record_payment, settle_credit, unmatch
from .reminding import acknowledge, remind

__all__ = [
    "InvoiceLineIn",
    "InvoiceMade",
    "OpeningIn",
    "PaymentMade",
    "acknowledge",
    "approve",
    "ask_refund",
    "ask_writeoff",
    "credit_note",
    "export_journal",
    "invoice",
    "match",
    "offset_rebate",
    "open_balances",
    "read_bank",
    "record_payment",
    "reject",
    "remind",
    "settle_credit",
    "skip_line",
    "take_lines",
    "unmatch",
]
