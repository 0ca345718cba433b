"""What orders says of its permissions, and the form of its rules. The pages of orders are the flow's: they show what several areas know."""

from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from gongying.core.doors import words
from gongying.core.policies.forms import Ask, Part, declare

from .rules import ORDER_RULES

urlpatterns: list[URLPattern] = []
words(
    "orders",
    _("Orders"),
    {
        "view": _("Read orders"),
        "write": _("Write and discard drafts, keep favourites"),
        "comment": _("Comment on orders and attach files"),
        "gift": _("Write orders of goods that cost nothing"),
        "keep": _("Write down what became of orders (the ordering flow alone)"),
    },
)
SHORT = (("owed", _("still owed")), ("cancelled", _("cancelled")))
INVOICED = (("delivery", _("at delivery")), ("by_hand", _("by hand")))
UNTIL = (("approved", _("until goods are set aside")), ("allocated", _("until they leave")))

declare(
    ORDER_RULES.code,
    Part(
        _("What may be ordered"),
        (
            Ask("currency", _("Currency")),
            Ask("minimum_amount", _("Least amount"), "money", _("Before tax.")),
            Ask("minimum_packs", _("Least number of packs"), "whole"),
            Ask("most_lines", _("Most lines"), "whole"),
        ),
    ),
    Part(
        _("Approval"),
        (
            Ask(
                "auto_approve_up_to",
                _("Approved without a person up to"),
                "money",
                _("Empty: whatever passes price and credit."),
                optional=True,
            ),
            Ask("approve_special_prices", _("A person looks at special prices"), "flag"),
            Ask("cancel_until", _("The distributor may cancel"), "choice", choices=UNTIL),
        ),
    ),
    Part(
        _("Goods that cost nothing"),
        (
            Ask(
                "free_up_to",
                _("Given by one person up to"),
                "money",
                _("What they are worth at the distributor's own price, before tax."),
            ),
            Ask(
                "free_quarter",
                _("At most in a quarter"),
                "money",
                _("For one distributor. Empty: no limit."),
                optional=True,
            ),
        ),
    ),
    Part(
        _("Delivery and invoice"),
        (
            Ask("lead_days", _("Working days until delivery"), "whole"),
            Ask("min_life_days", _("Goods keep at least days after delivery"), "whole"),
            Ask("back_orders", _("What is not in stock is owed"), "flag"),
            Ask("short_goods", _("What was lost on the way is"), "choice", choices=SHORT),
            Ask("invoice_at", _("Invoiced"), "choice", choices=INVOICED),
        ),
    ),
    Part(
        _("Calendar"),
        (
            Ask("holidays", _("Holidays"), "days", _("Days as 2026-10-01, apart by spaces or lines.")),
            Ask("workdays", _("Weekends that are worked"), "days"),
        ),
    ),
)
