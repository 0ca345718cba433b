"""Reminders before a certificate expires."""

from django.utils import timezone

from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.notices import bell

from .. import queries
from ..models import Reminder
from ..rules import step_due


@action(needs="certificates.remind", roles=("admin", "planner"))
def remind(actor: Actor) -> int:
    """Tell the distributors in scope whose certificates expire soon, once at each step of the policy; who has a later one of the
    kind is left alone. Returns how many reminders were sent."""
    today, told = timezone.localdate(), 0
    for row, kind, sent in queries.to_remind(actor, today):
        assert row.valid_to is not None
        left = (row.valid_to - today).days
        step = step_due(kind.reminders, sent, left)
        if step is None:
            continue
        Reminder.objects.create(certificate=row, days=step, sent_on=today)
        bell.tell(
            party_id=row.party_id, link=f"/certificates/{row.pk}/", level="warning",
            title=f"{kind.name}{'（' + row.holder + '）' if row.holder else ''} {row.valid_to} 到期，还有 {left} 天",
            title_en=f"{kind.name_en or kind.name}{' of ' + row.holder if row.holder else ''} expires on {row.valid_to}, in {left} days",
        )  # fmt: skip
        told += 1
    return told
