"""Settle, approve, void."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.core import calendar, turns
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines import chain
from gongying.engines.rebates import Derivation, waiting

from .. import facts, queries
from ..models import Run, Statement
from ..rules import Programme


@dataclass(frozen=True)
class Settlement:
    """What a settlement came to; `run_id` is None when there was nothing new to settle."""

    run_id: int | None
    number: str
    statements: int
    due_minor: int


@action(needs="rewards.settle", roles=("admin", "director", "finance"))
def settle(
    actor: Actor, *, programme: str, period: str, as_of: date | None = None, final: bool = False
) -> Settlement:
    """Settle a programme for a period: pending until a second person approves. Repeating changes nothing.

    The run is dated on `as_of` (today when not given) while the period still runs, and never after its last day.
    `final` closes the period for the programme: it waits for the days the programme asks for, and afterwards only `reopen`
    lets it be settled again. Raises Refused while another run of the period, or of one that shares days with it, awaits
    approval.
    """
    span = calendar.period(period)
    period = span.code
    turns.take(f"rewards.settle/{programme}")  # nobody settles between what was settled and what we submit
    _is_free(programme, span)
    _is_open(programme, span)
    found = queries.calculate(programme, period)
    if final:
        _may_close(found.document, span, as_of or timezone.localdate())
    rows = _due(actor, found)
    if not rows and not final:
        return Settlement(None, "", 0, 0)
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
        final=final,
    )
    statements = _statements(actor, run, found.currency, rows)
    digest = hashlib.sha256()
    for each in statements:
        said = (each.party_id, each.base, each.entitled_minor, each.settled_minor, each.derivation)
        digest.update(("|".join(map(str, said)) + "\n").encode())
    due = sum(each.due_minor for each in statements)
    told = (run.pk, run.number, programme, period, found.policy_hash, due, len(rows), digest.hexdigest())
    book.record(actor, facts.RunSubmitted(*told))
    return Settlement(run.pk, run.number, len(rows), due)


def _is_free(programme: str, span: calendar.Period) -> None:
    """No run of the period is open, and no other period that shares days with it, without lying in it, was settled."""
    inside = set(calendar.within(span))
    runs = Run.objects.filter(programme=programme, state__in=("pending", "posted"))
    for state, code in sorted(set(runs.order_by().values_list("state", "period"))):
        if not calendar.meet(calendar.period(code), span):
            continue
        if state == "pending":
            raise Refused(
                _("A settlement of this programme and period awaits approval."),
                code="pending",
                remedy=_("Approve or reject it first."),
            )
        if code not in inside:
            raise Refused(
                _("%(period)s was settled within %(longer)s.") % {"period": span.code, "longer": code},
                code="settled_longer",
                field="period",
                remedy=_("Settle %(longer)s again: it trues up.") % {"longer": code},
            )


def _is_open(programme: str, span: calendar.Period) -> None:
    """The period was not settled for good."""
    last = Run.objects.filter(
        programme=programme, period=span.code, state="posted", final=True, reopened_by=""
    ).first()
    if last is not None:
        raise Refused(
            _("%(period)s was settled for good with %(number)s.") % {"period": span.code, "number": last.number},
            code="closed",
            field="period",
            remedy=_("Reopen it and say why."),
        )


def _may_close(document: Programme, span: calendar.Period, on: date) -> None:
    """The period is over, and so are the days the programme waits for late lines."""
    since = span.end + timedelta(days=document.wait_days)
    if on < since:
        raise Refused(
            _("%(period)s is settled for good from %(day)s on.") % {"period": span.code, "day": since},
            code="too_early",
            field="final",
            remedy=_("Settle what is due so far without closing the period."),
        )


def _due(actor: Actor, found: queries.Calculation) -> list[tuple[int, int, int, Derivation]]:
    """What is settled now. Where a programme takes back only what the account covers, the rest stays due: the next run
    finds it again, because due is entitled less settled."""
    rows = [row for row in found.rows if row[3].due != 0]
    if found.document.claw_back == "at_once":
        return rows
    owing = [row[0] for row in rows if row[3].due < 0]
    held = ledger.open_accounts(actor, kind="rebate", currency=found.currency, holders=owing) if owing else {}
    free = {party: max(0, row.balance_minor - row.held_minor) for party, row in held.items()}
    each = [(party, base, lines, _covered(derived, free.get(party, 0))) for party, base, lines, derived in rows]
    return [row for row in each if row[3].due != 0]


def _covered(derived: Derivation, free: int) -> Derivation:
    """A derivation that takes back no more than is there; one that pays is left alone."""
    left = max(0, -derived.due - free)
    return waiting(derived, left) if left else derived


def _statements(
    actor: Actor, run: Run, currency: str, rows: Sequence[tuple[int, int, int, Derivation]]
) -> list[Statement]:
    """A statement for each distributor, with its amount held: from the brand's rebate expense to his account, or back."""
    whom = [party_id for party_id, _base, _count, _derived in rows]
    house = ledger.open_accounts(actor, kind="rebate_expense", currency=currency, holders=[None])[None]
    theirs = ledger.open_accounts(actor, kind="rebate", currency=currency, holders=whom)
    made, wanted = [], []
    for party_id, base, count, derived in rows:
        statement = Statement(
            run=run,
            party_id=party_id,
            currency=currency,
            base=base,
            lines=count,
            entitled_minor=derived.entitled,
            settled_minor=derived.settled,
            due_minor=derived.due,
            tier=derived.tier,
            derivation=chain.canonical([asdict(part) for part in derived.parts]).decode(),
        )
        debit, credit = (house, theirs[party_id]) if derived.due > 0 else (theirs[party_id], house)
        wanted.append(ledger.Wanted(_key(run, party_id), debit, credit, abs(derived.due)))
        made.append(statement)
    held = ledger.reserve(actor, wanted, document=run.number, on=run.business_date)
    for statement in made:
        statement.transfer_id = held[_key(run, statement.party_id)]
    return list(Statement.objects.unscoped("posting of the whole run").bulk_create(made, batch_size=500))


