"""What billing announces. Amounts are minor units, tax included."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class InvoiceIssued(Fact):
    """An invoice, or (kind `credit`, amount below zero) a credit note."""

    name = "billing.invoice_issued"
    invoice: int
    number: str
    kind: str
    party: int
    currency: str
    total_minor: int
    order: str
    delivery: str


@dataclass(frozen=True)
class PaymentReceived(Fact):
    """Money came in (kind `payment`, `deposit`) or went out (amount below zero)."""

    name = "billing.payment_received"
    payment: int
    number: str
    kind: str
    party: int
    currency: str
    amount_minor: int


@dataclass(frozen=True)
class InvoicePaid(Fact):
    """Nothing is open on an invoice any more."""

    name = "billing.invoice_paid"
    invoice: int
    number: str
    party: int
    order: str
    delivery: str


@dataclass(frozen=True)
class ReminderSent(Fact):
    """A distributor was reminded of what is overdue."""

    name = "billing.reminder_sent"
    letter: int
    number: str
    party: int
    currency: str
    level: int
    overdue_minor: int


@dataclass(frozen=True)
class WrittenOff(Fact):
    """Two people gave up what a distributor owes on a document."""

    name = "billing.written_off"
    request: int
    number: str
    party: int
    document: str
    currency: str
    amount_minor: int
