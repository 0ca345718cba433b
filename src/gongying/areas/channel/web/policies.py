"""Forms of the policies of channel data."""

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.forms import Ask, Part, declare

SIGNS = ((-1, _("takes away")), (1, _("adds")), (0, _("either")))

declare(
    "channel.calendar",
    Part(
        _("When stock is declared"),
        (
            Ask("rhythm", _("Rhythm"), "choice", choices=(("month", _("month")), ("week", _("week")))),
            Ask("due_days", _("Due after days"), "whole", _("Calendar days after the last day of the period.")),
            Ask("remind_days", _("Reminded days before"), "whole"),
            Ask("patience_days", _("Days late at which nothing is left of timeliness"), "whole"),
            Ask("sell_out_days", _("Sales are reported within days"), "whole"),
            Ask("answer_days", _("Days to answer"), "whole"),
        ),
    ),
    Part(
        _("What needs no word"),
        (
            Ask("tolerance_units", _("Tolerated units"), "whole"),
            Ask("tolerance", _("Tolerated share of what was calculated"), "percent"),
        ),
    ),
    Part(
        _("Reasons of adjustments"),
        (
            Ask(
                "reasons",
                _("Reasons"),
                "table",
                columns=(
                    Ask("code", _("Code")),
                    Ask("name", _("Name")),
                    Ask("name_en", _("English name")),
                    Ask("sign", _("Effect"), "choice", choices=SIGNS),
                ),
            ),
        ),
    ),
)
declare(
    "channel.trust",
    Part(
        _("Weights"),
        (
            Ask("completeness", _("Completeness"), "whole"),
            Ask("timeliness", _("Timeliness"), "whole"),
            Ask("identity", _("Stock adds up"), "whole"),
            Ask("jumps", _("No impossible jumps"), "whole"),
            Ask("receipts", _("Sales have receipts"), "whole"),
            Ask("spot", _("Spot counts agree"), "whole"),
        ),
        _("0 to 100 each; only their proportion counts."),
    ),
    Part(
        _("Where nothing is left of a part"),
        (
            Ask("identity_zero", _("Share of units that do not add up"), "percent"),
            Ask("jumps_zero", _("Share of days with jumps"), "percent"),
            Ask("receipts_zero", _("Share sold without receipt"), "percent"),
            Ask("spot_zero", _("Share by which spot counts differ"), "percent"),
        ),
    ),
    Part(
        _("Jumps and digits"),
        (
            Ask("jump_factor", _("A jump is so many times the usual"), "number"),
            Ask("jump_units", _("and at least so many units"), "whole"),
            Ask("digit_points", _("Points lost by unlikely digits"), "number"),
            Ask("digit_p", _("Unlikely is below"), "percent"),
            Ask("months", _("Months that are looked at"), "whole"),
        ),
    ),
    Part(
        _("Grades"),
        (Ask("cut_offs", _("Least scores of A, B, C and D"), "numbers", _("Four falling figures: 85 70 55 40")),),
    ),
)
