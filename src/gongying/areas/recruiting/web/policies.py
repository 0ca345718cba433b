"""The form of the rules of recruiting."""

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.forms import Ask, Part, declare

LEVELS = (("block", _("keeps an applicant out")), ("warn", _("is looked at twice")))

declare(
    "recruiting.rules",
    Part(
        _("What applicants agree to"),
        (
            Ask("consent", _("Text, in Chinese"), "long"),
            Ask("consent_en", _("Text, in English"), "long"),
            Ask("keep_days", _("Days personal data are kept after the end"), "whole"),
        ),
    ),
    Part(
        _("Limits"),
        (
            Ask("per_hour", _("Forms an hour from one address"), "whole"),
            Ask("all_per_hour", _("Forms an hour in all"), "whole"),
            Ask("reference_days", _("Days a referee's link holds"), "whole"),
            Ask("months", _("Months of history that are full marks"), "whole"),
            Ask("red_flags", _("Words that ask for a second look"), "codes", _("Apart by spaces.")),
        ),
    ),
    Part(
        _("Conflicts"),
        (
            Ask(
                "competitors",
                _("Competing brands"),
                "table",
                columns=(Ask("name", _("Brand")), Ask("level", _("Who sells it"), "choice", choices=LEVELS)),
            ),
            Ask(
                "accounts",
                _("Key accounts"),
                "table",
                _("Without a distributor the house looks after it."),
                columns=(Ask("name", _("Customer")), Ask("party", _("Looked after by"))),
            ),
        ),
    ),
)
