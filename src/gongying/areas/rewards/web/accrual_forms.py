"""The forms of the policies of accrual, tax and watching."""

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.forms import Ask, Part, declare

METHODS = (("expected", _("expected value")), ("most_likely", _("most likely amount")))
EXPENSES = (("rebate_expense", _("with the settled rebates")), ("accrual_expense", _("an account of its own")))
LIABILITIES = (
    ("refund_liability", _("refund liability: paid or offset")),
    ("contract_liability", _("contract liability: given in goods")),
)
ROUNDINGS = (("half_up", _("half up")), ("half_even", _("half to even")), ("down", _("rounded down")))


declare(
    "rewards.accrual",
    Part(
        _("Estimate"),
        (
            Ask("method", _("Estimation method"), "choice", _("Many similar distributors: expected value. One amount or the other: most likely amount."), choices=METHODS),
            Ask("programmes", _("Programmes with a method of their own"), "table", _("One method is kept throughout a contract."), columns=(
                Ask("programme", _("Programme, by key"), "text"),
                Ask("method", _("Estimation method"), "choice", choices=METHODS),
            ), keyed=True),
            Ask("scenarios", _("Scenarios"), "table", _("How much of what the pace still lets expect may come; the probabilities sum to 100 %."), columns=(
                Ask("share", _("Share of the rest"), "percent"),
                Ask("probability", _("Probability"), "percent"),
            )),
        ),
    ),
    Part(
        _("Constraint"),
        (
            Ask("likely", _("“Highly probable” from"), "percent", _("Revenue is kept only if it need not be given back with this probability.")),
            Ask("significant", _("Not significant up to"), "percent", _("A reversal of so much of the revenue of the period does not count.")),
        ),
    ),
    Part(
        _("Accounts booked"),
        (
            Ask("expense", _("The expense is booked"), "choice", choices=EXPENSES),
            Ask("liability", _("Against"), "choice", _("What was accrued before stays where it lies."), choices=LIABILITIES),
        ),
    ),
)  # fmt: skip
declare(
    "rewards.vat",
    Part(
        _("VAT of rebates"),
        (
            Ask("rate", _("Rate of tax"), "percent", _("Empty: that of each product."), optional=True),
            Ask("inclusive", _("The credited amount includes tax"), "flag"),
            Ask(
                "rounding",
                _("Rounding of the tax"),
                "choice",
                _("Once for each rate of a statement."),
                choices=ROUNDINGS,
            ),
        ),
    ),
)
declare(
    "rewards.watch",
    Part(
        _("Watch list"),
        (
            Ask("near", _("Close to a tier from"), "percent", _("Share of the start of the next tier.")),
            Ask("cover_days", _("Stock is high above days"), "whole", _("Nobody whose stock lasts longer is asked to buy more.")),
        ),
    ),
)  # fmt: skip
