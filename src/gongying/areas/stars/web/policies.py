"""The form of the star programme."""

from django.utils.translation import gettext_lazy as _

from gongying.books.metrics.read import METRICS
from gongying.core.policies.forms import Ask, Part, declare

from ..rules import KIND


def _figures() -> list[tuple[str, object]]:
    return [("", "–"), *((code, metric.label) for code, metric in METRICS.items())]


_CODED = (Ask("code", _("Code")), Ask("name", _("Name")), Ask("name_en", _("English name")))
declare(
    KIND,
    Part(
        _("What a good year is"),
        (
            Ask("currency", _("Currency")),
            Ask("since_year", _("Years count since"), "whole"),
            Ask("levels", _("Levels that make a year good"), "codes", _("Codes of levels; one of them must be reached. Empty: only the figure counts.")),
            Ask("level_after_days", _("Level read so many days after the year"), "whole", _("When the review of the year is done.")),
            Ask("metric", _("Figure"), "choice", choices=_figures),
            Ask("at_least", _("At least"), "number", _("Money in whole units, shares as 0.85."), optional=True),
        ),
    ),
    Part(_("Stars"), (Ask("stars", _("Stars"), "table", columns=(*_CODED, Ask("years", _("Good years one after the other"), "whole"))),)),
    Part(
        _("Excused gaps"),
        (
            Ask("most_excused", _("Gaps of a chain that may be excused"), "whole"),
            Ask("reasons", _("Reasons"), "table", columns=_CODED),
        ),
    ),
    Part(
        _("Loyalty bonus"),
        (
            Ask("bonus_first", _("Paid from so many good years on"), "whole"),
            Ask("bonus_low", _("Percentage then"), "percent"),
            Ask("bonus_high", _("Percentage at most"), "percent"),
            Ask("bonus_over", _("Reached after so many more years"), "whole"),
        ),
        _("On the sales of all good years of the chain together; what was paid before is taken off."),
    ),
    Part(
        _("Right of first renewal"),
        (Ask("renewal_years", _("From so many good years on"), "whole"), Ask("renewal_months", _("Holds for months"), "whole")),
    ),
)  # fmt: skip
