"""The distributor answers: he has it, he agrees, a line is wrong, a line is lacking; head office takes a confirmation back."""

import hashlib
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import PORTAL, action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Difference, LedgerLine, Statement
from ..queries import pools
from ..rules import ACCOUNTS, ANSWERABLE, CONFIRMABLE
from . import collecting, ledgers, matching, notes


@action(needs="reconciliation.answer", roles=PORTAL)
def acknowledge(actor: Actor, *, soa_id: int) -> str:
    """The distributor has received a statement and looks at it. Returns its state."""
    row = queries.locked(actor, soa_id)
    if row.state == "sent":
        row.state = "received"
        row.save(update_fields=["state"])
        notes.keep(actor, row, "received")
    return row.state


@action(needs="reconciliation.confirm", roles=("owner",))
def confirm(actor: Actor, *, soa_id: int) -> str:
    """The distributor agrees with a statement. Differences that are in transit, or about which both sides agreed who corrects,
    are confirmed with it; Refused while another one is open. Returns the hash of the figures."""
    row = queries.locked(actor, soa_id)
    if row.state == "confirmed":
        return row.figures_hash
    if row.state not in CONFIRMABLE:
        raise Refused(_("This statement does not wait for an answer."), code="state")
    return seal(actor, row, tacit=False)


def seal(actor: Actor, row: Statement, *, tacit: bool) -> str:
    """Confirm a statement as it stands. Raises Refused while a difference of its days is neither in transit nor agreed."""
    collecting.alone(row.party_id)
    left = queries.unsettled(row)
    if left.exists():
        raise Refused(
            _("A difference is open that nobody has answered."),
            code="open",
            remedy=_("Wait until both sides agree on it, or take your objection back."),
        )
    row.sealed = queries.confirmed_text(row)
    row.figures_hash = hashlib.sha256(row.sealed.encode()).hexdigest()
    row.state, row.tacit = "confirmed", tacit
    row.confirmed_by, row.confirmed_at = actor.name, timezone.now()
    row.save(update_fields=["sealed", "figures_hash", "state", "tacit", "confirmed_by", "confirmed_at"])
    _lines(row).update(settled=True)
    notes.keep(actor, row, "confirmed")
    told = (row.pk, row.number, row.party_id, row.figures_hash, row.policy_hash, tacit)
    book.record(actor, facts.StatementConfirmed(*told))
    return row.figures_hash


def _lines(row: Statement) -> QuerySet[LedgerLine]:
    """Our lines of a statement, and of earlier ones that nobody answered, which he agreed to without a line of his own."""
    rows = LedgerLine.objects.unscoped("confirming").filter(party_id=row.party_id, side="ours", match__isnull=True)
    rows = rows.filter(statement__end__lte=row.end)
    open_ones = Difference.objects.unscoped("confirming").filter(party_id=row.party_id).exclude(state="closed")
    lines: QuerySet[LedgerLine] = rows.exclude(difference_id__in=open_ones.values("pk"))
    return lines


@action(needs="reconciliation.reopen", roles=("finance", "director"))
def reopen(actor: Actor, *, soa_id: int, reason: str) -> None:
    """Take a confirmation back, for a reason that the distributor reads. Refused when a later statement was confirmed."""
    row = queries.locked(actor, soa_id)
    if row.state != "confirmed":
        raise Refused(_("Only a confirmed statement can be opened again."), code="state")
    if not reason.strip():
        raise Refused(_("Say why: the distributor reads it."), code="reason", field="reason")
    later = Statement.objects.unscoped("reopening").filter(
        party_id=row.party_id, end__gt=row.end, state="confirmed"
    )
    if later.exists():
        raise Refused(_("A later statement was confirmed."), code="later", remedy=_("Open that one first."))
    collecting.alone(row.party_id)
    digest = row.figures_hash
    row.state, row.tacit, row.figures_hash, row.sealed = "answered", False, "", ""
    row.confirmed_by, row.confirmed_at = "", None
    row.save(update_fields=["state", "tacit", "figures_hash", "sealed", "confirmed_by", "confirmed_at"])
    LedgerLine.objects.unscoped("reopening").filter(statement=row, settled=True).update(settled=False)
    notes.keep(actor, row, "reopened", reason)
    book.record(actor, facts.StatementReopened(row.pk, row.number, row.party_id, digest))
    bell.tell(
        party_id=row.party_id,
        link=f"/reconciliation/{row.pk}/",
        level="warning",
        title=f"对账单 {row.number} 已重新打开",
        title_en=f"Statement of account {row.number} was opened again",
        body=reason.strip()[:400],
        body_en=reason.strip()[:400],
    )


