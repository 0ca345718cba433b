"""What a draft of the binding to turnover must hold beside the linter."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.policies import read as policies
from gongying.core.policies.kinds import Finding, guard
from gongying.core.policies.models import PolicyVersion

from ..rules import TURNOVER, LimitTurnover


@guard(TURNOVER.code)
def must_be_announced(row: PolicyVersion) -> list[Finding]:
    """Nobody is measured by a rule he could not know: it holds from the day after the notice at the earliest."""
    document = policies.parsed(row)
    assert isinstance(document, LimitTurnover)
    first = timezone.localdate() + timedelta(days=document.notice_days)
    if row.effective_from >= first:
        return []
    text = _("It is announced %(days)s days ahead: let it hold from %(day)s on.")
    return [
        Finding("error", "announced", text % {"days": document.notice_days, "day": first}, "effective_from"),
    ]
