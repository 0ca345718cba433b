"""Pages of billing: invoices, payments, receivables, reminders, requests, bank files, the period close."""

from collections.abc import Iterator

from django.urls import path
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import words
from gongying.core.ui import links, nav, search, todo

from .. import queries
from . import accounts, bank, closing, find, invoices, payments, reminders, requests
from . import policies as policies

urlpatterns = [
    path("", invoices.invoices, name="invoices"),
    path("invoices/<int:invoice_id>/", invoices.invoice, name="invoice"),
    path("items/<int:item_id>/", accounts.item, name="item"),
    path("payments/", payments.payments, name="payments"),
    path("payments/record/", payments.record, name="record"),
    path("payments/<int:payment_id>/", payments.payment, name="payment"),
    path("receivables/", accounts.receivables, name="receivables"),
    path("accounts/", accounts.mine, name="mine"),
    path("accounts/<int:party_id>/", accounts.account, name="account"),
    path("reminders/", reminders.reminders, name="reminders"),
    path("reminders/send/", reminders.send, name="send"),
    path("reminders/letters/", reminders.letters, name="letters"),
    path("reminders/letters/<int:letter_id>/", reminders.letter, name="letter"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<int:request_id>/", requests.request_page, name="request"),
    path("bank/", bank.files, name="bank"),
    path("bank/<int:bank_id>/", bank.file, name="bank_file"),
    path("close/", closing.months, name="close"),
    path("close/<str:month>/", closing.month, name="month"),
]


def _waiting(actor: Actor) -> Iterator[todo.Todo]:
    """Receipts to take, requests to decide; for a distributor the reminders he has not read."""
    if actor.can("billing.receive"):
        count = queries.waiting_receipts()
        yield todo.Todo(_("bank receipts to take"), count, "/billing/bank/", "wallet", "warn")
    if actor.can("billing.decide"):
        count = queries.requests(actor).filter(state="submitted").exclude(asked_by=actor.name).count()
        note = _("They were submitted by somebody else.")
        yield todo.Todo(
            _("write-offs and refunds to decide"),
            count,
            "/billing/requests/?state=submitted",
            "scale",
            "warn",
            note,
        )
    if actor.can("billing.acknowledge"):
        count = queries.letters(actor).filter(seen_by="").count()
        yield todo.Todo(_("payment reminders to read"), count, "/billing/reminders/letters/", "bell", "bad")


todo.register(_waiting)
search.register(find.papers)
links.home("invoice", "billing:invoice")
links.home("payment", "billing:payment")
links.home("receivable", "billing:account")
links.home("receivables", "billing:receivables")
links.home("my_account", "billing:mine")
links.home("open_item", "billing:item")
nav.register(
    nav.NavItem(_("Invoices"), "/billing/", "billing.view", 53, "credit", "bill"),
    nav.NavItem(_("Payments"), "/billing/payments/", "billing.view", 54, "credit", "calc"),
    nav.NavItem(_("My account"), "/billing/accounts/", "billing.mine", 55, "credit", "book"),
    nav.NavItem(_("Receivables"), "/billing/receivables/", "billing.view_all", 55, "credit", "clock"),
    nav.NavItem(
        _("Overdue reminders"),
        "/billing/reminders/",
        "billing.remind",
        56,
        "credit",
        "send",
        under="/billing/receivables/",
    ),
    nav.NavItem(_("Write-offs and refunds"), "/billing/requests/", "billing.view_all", 57, "credit", "undo"),
    nav.NavItem(
        _("Bank files"), "/billing/bank/", "billing.receive", 58, "credit", "upload", under="/billing/payments/"
    ),
    nav.NavItem(_("Period close"), "/billing/close/", "billing.export", 59, "accounts", "lock"),
)
words(
    "billing",
    _("Invoices and payments"),
    {
        "view": _("Read invoices, payments and open documents"),
        "view_all": _("See the receivables of everybody, reminders and requests"),
        "mine": _("See the own account"),
        "issue": _("Issue invoices and credit notes (part of ordering)"),
        "open": _("Take over opening balances"),
        "receive": _("Record payments and deposits, read bank files"),
        "match": _("Match payments, credit notes and rebates with documents"),
        "give": _("Ask for write-offs and refunds"),
        "decide": _("Decide write-offs and refunds that others asked for"),
        "remind": _("Send overdue reminders"),
        "acknowledge": _("Confirm that a reminder was read"),
        "export": _("See the period close, export the journal"),
    },
)
