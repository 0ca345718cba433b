"""The form of the kinds of certificates."""

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.forms import Ask, Part, declare

from ..rules import KINDS

NEEDED = (
    ("nobody", _("nobody must have it")),
    ("everybody", _("everybody")),
    ("levels", _("some levels")),
    ("regions", _("some regions")),
    ("parties", _("some distributors")),
)
declare(
    KINDS.code,
    Part(
        _("Kinds of certificates"),
        (
            Ask(
                "kinds",
                _("Kinds"),
                "table",
                _("Whom: codes of levels, regions or distributors, apart by spaces. Reminders: days before the last day."),
                columns=(
                    Ask("code", _("Code")),
                    Ask("name", _("Name")),
                    Ask("name_en", _("English name")),
                    Ask("personal", _("Held by a person"), "flag"),
                    Ask("evidence", _("A copy is asked for"), "flag"),
                    Ask("needed", _("Needed by"), "choice", choices=NEEDED),
                    Ask("whom", _("Whom"), "codes", optional=True),
                    Ask("reminders", _("Reminders"), "numbers", optional=True),
                ),
            ),
        ),
    ),
)  # fmt: skip
