"""Accrue rebates at the end of a month, use up what a settlement has paid, approve, turn down."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.core import turns
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines.accrual import Movement, move

from .. import facts
from ..models import AccrualHandover, AccrualLine, AccrualRun, Run
from ..queries import accruals, estimating

TURN = "rewards.accrue"


@dataclass(frozen=True)
class Accrued:
    """What an accrual came to; `run_id` is None when nothing moves. `change_minor` is what it adds to the expense by currency."""

    run_id: int | None
    number: str
    lines: int
    change_minor: dict[str, int]


@action(needs="rewards.accrue", roles=("admin", "director", "finance"))
def accrue(actor: Actor, *, month: str, programme: str = "") -> Accrued:
    """Accrue what is owed at the end of a month (`2026-10`) for rebates that are not settled, of all programmes or of one: only
    the difference to what stands, held until a second person approves. Repeating changes nothing. Raises Refused for a month
    that is not over or is closed, before a later one, and while another accrual awaits approval."""
    on = estimating.month_end(month)
    if on >= timezone.localdate():
        raise Refused(_("A month is accrued when it is over."), code="not_over", field="month")
    turns.take(TURN)
    _is_free()
    found = estimating.estimated(month, programme)
    if not found.rows:
        return Accrued(None, "", 0, {})
    run = _run(actor, "month", on, found.watermark, found.policy, programme=programme)
    rows = [
        AccrualLine(
            run=run, party_id=row.party_id, programme=row.programme, period=row.period, version_id=row.version_id,
            currency=row.currency, base=row.base, final_base=row.final_base, expected_minor=row.expected_minor,
            earned_minor=row.earned_minor, settled_minor=row.settled_minor, expense=row.expense, liability=row.liability,
            derivation=row.derivation, **_amounts(row.movement),
        )
        for row in found.rows
    ]  # fmt: skip
    return _submit(actor, run, rows)


@action(needs="rewards.accrue", roles=("admin", "director", "finance"))
def reverse_accrual(actor: Actor, *, run_id: int) -> Accrued:
    """Use up what was accrued for a settlement that is posted (by the number of its run), dated as the settlement: its expense
    was booked with the accrual already. The next accrual of a month does the same by itself; this is for whoever does not
    want to wait. Held until a second person approves; repeating changes nothing."""
    turns.take(TURN)
    _is_free()
    settlement = one(Run.objects.all(), pk=run_id)
    on, settled = accruals.used_by(settlement)
    rows = []
    for before in sorted(
        accruals.standing_of(settlement.programme, settlement.period), key=lambda row: row.party_id
    ):
        since = settled.get(before.party_id, 0) - before.settled_minor
        used = min(max(since, 0), before.closing_minor)
        if used:
            step = move(before.closing_minor, since, before.closing_minor - used)
            rows.append(_after(before, settled.get(before.party_id, 0), step))
    if not rows:
        return Accrued(None, "", 0, {})
    run = _run(
        actor, "use", on, settlement.watermark, "", programme=settlement.programme, document=settlement.number
    )
    for row in rows:
        row.run = run
    return _submit(actor, run, rows)


def _after(before: AccrualLine, settled: int, step: Movement) -> AccrualLine:
    """The line that follows another when nothing but a settlement happened: its estimate stays."""
    kept = (
        "party_id", "programme", "period", "version_id", "currency", "base", "final_base", "expected_minor", "earned_minor",
        "expense", "liability", "derivation",
    )  # fmt: skip
    same_as = {name: getattr(before, name) for name in kept}
    return AccrualLine(**same_as, settled_minor=settled, **_amounts(step))


def _amounts(step: Movement) -> dict[str, int]:
    return {
        "opening_minor": step.opening,
        "accrued_minor": step.accrued,
        "used_minor": step.used,
        "released_minor": step.released,
        "closing_minor": step.closing,
    }


def _is_free() -> None:
    """Nothing else is waiting: what it moves would not be seen."""
    waiting = AccrualRun.objects.filter(state="pending").first()
    if waiting is not None:
        raise Refused(
            _("The accrual %(number)s awaits approval.") % {"number": waiting.number},
            code="pending",
            remedy=_("Approve or reject it first."),
        )


def _run(
    actor: Actor, kind: str, on: date, watermark: int, policy: str, *, programme: str = "", document: str = ""
) -> AccrualRun:
    return AccrualRun.objects.create(
        number=next_number("JT", on=on),
        kind=kind,
        document=document,
        programme=programme,
        business_date=on,
        watermark=watermark,
        policy=policy,
        created_by=actor.name,
    )


def _submit(actor: Actor, run: AccrualRun, rows: Sequence[AccrualLine]) -> Accrued:
    """Hold what every line moves and write the lines: expense against liability, and back for what is used and released."""
    digest, change = hashlib.sha256(), Counter[str]()
    for row in rows:
        said = (row.programme, row.period, row.party_id, row.opening_minor, row.accrued_minor, row.used_minor, row.released_minor, row.derivation)  # fmt: skip
        digest.update(("|".join(map(str, said)) + "\n").encode())
        change[row.currency] += row.closing_minor - row.opening_minor
    for currency in sorted(change):
        _hold(actor, run, [(place, row) for place, row in enumerate(rows, 1) if row.currency == currency])
    AccrualLine.objects.unscoped("accrual of the whole network").bulk_create(list(rows), batch_size=500)
    told = (
        run.pk,
        run.number,
        run.kind,
        run.business_date.isoformat(),
        dict(sorted(change.items())),
        len(rows),
        digest.hexdigest(),
    )
    book.record(actor, facts.AccrualSubmitted(*told))
    return Accrued(run.pk, run.number, len(rows), dict(sorted(change.items())))


def _hold(actor: Actor, run: AccrualRun, rows: Sequence[tuple[int, AccrualLine]]) -> None:
    """The transfers of the lines of one currency."""
    kinds = {(row.liability, row.party_id) for _place, row in rows} | {(row.expense, None) for _place, row in rows}
    accounts = ledger.several(
        actor, sorted(kinds, key=lambda each: (each[0], each[1] or 0)), currency=rows[0][1].currency
    )
    wanted = []
    for place, row in rows:
        expense, liability = accounts[row.expense, None], accounts[row.liability, row.party_id]
        if row.used_minor:
            wanted.append(ledger.Wanted(_key(run, place, "use"), liability, expense, -row.used_minor))
        if row.released_minor:
            wanted.append(ledger.Wanted(_key(run, place, "change"), liability, expense, -row.released_minor))
        if row.accrued_minor:
            wanted.append(ledger.Wanted(_key(run, place, "change"), expense, liability, row.accrued_minor))
    held = ledger.reserve(actor, wanted, document=run.number, on=run.business_date)
    for place, row in rows:
        row.use_id, row.change_id = held.get(_key(run, place, "use")), held.get(_key(run, place, "change"))


def _key(run: AccrualRun, place: int, what: str) -> str:
    return f"rewards/{run.number}/{place}/{what}"


def _transfers(run: AccrualRun) -> list[int]:
    rows = AccrualLine.objects.unscoped("decision of the whole run").filter(run=run).order_by("id")
    return [pk for pair in rows.values_list("use_id", "change_id") for pk in pair if pk]


@action(needs="rewards.approve", roles=("finance", "admin"))
def approve_accrual(actor: Actor, *, run_id: int) -> int:
    """Post an accrual that somebody else submitted. Returns how many lines."""
    turns.take(TURN)
    run = _pending(run_id)
    if same(actor, run.created_by):
        raise Refused(_("Somebody else must approve what you submitted."), code="four_eyes")
    ledger.post_pending(actor, _transfers(run))
    _decide(actor, run, "posted")
    book.record(actor, facts.AccrualPosted(run.pk, run.number))
    count: int = AccrualLine.objects.unscoped("decision of the whole run").filter(run=run).count()
    return count


@action(needs="rewards.approve", roles=("finance", "admin"))
def void_accrual(actor: Actor, *, run_id: int) -> None:
    """Turn an accrual down; nothing is posted."""
    run = _pending(run_id)
    ledger.void_pending(actor, _transfers(run))
    _decide(actor, run, "void")
    book.record(actor, facts.AccrualVoided(run.pk, run.number))


def _decide(actor: Actor, run: AccrualRun, state: str) -> None:
    run.state, run.decided_by, run.decided_at = state, actor.name, timezone.now()
    run.save(update_fields=["state", "decided_by", "decided_at"])


def _pending(run_id: int) -> AccrualRun:
    run = one(AccrualRun.objects.select_for_update(), pk=run_id)
    if run.state != "pending":
        raise Refused(_("This accrual was already decided."), code="decided")
    return run


@action(needs="rewards.hand_over", roles=("admin", "finance"), exposed=False)
def note_handover(actor: Actor, *, month: str, rows: int, sha256: str, policy: str, closed: bool) -> int:
    """Keep on record that the vouchers of rebates of a month were handed to the general ledger. Returns the number."""
    made = AccrualHandover.objects.create(
        month=month, rows=rows, sha256=sha256, policy=policy, closed=closed, made_by=actor.name
    )
    return int(made.pk)
