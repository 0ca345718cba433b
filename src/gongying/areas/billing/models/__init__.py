"""Papers of billing."""

from .bank import BankFile, BankLine
from .collecting import Journal, Letter, Reminding, Request
from .papers import Invoice, InvoiceLine, Payment

__all__ = [
    "BankFile",
    "BankLine",
    "Invoice",
    "InvoiceLine",
    "Journal",
    "Letter",
    "Payment",
    "Reminding",
    "Request",
]
