"""The form of the rules of the warehouse."""

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.forms import Ask, Part, declare

declare(
    "warehouse.rules",
    Part(
        _("Thresholds"),
        (
            Ask("four_eyes_units", _("Units above which a second person looks"), "whole"),
            Ask("near_expiry_days", _("Near expiry is within days"), "whole"),
            Ask("min_life_days", _("Goods keep at least days after delivery"), "whole"),
        ),
    ),
    Part(
        _("Reasons of adjustments"),
        (
            Ask(
                "reasons",
                _("Reasons"),
                "table",
                columns=(Ask("code", _("Code")), Ask("name", _("Name")), Ask("name_en", _("English name"))),
            ),
        ),
    ),
)
