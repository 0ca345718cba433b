"""Settle, approve, void."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

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
from gongying.engines.rebates import Derivation

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
    Raises Refused while another run of the period, or of one that holds it or lies in it, awaits approval.
    """
    span = calendar.period(period)
    period = span.code
    turns.take(f"rewards.settle/{programme}")  # nobody settles between what was settled and what we submit
    _is_free(programme, span)
    found = queries.calculate(programme, period)
    rows = [row for row in found.rows if row[3].due != 0]
    if not rows:
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
    """No run of the period is open, and no longer period has settled it."""
    longer = calendar.around(span)
    runs = Run.objects.filter(programme=programme)
    if runs.filter(period__in=[*calendar.within(span), *longer], state="pending").exists():
        raise Refused(
            _("A settlement of this programme and period awaits approval."),
            code="pending",
            remedy=_("Approve or reject it first."),
        )
    whole = runs.filter(period__in=longer, state="posted").first()
    if whole is not None:
        raise Refused(
            _("%(period)s was settled within %(longer)s.") % {"period": span.code, "longer": whole.period},
            code="settled_longer",
            field="period",
            remedy=_("Settle %(longer)s again: it trues up.") % {"longer": whole.period},
        )


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


def _pending(run_id: int) -> Run:
    run = one(Run.objects.select_for_update(), pk=run_id)
    if run.state != "pending":
        raise Refused(_("This settlement was already decided."), code="decided")
    return run
