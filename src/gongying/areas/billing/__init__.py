"""Billing: invoices and credit notes, payments and what they settle, overdue reminders, write-offs, the ledger's journal.

Owns these papers; what they mean in money lands in the book of money (receivable, prepaid, deposit, rebate, bank, sales,
tax). Tells billing.invoice_issued, billing.payment_received, billing.invoice_paid, billing.reminder_sent and
billing.written_off. A paper is never edited: what was wrong is corrected by another one that names it.
"""
