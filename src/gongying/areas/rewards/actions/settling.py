"""Settle, approve, void."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines import chain

from .. import facts, queries
from ..models import Run, Statement


@dataclass(frozen=True)
class Settlement:
    """What a settlement came to; `run_id` is None when there was nothing new to settle."""

    run_id: int | None
    number: str
    statements: int
    due_minor: int


@action(needs="rewards.settle", roles=("admin", "director", "finance"))
def settle(actor: Actor, *, programme: str, period: str, as_of: date | None = None) -> Settlement:
    """Settle a programme for a period: pending until a second person approves. Repeating changes nothing.

    The run is dated on `as_of` (today when not given) while the period still runs, and never after its last day.
    """
    if Run.objects.filter(programme=programme, period=period, state="pending").exists():
        raise Refused(
            _("A settlement of this programme and period awaits approval."),
            code="pending",
            remedy=_("Approve or reject it first."),
        )
    found = queries.calculate(programme, period)
    rows = [row for row in found.rows if row[3].due != 0]
    if not rows:
        return Settlement(None, "", 0, 0)
    span = calendar.period(period)
    on = max(span.start, min(span.last_day, as_of or timezone.localdate()))
    run = Run.objects.create(
        number=next_number("JS", on=on),
        programme=programme,
        version_id=found.version_id,
        policy_hash=found.policy_hash,
        period=period,
        watermark=found.watermark,
        business_date=on,
        created_by=actor.name,
    )
    digest = hashlib.sha256()
    for party_id, base, count, derived in rows:
        text = chain.canonical([asdict(part) for part in derived.parts]).decode()
        statement = Statement(
            run=run,
            party_id=party_id,
            currency=found.currency,
            base=base,
            lines=count,
            entitled_minor=derived.entitled,
            settled_minor=derived.settled,
            due_minor=derived.due,
            tier=derived.tier,
            derivation=text,
        )
        statement.transfer_id = _reserve(actor, run, statement, on)
        statement.save()
        digest.update(f"{party_id}|{base}|{derived.entitled}|{derived.settled}|{text}\n".encode())
    due = sum(row[3].due for row in rows)
    told = (run.pk, run.number, programme, period, found.policy_hash, due, len(rows), digest.hexdigest())
    book.record(actor, facts.RunSubmitted(*told))
    return Settlement(run.pk, run.number, len(rows), due)


def _reserve(actor: Actor, run: Run, statement: Statement, on: date) -> int:
    """Hold the amount: from the brand's rebate expense to the distributor's rebate account, or back."""
    house = ledger.open_account(actor, kind="rebate_expense", currency=statement.currency)
    theirs = ledger.open_account(actor, kind="rebate", currency=statement.currency, holder_id=statement.party_id)
    debit, credit = (house, theirs) if statement.due_minor > 0 else (theirs, house)
    key = f"rewards/{run.number}/{statement.party_id}"
    amount = abs(statement.due_minor)
    transfer = ledger.reserve(
        actor, debit=debit, credit=credit, amount_minor=amount, key=key, document=run.number, on=on
    )
    return transfer.pk


@action(needs="rewards.approve", roles=("finance", "admin"))
def approve(actor: Actor, *, run_id: int) -> int:
    """Post a pending run to the rebate accounts. Whoever submitted it cannot approve it. Returns how many."""
    run = _pending(run_id)
    if run.created_by == actor.name:
        raise Refused(_("Somebody else must approve what you submitted."), code="four_eyes")
    rows = list(Statement.objects.unscoped("approval of the whole run").filter(run=run).order_by("id"))
    for row in rows:
        ledger.post_pending(actor, row.transfer_id or 0)
    run.state, run.decided_by, run.decided_at = "posted", actor.name, timezone.now()
    run.save(update_fields=["state", "decided_by", "decided_at"])
    ids, whom = [row.pk for row in rows], [row.party_id for row in rows]
    book.record(actor, facts.RebateSettled(run.pk, run.number, whom, ids))
    return len(rows)


@action(needs="rewards.approve", roles=("finance", "admin"))
def void(actor: Actor, *, run_id: int) -> None:
    """Turn a pending run down; the holds lapse."""
    run = _pending(run_id)
    for row in Statement.objects.unscoped("voiding the whole run").filter(run=run).order_by("id"):
        ledger.void_pending(actor, row.transfer_id or 0)
    run.state, run.decided_by, run.decided_at = "void", actor.name, timezone.now()
    run.save(update_fields=["state", "decided_by", "decided_at"])
    book.record(actor, facts.RunVoided(run.pk, run.number))


def _pending(run_id: int) -> Run:
    run = one(Run.objects.select_for_update(), pk=run_id)
    if run.state != "pending":
        raise Refused(_("This settlement was already decided."), code="decided")
    return run
