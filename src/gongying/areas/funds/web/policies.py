"""Forms of the policies of funds."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.policies.forms import SOURCES, Ask, Part, declare

from .. import queries
from ..rules import CODES

FED_BY = (
    ("fixed", _("a fixed budget a period")),
    ("sell_in", _("a share of net purchases")),
    ("over_target", _("a share of what is bought above the target")),
    ("grants", _("what is granted to a distributor")),
)
PERIODS = (("month", _("month")), ("quarter", _("quarter")), ("half", _("half-year")), ("year", _("year")))
METHODS = (
    ("marginal", _("each share on its own part of the cost")),
    ("slab", _("the share that is reached on all of it")),
)
BY = (("cost", _("what it costs")), ("goal", _("how much of the agreed goal was sold")))
PROOF_CODES = _("photo, invoice, agreement, list; apart by spaces")
LEVELS = (("low", _("low")), ("medium", _("medium")), ("high", _("high")))


def _types() -> list[tuple[str, str]]:
    return list(queries.type_names(timezone.localdate()).items())


SOURCES["funds.types"] = _types

declare(
    "funds.fund",
    Part(
        _("Where the money comes from"),
        (
            Ask("currency", _("Currency")),
            Ask("source", _("Source"), "choice", choices=FED_BY),
            Ask("period", _("Period of the budget"), "choice", choices=PERIODS),
            Ask("budget", _("Budget a period"), "money", _("Of a fixed budget.")),
            Ask("rate", _("Rate of accrual"), "percent", _("Of net purchases, or of what is above the target.")),
            Ask("own", _("Every distributor has his own budget"), "flag"),
        ),
    ),
    Part(
        _("Whom it is for"),
        (
            Ask("regions", _("Regions"), "many", source="regions"),
            Ask("levels", _("Levels"), "codes", _("Codes apart by spaces; none is all.")),
            Ask("parties", _("Distributors"), "codes", _("Codes apart by spaces; who is named may in any case.")),
            Ask("types", _("Types of activities"), "many", _("None is all."), source="funds.types"),
        ),
    ),
    Part(
        _("What the house bears"),
        (
            Ask("step_by", _("The share depends on"), "choice", choices=BY),
            Ask("method", _("Method"), "choice", choices=METHODS),
            Ask(
                "steps",
                _("Steps"),
                "table",
                columns=(Ask("start", _("From"), "number"), Ask("share", _("Share of the house"), "percent")),
            ),
        ),
        _("From is an amount of cost, or with a goal its attainment: 0.9 is 90 %."),
    ),
    Part(
        _("Days"),
        (
            Ask("notice_days", _("Asked at least days before"), "whole"),
            Ask("submit_days", _("Claimed within days after"), "whole"),
            Ask("expire_days", _("Unused money lapses after days"), "whole"),
        ),
    ),
)
declare(
    "funds.claim_types",
    Part(
        _("Types of activities"),
        (
            Ask(
                "types",
                _("Types"),
                "table",
                columns=(
                    Ask("code", _("Code")),
                    Ask("name", _("Name")),
                    Ask("name_en", _("English name")),
                    Ask("proofs", _("Proofs"), "codes", PROOF_CODES),
                    Ask("photos", _("Photos at least"), "whole"),
                    Ask("before_days", _("Photos from days before"), "whole"),
                    Ask("after_days", _("to days after"), "whole"),
                    Ask("most_m", _("Metres from the place at most"), "whole"),
                    Ask("most", _("Highest amount"), "money", optional=True),
                    Ask("auto_up_to", _("Passes by itself up to"), "money", optional=True),
                ),
            ),
        ),
    ),
    Part(
        _("Risk"),
        (
            Ask("alike_bits", _("Bits by which pictures that are one may differ"), "whole", _("Of 64.")),
            Ask("months", _("Months that pictures are compared with"), "whole"),
            Ask(
                "points",
                _("Points"),
                "table",
                columns=(
                    Ask("code", _("Finding"), "choice", choices=tuple(CODES.items())),
                    Ask("points", _("Points"), "whole"),
                ),
            ),
            Ask(
                "bands",
                _("How many are looked at"),
                "table",
                columns=(
                    Ask("level", _("Risk"), "choice", choices=LEVELS),
                    Ask("score", _("From points"), "whole"),
                    Ask("rate", _("Share looked at"), "percent"),
                ),
            ),
        ),
    ),
    Part(
        _("Time and effect"),
        (
            Ask("review_days", _("Days to decide"), "whole"),
            Ask("appeal_days", _("Days to appeal"), "whole"),
            Ask("answer_days", _("Days to answer"), "whole"),
            Ask("ages", _("Buckets of age"), "numbers", _("Days, rising: 30 60 90")),
            Ask("weeks", _("Weeks before that are compared"), "whole"),
            Ask("margin", _("Margin of what is sold more"), "percent"),
        ),
    ),
)
declare(
    "funds.protection",
    Part(
        _("Price protection"),
        (
            Ask("window_days", _("Received within days before"), "whole"),
            Ask("cap", _("Base units of a lot at most"), "whole", optional=True),
        ),
    ),
    Part(
        _("Stock rotation, ship and debit"),
        (
            Ask("rotation_rate", _("Share of purchases that may come back"), "percent"),
            Ask("rotation_months", _("Months of purchases"), "whole"),
            Ask("debit_pool", _("No more than can have been in stock"), "flag"),
        ),
    ),
)
