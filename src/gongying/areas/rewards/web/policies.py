"""The form of the time to answer objections."""

from django.utils.translation import gettext_lazy as _

from gongying.core.policies.forms import Ask, Part, declare

declare("rewards.answers", Part(_("Time to answer objections"), (Ask("days", _("Days to answer"), "whole"),)))
