"""The forms of the small policies of rewards."""

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.forms import Ask, Part, declare

declare(
    "rewards.answers",
    Part(
        _("Time to answer objections"),
        (
            Ask("days", _("Days to answer"), "whole"),
            Ask("read_days", _("Days to read a published programme"), "whole"),
        ),
    ),
)
declare(
    "rewards.response",
    Part(
        _("How volume answers a change of rates"),
        (
            Ask("low", _("Low: percent of volume for each point of rate"), "number"),
            Ask("middle", _("Middle"), "number"),
            Ask("high", _("High"), "number"),
        ),
        help=_(
            "A replay shows what a draft would cost if nobody buys more, and if volume follows the rate: 1 is one percent more for one percentage point."
        ),
    ),
)
