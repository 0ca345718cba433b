"""Grades are kept by month; reminders are sent once."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.refusal import Refused
from gongying.engines.trust import Grade

from .. import facts, queries
from ..models import Reminder, TrustGrade

GRADERS = ("admin", "director", "planner")


@action(needs="channel.grade", roles=GRADERS)
def grade(actor: Actor, *, party_id: int, month: str) -> str:
    """Weigh a month (2026-07) of a distributor and keep its grade with its parts; weighed again it is replaced. Returns the
    grade ("" where too little can be said)."""
    party, today = parties.party(actor, party_id), timezone.localdate()
    span = calendar.period(month)
    if len(span.code) != 7:
        raise Refused(_("A month is written as 2026-07."), code="month", field="month")
    if span.end > today:
        raise Refused(_("A month is graded when it is over."), code="not_over", field="month")
    found = queries.weighed(party.pk, span.code, today)
    rows = TrustGrade.objects.for_actor(actor).filter(party_id=party.pk)
    before = rows.filter(feed="", month__lte=span.code).order_by("-month").values_list("grade", flat=True).first()
    _keep(party.pk, span.code, "", found.whole, found.policy_hash)
    for feed, each in found.feeds.items():
        _keep(party.pk, span.code, feed, each, found.policy_hash)
    if before is None or before != found.whole.grade:
        book.record(actor, facts.Graded(party.pk, span.code, found.whole.grade, before or ""))
    return found.whole.grade


def _keep(party_id: int, month: str, feed: str, found: Grade, digest: str) -> None:
    values = {
        "grade": found.grade,
        "score": found.score,
        "covered": found.covered,
        "hint": found.hint,
        "parts": queries.kept_text(found),
        "policy_hash": digest,
    }
    rows = TrustGrade.objects.unscoped("keeping the grade of a distributor in scope")
    row = rows.filter(party_id=party_id, month=month, feed=feed).first()
    if row is None:
        TrustGrade.objects.create(party_id=party_id, month=month, feed=feed, **values)
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


@action(needs="channel.remind", roles=("admin", "planner", "regional"))
def remind(actor: Actor, *, party_ids: list[int] | None = None) -> int:
    """Remind distributors in scope (all, or these) of the declaration that is soon due or late, each once before its day and
    once after. Returns how many were told."""
    today, told = timezone.localdate(), 0
    for asked in queries.board(actor, today):
        wanted = party_ids is None or asked.party.pk in party_ids
        if not wanted or asked.state not in ("due", "draft", "undeclared", "late", "returned"):
            continue
        calm = queries.calendar_of(asked.party.pk, today)
        step = "late" if asked.late_days else "soon"
        if step == "soon" and (asked.due_on - today).days > calm.remind_days:
            continue
        mine = Reminder.objects.for_actor(actor).filter(party_id=asked.party.pk, period=asked.span.code, step=step)
        if mine.exists():
            continue
        Reminder.objects.create(party_id=asked.party.pk, period=asked.span.code, step=step)
        late = step == "late"
        bell.tell(
            party_id=asked.party.pk,
            title=f"{asked.span.code} 库存申报{'已逾期' if late else '即将到期'}",
            title_en=f"The stock declaration of {asked.span.code} is {'late' if late else 'soon due'}",
            body=f"请在 {asked.due_on} 前提交。" if not late else f"应于 {asked.due_on} 前提交，请尽快补报。",
            body_en=f"Hand it in by {asked.due_on}." if not late else f"It was due by {asked.due_on}.",
            link="/channel/mine/",
            level="warning" if late else "info",
        )
        told += 1
    return told
