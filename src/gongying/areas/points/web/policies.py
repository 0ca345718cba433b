"""The forms of the programme and of the catalogue."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.books.metrics.read import METRICS
from gongying.core.policies.forms import Ask, Part, declare

from ..rules import CATALOGUE, PROGRAMME

RULES = (
    ("value", _("value bought")),
    ("pieces", _("pieces bought")),
    ("target", _("share of the target reached")),
    ("outlets", _("new outlets")),
    ("figure", _("another figure")),
)
METHODS = (
    ("none", _("points never expire")),
    ("rolling", _("so many months after they were earned")),
    ("quarter", _("cleared at the end of the quarter")),
    ("year", _("cleared at the end of the year")),
)
SHORT = {"none": _("never"), "rolling": _("rolling"), "quarter": _("by quarter"), "year": _("by year")}
PERIODS = (("month", _("month")), ("quarter", _("quarter")), ("half", _("half-year")), ("year", _("year")))
BREAKAGE = (("none", _("not counted")), ("fixed", _("a fixed share")), ("history", _("from our own history")))
REWARDS = (
    ("fund", _("market fund")),
    ("goods", _("free goods")),
    ("training", _("training seat")),
    ("advert", _("advertising space")),
    ("equipment", _("equipment subsidy")),
)


def figures() -> Iterable[tuple[str, Any]]:
    """The registered figures that are told by distributor."""
    return [("", "–"), *((code, each.label) for code, each in METRICS.items() if "party" in each.by)]


EARNING = (
    Ask("code", _("Code")),
    Ask("name", _("Name")),
    Ask("name_en", _("English name")),
    Ask("kind", _("Counts"), "choice", choices=RULES),
    Ask("metric", _("Figure"), "choice", choices=figures),
    Ask("group", _("Product group")),
    Ask("points", _("Reward points"), "number"),
    Ask("per", _("for every"), "number"),
    Ask("at_least", _("from"), "number", optional=True),
    Ask("weight", _("Weight"), "percent", optional=True),
    Ask("cap", _("At most"), "whole", optional=True),
    Ask("stop", _("Ends the list"), "flag"),
)
declare(
    PROGRAMME.code,
    Part(
        _("How points are earned"),
        (
            Ask("period", _("Awarded by"), "choice", choices=PERIODS),
            Ask("currency", _("Currency")),
            Ask("cap", _("Most points of a distributor and period"), "whole", optional=True),
            Ask(
                "multipliers",
                _("Times the points, by level"),
                "table",
                columns=(Ask("level", _("Level")), Ask("factor", _("Times"), "number")),
            ),
        ),
    ),
    Part(
        _("Rules"),
        (
            Ask(
                "rules",
                _("Rules, in the order in which they count"),
                "table",
                _("One point for every 1,000 is points 1 for every 1000. A share is written as 1 for 100 %."),
                columns=EARNING,
            ),
        ),
    ),
    Part(
        _("When points expire"),
        (
            Ask("method", _("Way to expire"), "choice", choices=METHODS),
            Ask("months", _("Months"), "whole"),
            Ask("protect_days", _("Earned within days before the end: stay until the next"), "whole"),
            Ask("notice_days", _("Days of notice"), "whole"),
            Ask("grace_days", _("Days of grace"), "whole"),
            Ask("appeal_days", _("Days to appeal"), "whole"),
            Ask("keep", _("Points that stay in any case"), "whole"),
            Ask("exempt", _("Exempt distributors"), "codes"),
            Ask("exempt_levels", _("Exempt levels"), "codes"),
            Ask("transfers", _("May be passed on within a group"), "flag"),
        ),
        _("Points keep the last day they were awarded with: a new method counts for new points."),
    ),
    Part(
        _("What points are worth and may cost"),
        (
            Ask("value", _("Value of a point"), "money"),
            Ask("breakage", _("Points that are never used"), "choice", choices=BREAKAGE),
            Ask("breakage_rate", _("Fixed share"), "percent"),
            Ask("least_history", _("Points that history needs"), "whole"),
            Ask("budget", _("Budget for rewards"), "money", optional=True),
            Ask("budget_period", _("Budget of each"), "choice", choices=PERIODS),
            Ask("margin", _("Share of sales that points may be worth"), "percent"),
        ),
    ),
    Part(
        _("Accounts of the general ledger"),
        (
            Ask("account_expense", _("Expense of points")),
            Ask("account_liability", _("Liability for points")),
            Ask("account_settled", _("Points used")),
            Ask("account_breakage", _("Points expired")),
        ),
    ),
)
declare(
    CATALOGUE.code,
    Part(
        _("Catalogue"),
        (
            Ask("currency", _("Currency")),
            Ask("voucher_days", _("Vouchers are good for days"), "whole"),
        ),
    ),
    Part(
        _("Rewards"),
        (
            Ask(
                "rewards",
                _("Rewards"),
                "table",
                _("A fund is named by its code, goods by the code of the product."),
                columns=(
                    Ask("code", _("Code")),
                    Ask("name", _("Name")),
                    Ask("name_en", _("English name")),
                    Ask("kind", _("Kind"), "choice", choices=REWARDS),
                    Ask("points", _("Reward points"), "whole"),
                    Ask("cost", _("Costs us"), "money"),
                    Ask("target", _("Creates")),
                    Ask("units", _("Pieces"), "whole", optional=True),
                    Ask("stock", _("In stock"), "whole", optional=True),
                    Ask("per_party", _("Each at most"), "whole", optional=True),
                    Ask("start", _("From"), "day", optional=True),
                    Ask("end", _("Last day"), "day", optional=True),
                ),
            ),
        ),
    ),
)