def _key(run: Run, party_id: int) -> str:
    return f"rewards/{run.number}/{party_id}"


@action(needs="rewards.approve", roles=("finance", "admin"))
def approve(actor: Actor, *, run_id: int) -> int:
    """Post a pending run to the rebate accounts. Whoever submitted it cannot approve it. Returns how many."""
    run = _pending(run_id)
    if same(actor, run.created_by):
        raise Refused(_("Somebody else must approve what you submitted."), code="four_eyes")
    rows = list(Statement.objects.unscoped("approval of the whole run").filter(run=run).order_by("id"))
    ledger.post_pending(actor, [row.transfer_id or 0 for row in rows])
    run.state, run.decided_by, run.decided_at = "posted", actor.name, timezone.now()
    run.save(update_fields=["state", "decided_by", "decided_at"])
    ids, whom = [row.pk for row in rows], [row.party_id for row in rows]
    book.record(actor, facts.RebateSettled(run.pk, run.number, whom, ids))
    return len(rows)


@action(needs="rewards.approve", roles=("finance", "admin"))
def void(actor: Actor, *, run_id: int) -> None:
    """Turn a pending run down; the holds lapse."""
    run = _pending(run_id)
    held = Statement.objects.unscoped("voiding the whole run").filter(run=run).order_by("id")
    ledger.void_pending(actor, [row.transfer_id or 0 for row in held])
    run.state, run.decided_by, run.decided_at = "void", actor.name, timezone.now()
    run.save(update_fields=["state", "decided_by", "decided_at"])
    book.record(actor, facts.RunVoided(run.pk, run.number))


@action(needs="rewards.reopen", roles=("director", "finance"))
def reopen(actor: Actor, *, run_id: int, reason: str) -> None:
    """Open a period that was settled for good again, for late lines or a ruling; the reason stays with the run (X41)."""
    run = one(Run.objects.select_for_update(), pk=run_id)
    if not run.final or run.state != "posted" or run.reopened_by:
        raise Refused(_("This settlement has not closed its period."), code="not_closed")
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    run.reopened_by, run.reopened_because = actor.name, reason.strip()[:500]
    run.save(update_fields=["reopened_by", "reopened_because"])
    book.record(actor, facts.PeriodReopened(run.pk, run.number, run.programme, run.period, run.reopened_because))


def _pending(run_id: int) -> Run:
    run = one(Run.objects.select_for_update(), pk=run_id)
    if run.state != "pending":
        raise Refused(_("This settlement was already decided."), code="decided")
    return run
