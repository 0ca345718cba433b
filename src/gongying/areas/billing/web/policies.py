"""Forms of the policies of billing."""

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.forms import Ask, Part, declare

ACCOUNT_KINDS = (
    ("receivable", _("Receivable")),
    ("bank", _("Bank")),
    ("prepaid", _("Prepayment")),
    ("deposit", _("Deposit")),
    ("rebate", _("Rebate account")),
    ("rebate_expense", _("Rebate granted")),
    ("accrual_expense", _("Rebate accrued")),
    ("refund_liability", _("Refund liability")),
    ("contract_liability", _("Contract liability")),
    ("fund_source", _("Fund expense")),
    ("fund", _("Fund budgets")),
    ("fund_committed", _("Fund commitments")),
    ("sales", _("Sales")),
    ("tax", _("Tax")),
    ("writeoff", _("Written off")),
    ("opening", _("Opening balances")),
)
MATCHING = (
    ("sure", _("what is named or fits exactly")),
    ("oldest", _("also the oldest first")),
    ("none", _("nothing")),
)

declare(
    "billing.rules",
    Part(
        _("Ageing and matching"),
        (
            Ask("buckets", _("Buckets of lateness"), "numbers", _("Days late, rising: 30 60 90")),
            Ask("matching", _("Matched without asking"), "choice", choices=MATCHING),
        ),
    ),
)
declare(
    "billing.reminders",
    Part(
        _("When"),
        (
            Ask("repeat_days", _("Repeated after days"), "whole", _("The same level is not sent sooner.")),
            Ask("least", _("Least amount to ask for"), "whole", _("Whole units of money; less is not asked for.")),
        ),
    ),
    Part(
        _("Levels of reminders"),
        (
            Ask(
                "levels",
                _("Levels of reminders"),
                "table",
                _("{amount}, {days}, {name} and {count} are filled in when a letter is written."),
                columns=(
                    Ask("days", _("From days late"), "whole"),
                    Ask("title", _("Title")),
                    Ask("title_en", _("Title, English")),
                    Ask("body", _("Text of the letter"), "long"),
                    Ask("body_en", _("Text, English"), "long"),
                ),
            ),
        ),
    ),
)
declare(
    "billing.ledger_map",
    Part(
        _("Vouchers"),
        (
            Ask(
                "word", _("Word of the voucher"), help=_("At most four characters, as the ledger program wants it.")
            ),
        ),
    ),
    Part(
        _("Accounts of the general ledger"),
        (
            Ask(
                "accounts",
                _("Accounts"),
                "table",
                _("What is not named here is booked to the account the house proposes."),
                columns=(
                    Ask("kind", _("Account of this house"), "choice", choices=ACCOUNT_KINDS),
                    Ask("code", _("Code in the general ledger")),
                    Ask("name", _("Name")),
                ),
                keyed=True,
            ),
        ),
    ),
)
