"""The form of the policy of statements of account."""

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.forms import Ask, Part, declare

declare(
    "reconciliation.rules",
    Part(
        _("Drawing and answering"),
        (
            Ask("draw_day", _("Drawn on the day of the month"), "whole", _("Of the month after, 1 to 28.")),
            Ask("answer_days", _("Days to answer"), "whole"),
            Ask("remind_every", _("Reminded every so many days"), "whole"),
            Ask("escalate_days", _("Told to the lead after days without an answer"), "whole"),
            Ask("difference_days", _("Days to settle a difference"), "whole"),
            Ask("tacit", _("Silence is consent"), "flag", _("Only where the contract says so.")),
        ),
    ),
    Part(
        _("Matching"),
        (
            Ask("tolerance", _("Tolerated difference"), "money", _("Whole units of money, per line.")),
            Ask("days", _("Days apart that still match"), "whole"),
            Ask("near_days", _("Days apart that are proposed"), "whole"),
            Ask("transit_days", _("Days in transit at the cut-off"), "whole"),
            Ask(
                "prefixes",
                _("Prefixes of numbers to leave out"),
                "codes",
                _("As the distributors write them before ours."),
            ),
        ),
    ),
    Part(
        _("Printed on the statement"),
        (
            Ask("house", _("Name of our company")),
            Ask("house_en", _("Name of our company, English")),
        ),
    ),
)