@action(needs="reconciliation.answer", roles=PORTAL)
def object_line(
    actor: Actor, *, soa_line_id: int, reason: str, their_minor: int | None = None, file_id: int | None = None
) -> int:
    """The distributor does not have a line of ours, or has it with another amount (`their_minor`, counted like the
    statement); says why, with evidence if there is some. Returns the number of the difference."""
    entry = one(queries.entries(actor).filter(side="ours", statement__isnull=False), pk=soa_line_id)
    row = _answering(actor, entry.statement_id or 0)
    if not reason.strip():
        raise Refused(_("Say what is wrong."), field="reason")
    if their_minor is not None and abs(their_minor) > ledgers.LARGEST:
        raise Refused(_("The amount is too large."), field="their_minor")
    entry = one(
        LedgerLine.objects.for_actor(actor).select_for_update(of=("self",)).select_related("match", "difference"),
        pk=entry.pk,
    )
    if entry.match is not None or (entry.difference is not None and entry.difference.state != "closed"):
        raise Refused(
            _("This line was answered already."), code="answered", remedy=_("Write to the difference instead.")
        )
    today = timezone.localdate()
    account = (entry.account, entry.currency)
    their = _typed(row, account, entry.day, entry.number, entry.kind, their_minor) if their_minor else None
    values = {
        "kind": "amount" if their else "ours",
        "reason": "amount" if their else "missing",
        "number": entry.number,
        "day": entry.day,
        "ours_minor": entry.amount_minor,
        "theirs_minor": their.amount_minor if their else 0,
        "amount_minor": entry.amount_minor - (their.amount_minor if their else 0),
    }
    due = today + timedelta(days=pools.rules_of(row.party_id, today).rules.difference_days)
    made = matching.open_difference(actor, row, account, values, today, due)
    made.turn = "house"  # he has said what he has to say
    made.save(update_fields=["turn"])
    ids = [entry.pk, *([their.pk] if their else [])]
    LedgerLine.objects.unscoped("answering").filter(pk__in=ids).update(difference=made, settled=False)
    _answered(actor, row, made, reason, file_id)
    return int(made.pk)


@action(needs="reconciliation.answer", roles=PORTAL)
def add_line(
    actor: Actor,
    *,
    soa_id: int,
    account: str,
    currency: str,
    day: date,
    number: str,
    amount_minor: int,
    reason: str,
    file_id: int | None = None,
) -> int:
    """The distributor has a document that we lack: a payment under way, a return. `amount_minor` counts like the statement.
    Returns the number of the difference; 0 when a run finds it on our side at once."""
    row = _answering(actor, soa_id)
    if account not in ACCOUNTS or len(currency) != 3:
        raise Refused(_("There is no account %(code)s.") % {"code": f"{account}:{currency}"[:40]}, field="account")
    if not amount_minor or abs(amount_minor) > ledgers.LARGEST:
        raise Refused(_("Write an amount."), field="amount_minor")
    if not number.strip() and not reason.strip():
        raise Refused(_("Name the document, or say what it is."), field="number")
    first = min((feed.since for feed in pools.feeds(row.party_id).values()), default=row.start)
    if not first <= day < row.end:
        raise Refused(_("The day lies outside the statement."), code="day", field="day")
    collecting.collect(row.party_id, row.start)
    made = _typed(row, (account, currency), day, number.strip()[:60], "", amount_minor, reason)
    matching.run(actor, pools.latest(row.party_id) or row, timezone.localdate())
    entry = LedgerLine.objects.unscoped("answering").select_related("difference").get(pk=made.pk)
    if entry.difference is None:
        ledgers.received(row)
        return 0
    _answered(actor, row, entry.difference, reason, file_id)
    return int(entry.difference.pk)


@action(needs="reconciliation.answer", roles=PORTAL)
def withdraw(actor: Actor, *, difference_id: int, reason: str = "") -> None:
    """The distributor takes an answer back: our line stands, a line he typed is none any more."""
    difference = queries.locked_difference(actor, difference_id)
    mine = list(
        LedgerLine.objects.for_actor(actor).filter(difference=difference, side="theirs", match__isnull=True)
    )
    if any(each.ledger_id for each in mine) or queries.is_covered(difference):
        raise Refused(
            _("This difference comes from your ledger."),
            code="ledger",
            remedy=_("Correct your books and send the ledger again, or agree that you will correct them."),
        )
    ledgers.withdraw(mine)
    matching.close(actor, difference, "withdrawn", timezone.localdate())
    if reason.strip():
        notes.keep(actor, difference.statement, "said", reason, difference=difference)
    matching.run(actor, pools.latest(difference.party_id) or difference.statement, timezone.localdate())


def _answering(actor: Actor, soa_id: int) -> Statement:
    row = queries.locked(actor, soa_id)
    if row.state not in ANSWERABLE:
        raise Refused(_("This statement does not wait for an answer."), code="state")
    collecting.alone(row.party_id)
    return row


def _typed(
    row: Statement, account: pools.Account, day: date, number: str, kind: str, amount: int, text: str = ""
) -> LedgerLine:
    made: LedgerLine = LedgerLine.objects.create(
        party_id=row.party_id,
        side="theirs",
        account=account[0],
        currency=account[1],
        day=day,
        number=number,
        kind=kind,
        text=text.strip()[:200],
        amount_minor=amount,
    )
    return made


def _answered(actor: Actor, row: Statement, difference: Difference, reason: str, file_id: int | None) -> None:
    notes.keep(actor, difference.statement, "said", reason, difference=difference, file_id=file_id)
    ledgers.received(row)
    matching.bridges(SYSTEM, row)
    who = difference.owner
    link = f"/reconciliation/differences/{difference.pk}/"
    zh, en = f"对账单 {row.number} 有一笔差异", f"A line of {row.number} was answered"
    bell.tell(role="finance", link=link, level="warning", title=zh, title_en=en, body=who)
