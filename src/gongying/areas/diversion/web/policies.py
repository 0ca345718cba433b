"""The form of the rules of diversion."""

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.forms import Ask, Part, declare

from ..rules import RULES

declare(
    RULES.code,
    Part(
        _("Days"),
        (
            Ask("answer_days", _("Days to answer"), "whole"),
            Ask("objection_days", _("Days to object"), "whole"),
            Ask("ruling_days", _("Days to rule"), "whole"),
        ),
        _("The distributor is heard before anybody rules."),
    ),
    Part(
        _("What a case may be about"),
        (
            Ask(
                "grounds",
                _("Grounds"),
                "table",
                _("About where goods were sold, never about at which price."),
                columns=(Ask("code", _("Code")), Ask("name", _("Name")), Ask("name_en", _("English name"))),
            ),
        ),
    ),
)
