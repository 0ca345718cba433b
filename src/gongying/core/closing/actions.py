"""Close a month, ask for it to be opened, agree."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import action, words
from gongying.core.journal import book
from gongying.core.people.access import same
from gongying.core.refusal import Missing, Refused

from . import facts, gate
from .models import PeriodLock

CLOSERS = ("admin", "finance")


@action(needs="closing.close", roles=CLOSERS)
def close(actor: Actor, *, month: str, reason: str = "") -> int:
    """Close a month (`2026-07`) that is over. Months are closed one after the other. Returns the number of the closing."""
    span = _month(month)
    if span.end > timezone.localdate():
        raise Refused(_("A month is closed when it is over."), code="not_over", field="month")
    gate.alone()
    if span.code in gate.closed([span.code]):
        raise Refused(_("This month is closed."), code="closed", field="month")
    before = calendar.month_of(date.fromordinal(span.start.toordinal() - 1)).code
    if PeriodLock.objects.exists() and before not in gate.closed([before]):
        raise Refused(_("Close %(month)s first.") % {"month": before}, code="order", field="month")
    row = PeriodLock.objects.create(month=span.code, locked_by=actor.name, reason=reason.strip()[:400])
    book.record(actor, facts.PeriodClosed(span.code, row.pk))
    return int(row.pk)


@action(needs="closing.close", roles=CLOSERS)
def ask_reopen(actor: Actor, *, month: str, reason: str) -> int:
    """Ask for a closed month to be opened, and say why; somebody else agrees. Returns the number of the closing."""
    if not reason.strip():
        raise Refused(_("Say why the month must be opened."), code="reason", field="reason")
    row = _standing(month, ("closed",))
    row.state, row.asked_by, row.asked_at, row.asked_reason = (
        "asked",
        actor.name,
        timezone.now(),
        reason.strip()[:400],
    )
    row.save(update_fields=["state", "asked_by", "asked_at", "asked_reason"])
    return int(row.pk)


@action(needs="closing.reopen", roles=("admin", "director"))
def reopen(actor: Actor, *, month: str) -> None:
    """Open a month that somebody else asked to have opened."""
    row = _standing(month, ("asked",))
    if same(actor, row.asked_by):
        raise Refused(_("Somebody else must approve what you submitted."), code="four_eyes")
    gate.alone()
    row.state, row.reopened_by, row.reopened_at = "reopened", actor.name, timezone.now()
    row.save(update_fields=["state", "reopened_by", "reopened_at"])
    book.record(actor, facts.PeriodReopened(row.month, row.pk, row.asked_by))


@action(needs="closing.reopen", roles=("admin", "director"))
def keep_closed(actor: Actor, *, month: str) -> None:
    """Turn down that a month be opened: it stays closed."""
    row = _standing(month, ("asked",))
    row.state = "closed"
    row.save(update_fields=["state"])


def _month(code: str) -> calendar.Period:
    span = calendar.period(code)
    if len(span.code) != 7:
        raise Refused(_("A month is written as 2026-07."), code="month", field="month")
    return span


def _standing(month: str, states: tuple[str, ...]) -> PeriodLock:
    row = PeriodLock.objects.select_for_update().filter(month=_month(month).code).exclude(state="reopened").first()
    if row is None:
        raise Missing("no such closing")
    if row.state not in states:
        raise Refused(_("This was already decided."), code="decided")
    return row


words(
    "closing",
    _("Period close"),
    {
        "close": _("Close months, and ask to have them opened"),
        "reopen": _("Open closed months that somebody else asked for"),
    },
)
