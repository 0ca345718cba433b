"""The form of the rules of due diligence."""

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.forms import Ask, Part, declare

declare(
    "diligence.rules",
    Part(
        _("Papers"),
        (
            Ask(
                "papers",
                _("Papers"),
                "table",
                columns=(
                    Ask("code", _("Code")),
                    Ask("name", _("Name")),
                    Ask("name_en", _("English name")),
                    Ask(
                        "types",
                        _("Of partners"),
                        "codes",
                        _("distributor, city, sub, online, service; none is all"),
                    ),
                    Ask("regions", _("In regions"), "codes"),
                    Ask("blocking", _("A decision waits for it"), "flag"),
                    Ask("expires", _("It expires"), "flag"),
                    Ask("warn_days", _("Warn days before"), "whole"),
                ),
            ),
        ),
    ),
    Part(
        _("Criteria"),
        (
            Ask(
                "criteria",
                _("Criteria"),
                "table",
                columns=(
                    Ask("code", _("Code")),
                    Ask("name", _("Name")),
                    Ask("name_en", _("English name")),
                    Ask("low", _("Level 1 in words")),
                    Ask("low_en", _("Level 1, English")),
                    Ask("middle", _("Level 3 in words")),
                    Ask("middle_en", _("Level 3, English")),
                    Ask("high", _("Level 5 in words")),
                    Ask("high_en", _("Level 5, English")),
                    Ask("computed", _("Follows from the statements"), "flag"),
                ),
            ),
            Ask(
                "pairs",
                _("Comparisons"),
                "table",
                _("One is so many times as important as the other: 1/9 to 9."),
                columns=(Ask("one", _("One")), Ask("other", _("The other")), Ask("times", _("Times"), "number")),
            ),
        ),
    ),
    Part(
        _("Statements and stress"),
        (
            Ask("tolerance", _("Tolerance between sources"), "percent"),
            Ask("vat_rate", _("VAT rate of sales"), "percent"),
            Ask("rounding", _("Sums may be out by"), "money"),
            Ask("months", _("Months of the stress test"), "whole"),
            Ask("runs", _("Drawings"), "whole"),
            Ask("demand_spread", _("Spread of demand"), "percent"),
            Ask("price_spread", _("Spread of prices"), "percent"),
            Ask("group", _("Smallest group of peers"), "whole"),
        ),
    ),
    Part(
        _("Registries"),
        (
            Ask("recheck_days", _("Days an answer holds"), "whole"),
            Ask("budget", _("Budget for paid answers, a file"), "money"),
        ),
    ),
    Part(
        _("The decision"),
        (
            Ask("accept_from", _("Accepted from a score of"), "number"),
            Ask("condition_from", _("On conditions from"), "number"),
            Ask("worst", _("Gravest risk that may be left, below"), "whole", _("Likelihood times impact.")),
            Ask("limit_share", _("Limit, share of equity"), "percent"),
            Ask("deposit_share", _("Deposit, share of the limit"), "percent"),
        ),
    ),
)
