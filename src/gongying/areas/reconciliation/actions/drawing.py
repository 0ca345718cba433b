"""Draw the statements of a month, and send them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused

from .. import facts, queries
from ..models import LedgerLine, Section, Statement
from ..queries import pools
from . import collecting, matching, notes

DRAWERS = ("admin", "finance")
MOST = 200  # distributors or statements in one call
SERIES = "DZ"


@dataclass(frozen=True)
class Drawn:
    """What became of a drawing: the numbers of the new statements, and how many distributors had nothing to state."""

    soa_ids: list[int]
    empty: int


@action(needs="reconciliation.draw", roles=DRAWERS)
def draw(actor: Actor, *, month: str, party_ids: list[int]) -> Drawn:
    """Draw the statements of a month that is over, of up to 200 distributors; one that was drawn stays as it is.

    Everything that was posted until now and is not on an earlier statement is on this one, if its day lies before the end of
    the month: a document that was posted late is stated late, never lost. Raises Refused for a month that still runs or
    lies before a statement already drawn.
    """
    span = calendar.period(month)
    today = timezone.localdate()
    if len(span.code) != 7:
        raise Refused(_("A statement is for a month, such as 2026-10."), field="month")
    if span.end > today:
        raise Refused(_("This month is not over."), code="not_over", field="month")
    if len(party_ids) > MOST:
        raise Refused(_("At most %(most)s distributors at once.") % {"most": MOST}, field="party_ids")
    made = []
    for party_id in sorted(set(party_ids)):
        parties.party(actor, party_id)
        row = _draw_one(actor, party_id, span, today)
        made += [row.pk] if row else []
    return Drawn(made, len(set(party_ids)) - len(made))


def _draw_one(actor: Actor, party_id: int, span: calendar.Period, today: date) -> Statement | None:
    collecting.alone(party_id)
    last = pools.latest(party_id)
    if last is not None and last.month == span.code:
        return None
    if last is not None and last.end > span.start:
        raise Refused(
            _("A later month was drawn already."),
            code="order",
            field="month",
            remedy=_("Late documents come on the next statement."),
        )
    collecting.collect(party_id, span.start)
    before, waiting = pools.stated(party_id), _waiting(party_id, span.end)
    accounts = {(row.account, row.currency) for row in waiting} | {key for key, amount in before.items() if amount}
    if not accounts:
        return None
    held = pools.rules_of(party_id, today)
    row: Statement = Statement.objects.create(
        party_id=party_id,
        month=span.code,
        number=next_number(SERIES, on=span.last_day),
        start=last.end if last else span.start,
        end=span.end,
        version_id=held.version_id,
        policy_hash=held.hash,
        drawn_by=actor.name,
    )
    Section.objects.bulk_create(_section(row, key, before.get(key, 0), waiting) for key in sorted(accounts))
    ids = [entry.pk for entry in waiting]
    LedgerLine.objects.unscoped("drawing").filter(pk__in=ids).update(statement=row)
    notes.keep(actor, row, "drawn")
    matching.run(actor, row, today)
    return row


def _waiting(party_id: int, end: date) -> list[LedgerLine]:
    """Our lines that are on no statement yet and belong before `end`."""
    rows = LedgerLine.objects.unscoped("drawing").filter(party_id=party_id, side="ours", statement__isnull=True)
    return list(rows.filter(day__lt=end))


def _section(row: Statement, key: pools.Account, opening: int, lines: Sequence[LedgerLine]) -> Section:
    amounts = [each.amount_minor for each in lines if (each.account, each.currency) == key]
    up, down = sum(a for a in amounts if a > 0), -sum(a for a in amounts if a < 0)
    return Section(
        statement=row,
        account=key[0],
        currency=key[1],
        opening_minor=opening,
        up_minor=up,
        down_minor=down,
        closing_minor=opening + up - down,
        lines=len(amounts),
    )


@action(needs="reconciliation.draw", roles=DRAWERS)
def send(actor: Actor, *, soa_ids: list[int]) -> int:
    """Send drawn statements to their distributors: they find them in their portal and have until the day of the answer.
    Those that were sent stay as they are. Returns how many went."""
    if len(soa_ids) > MOST:
        raise Refused(_("At most %(most)s statements at once.") % {"most": MOST}, field="soa_ids")
    today, sent = timezone.localdate(), []
    for soa_id in sorted(set(soa_ids)):
        row = queries.locked(actor, soa_id)
        if row.state != "prepared":
            continue
        row.due_on = today + timedelta(days=pools.rules_of(row.party_id, today).rules.answer_days)
        row.state, row.sent_at = "sent", timezone.now()
        row.save(update_fields=["state", "due_on", "sent_at"])
        notes.keep(actor, row, "sent")
        bell.tell(
            party_id=row.party_id,
            link=f"/reconciliation/{row.pk}/",
            title=f"{row.month} 对账单 {row.number}，请核对",
            title_en=f"Statement of account {row.number} for {row.month}",
            body=f"请在 {row.due_on} 前确认，或逐笔说明差异。",
            body_en=f"Confirm it, or answer line by line, by {row.due_on}.",
        )
        sent.append(row)
    for month in sorted(Counter(row.month for row in sent)):
        here = [row for row in sent if row.month == month]
        book.record(actor, facts.StatementsSent(month, [r.pk for r in here], [r.party_id for r in here]))
    return len(sent)
