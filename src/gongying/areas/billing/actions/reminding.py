"""Remind distributors of what is overdue."""

import json
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.numbers.series import next_numbers
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Letter, Reminding
from .payments import CASHIERS


@dataclass(frozen=True)
class Reminded:
    """A run of reminders: its number ("" when nobody had to be reminded) and how many letters it has."""

    id: int | None
    number: str
    letters: int


@action(needs="billing.remind", roles=CASHIERS)
def remind(actor: Actor, *, party_ids: list[int] | None = None) -> Reminded:
    """Send today's reminders: to everybody in scope whose overdue documents have reached a level (or to these distributors
    only), each with the level the policy says; whoever was told lately is left out. In the bell, and as a letter to print."""
    today = timezone.localdate()
    wanted = queries.to_remind(actor, today, only=party_ids)
    if not wanted:
        return Reminded(None, "", 0)
    if len(wanted) > queries.MOST_LETTERS:
        raise Refused(_("Remind at most 2000 distributors in one run."), code="many")
    first, *numbers = next_numbers("CK", len(wanted) + 1, on=today)
    run = Reminding.objects.create(number=first, on=today, policy=wanted[0].policy, made_by=actor.name)
    rows = [
        Letter(
            run=run,
            number=number,
            party_id=each.party.pk,
            currency=each.currency,
            level=each.level,
            overdue_minor=each.overdue_minor,
            days=each.days,
            items=json.dumps(each.items, default=_iso),
            title=each.title,
            title_en=each.title_en,
            body=each.body,
            body_en=each.body_en,
        )
        for number, each in zip(numbers, wanted, strict=True)
    ]
    made = Letter.objects.bulk_create(rows, batch_size=200)
    told = [
        facts.ReminderSent(row.pk, row.number, row.party_id, row.currency, row.level, row.overdue_minor)
        for row in made
    ]
    book.record_all(actor, told)
    for row in made:
        bell.tell(
            party_id=row.party_id,
            link=f"/billing/reminders/letters/{row.pk}/",
            level="warning" if row.level == 1 else "danger",
            title=row.title,
            title_en=row.title_en or row.title,
            body=row.body,
            body_en=row.body_en or row.body,
        )
    return Reminded(run.pk, run.number, len(made))


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


@action(needs="billing.acknowledge", roles=PORTAL)
def acknowledge(actor: Actor, *, letter_id: int) -> None:
    """Say that a reminder was read."""
    row = one(Letter.objects.for_actor(actor).select_for_update(), pk=letter_id)
    if not row.seen_by:
        row.seen_by, row.seen_at = actor.name, timezone.now()
        row.save(update_fields=["seen_by", "seen_at"])
