"""The form of a category of awards."""

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.forms import Ask, Part, declare

from ..rules import KIND

TIES = (
    ("weightiest", _("the mark of the weightiest criterion")),
    ("mean", _("the mean of all jurors")),
    ("share", _("nothing: they share the place")),
)

declare(
    KIND,
    Part(
        _("What the jury marks"),
        (
            Ask(
                "criteria",
                _("Criteria"),
                "table",
                _("Say what the lowest and the highest mark stand for: then marks of two jurors mean the same."),
                columns=(
                    Ask("code", _("Code")),
                    Ask("name", _("Name")),
                    Ask("name_en", _("English name")),
                    Ask("weight", _("Weight"), "number"),
                    Ask("low", _("The lowest mark")),
                    Ask("low_en", _("The lowest mark, English")),
                    Ask("high", _("The highest mark")),
                    Ask("high_en", _("The highest mark, English")),
                ),
            ),
            Ask("scale", _("Highest mark"), "whole", _("Marks go from 1 to it.")),
        ),
    ),
    Part(
        _("How marks are put together"),
        (
            Ask("min_jurors", _("Marks for a nomination at least"), "whole"),
            Ask(
                "trim", _("Left out on either side"), "whole", _("So many of the highest and of the lowest scores.")
            ),
            Ask("tie", _("Equal scores are told apart by"), "choice", choices=TIES),
        ),
    ),
    Part(
        _("Prize"),
        (
            Ask("winners", _("How many win"), "whole"),
            Ask("prize", _("Prize for each"), "money", _("0 is the honour alone.")),
            Ask("currency", _("Currency")),
        ),
    ),
)
