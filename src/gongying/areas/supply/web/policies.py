"""The form of the terms of returns and allocation."""

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.forms import Ask, Part, declare

RULES = (
    ("proportional", _("in proportion to what was ordered")),
    ("max_min", _("the smallest wants first (max-min)")),
    ("priority", _("by class, the first served first")),
)

declare(
    "supply.rules",
    Part(
        _("Returns"),
        (
            Ask("answer_days", _("Days to answer"), "whole"),
            Ask("send_days", _("Days to send the goods back"), "whole"),
            Ask("return_days", _("Days after a delivery in which a return may be asked for"), "whole"),
        ),
    ),
    Part(
        _("Scarce goods"),
        (
            Ask("rule", _("Rule"), "choice", choices=RULES),
            Ask("classes", _("Levels, the first served first"), "codes", _("Codes, apart by spaces.")),
        ),
    ),
)
