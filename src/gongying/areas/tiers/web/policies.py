"""The form of a tier programme: levels, what they ask for in groups, what they bring, gates, calendar."""

from django.utils.translation import gettext_lazy as _

from gongying.books.metrics.read import METRICS
from gongying.core.policies.forms import Ask, Part, declare

from ..queries import KINDS
from ..rules import FACTS, KIND

PERIODS = (("year", _("year")), ("quarter", _("quarter")), ("month", _("month")))
INTERIM = (("none", _("none")), ("quarter", _("after each quarter")), ("month", _("after each month")))


def _figures() -> list[tuple[str, object]]:
    return [(code, metric.label) for code, metric in METRICS.items()]


def _gates() -> list[tuple[str, object]]:
    return [*((code, label) for code, (label, _unit) in FACTS.items()), *_figures()]


declare(
    KIND,
    Part(
        _("How levels are judged"),
        (
            Ask("period", _("Period"), "choice", choices=PERIODS),
            Ask("currency", _("Currency")),
            Ask("grace_months", _("Months of grace"), "whole", _("A level is kept for so long after a finished period falls short of it.")),
            Ask("soft_landing", _("Soft landing"), "flag", _("A review lowers a level by one step at most.")),
            Ask("protect_months", _("Months of protection"), "whole", _("Who joined less than so many months ago is not lowered."), optional=True),
        ),
    ),
    Part(
        _("Calendar of reviews"),
        (
            Ask("review_after_days", _("Review so many days after a period"), "whole", _("Empty: reviews are started by hand."), optional=True),
            Ask("interim", _("Interim reviews"), "choice", _("They look at the running period and can only raise levels."), INTERIM, optional=True),
            Ask("announce_days", _("Announced so many days ahead"), "whole", optional=True),
            Ask("cover_weeks", _("Stock that is enough, in weeks"), "number", _("Above it the way to the next level says that buying more does not help."), optional=True),
        ),
    ),
    Part(
        _("Levels"),
        (
            Ask(
                "levels",
                _("Levels"),
                "table",
                _("From the lowest to the highest."),
                columns=(Ask("code", _("Code")), Ask("name", _("Name")), Ask("name_en", _("English name"))),
            ),
        ),
    ),
    Part(
        _("What levels ask for"),
        (
            Ask(
                "needs",
                _("Requirements"),
                "table",
                _("Money in whole units, shares as 0.85. A requirement without a group must hold in any case."),
                columns=(
                    Ask("level", _("Level")),
                    Ask("group", _("Group"), optional=True),
                    Ask("metric", _("Figure"), "choice", choices=_figures),
                    Ask("at_least", _("At least"), "number"),
                ),
                under="levels",
            ),
            Ask(
                "groups",
                _("Groups"),
                "table",
                _("Of a group so many parts must hold: 1 is any of them, empty is all of them. A group may stand inside another."),
                columns=(
                    Ask("level", _("Level")),
                    Ask("code", _("Group")),
                    Ask("hold", _("How many must hold"), "whole", optional=True),
                    Ask("inside", _("Inside the group"), optional=True),
                ),
                under="levels",
            ),
            Ask(
                "gates",
                _("Gates"),
                "table",
                _("While a figure is above its limit nobody rises above the level; an empty level is none at all."),
                columns=(
                    Ask("metric", _("Figure"), "choice", choices=_gates),
                    Ask("at_most", _("At most"), "number"),
                    Ask("cap", _("Highest level meanwhile"), optional=True),
                ),
            ),
        ),
    ),
    Part(
        _("What levels bring"),
        (
            Ask(
                "benefits",
                _("Benefits"),
                "table",
                _("The sum of a fund and the worth are for a period, in whole units of money."),
                columns=(
                    Ask("level", _("Level")),
                    Ask("kind", _("Kind"), "choice", choices=list(KINDS.items()), optional=True),
                    Ask("name", _("Name")),
                    Ask("name_en", _("English name")),
                    Ask("key", _("Key"), optional=True),
                    Ask("amount", _("Sum"), "money", optional=True),
                    Ask("percent", _("Per cent"), "percent", optional=True),
                    Ask("count", _("How many"), "whole", optional=True),
                    Ask("value", _("Worth"), "money", optional=True),
                ),
                under="levels",
            ),
        ),
    ),
)  # fmt: skip
