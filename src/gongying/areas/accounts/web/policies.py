"""The form of the policy of the second factor."""

from django.utils.translation import gettext_lazy as _

from gongying.core.people.models import ROLE_NAMES
from gongying.core.policies.forms import Ask, Part, declare

from ..rules import FACTOR

declare(
    FACTOR,
    Part(
        _("Second factor"),
        (Ask("roles", _("Who sets one up before anything else"), "many", choices=ROLE_NAMES.items),),
    ),
)
