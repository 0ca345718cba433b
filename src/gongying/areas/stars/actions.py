"""Excuse a gap, run a year, approve it, turn it down: the only writers of stars."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.books.parties import read as parties
from gongying.core import turns
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one

from . import facts, queries
from .models import Excuse, Line, Right, Run

LONGEST = 1000


@dataclass(frozen=True)
class Ran:
    """What a run came to; `run_id` is None when everything was posted already."""

    run_id: int | None
    number: str
    lines: int
    due_minor: int


@action(needs="stars.ask_excuse", roles=("admin", "director", "planner", "regional", "owner"))
def ask_excuse(actor: Actor, *, party_id: int, year: int, reason: str, note: str) -> int:
    """Ask that a gap of a year does not break the chain of a distributor, for a reason of the policy, and say why. Returns the
    number of the excuse; a second person decides."""
    party, today = parties.party(actor, party_id), timezone.localdate()
    document = queries.rules_on(today).document
    if reason not in {each.code for each in document.reasons}:
        codes = ", ".join(each.code for each in document.reasons)
        raise Refused(
            _("There is no such reason."),
            code="reason",
            field="reason",
            remedy=_("One of: %(codes)s.") % {"codes": codes},
        )
    if not document.since_year <= year < today.year:
        raise Refused(_("Only a year that is over and counts can be excused."), code="year", field="year")
    if not note.strip():
        raise Refused(_("Say why."), code="note", field="note")
    if Excuse.objects.for_actor(actor).filter(party=party, year=year, state__in=("pending", "approved")).exists():
        raise Refused(_("This year was asked for already."), code="twice", field="year")
    made = Excuse.objects.create(
        party=party, year=year, reason=reason, note=note.strip()[:LONGEST], asked_by=actor.name
    )
    return int(made.pk)


@action(needs="stars.decide_excuse", roles=("admin", "director"))
def decide_excuse(actor: Actor, *, excuse_id: int, verdict: str, answer: str = "") -> None:
    """Excuse a gap that somebody else asked for (approved), or not (rejected)."""
    row = one(Excuse.objects.for_actor(actor).select_for_update(), pk=excuse_id)
    if verdict not in ("approved", "rejected"):
        raise Refused(_("Choose one of the list."), code="verdict", field="verdict")
    if row.state != "pending":
        raise Refused(_("This was already decided."), code="decided")
    if same(actor, row.asked_by):
        raise Refused(_("Somebody else must decide what you asked for."), code="four_eyes")
    row.state, row.answer, row.decided_by, row.decided_at = (
        verdict,
        answer.strip()[:LONGEST],
        actor.name,
        timezone.now(),
    )
    row.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    book.record(actor, facts.ExcuseDecided(row.pk, row.party_id, row.year, verdict))


@action(needs="stars.run", roles=("admin", "director", "finance"))
def run(actor: Actor, *, year: int, as_of: date | None = None) -> Ran:
    """Count the good years up to a year that is over, and hold the loyalty bonus: pending until a second person approves.
    Repeating pays nothing twice; it trues up what was posted before (C138, C140)."""
    turns.take("stars.run")
    on = as_of or timezone.localdate()
    if on.year <= year:
        raise Refused(_("The year %(year)s is not over.") % {"year": year}, code="year", field="year")
    if Run.objects.filter(state="pending").exists():
        raise Refused(_("A run awaits approval."), code="pending", remedy=_("Approve or reject it first."))
    rules = queries.rules_on(date(year, 12, 31))
    first = min(each.years for each in rules.document.stars)
    earned = [e for e in queries.calculated(rules.document, year) if e.count >= first or e.bonus.due]
    said = [(e.party_id, e.count, e.star, e.bonus.base, str(e.bonus.rate), e.bonus.entitled) for e in earned]
    digest = hashlib.sha256(repr((rules.hash, year, said)).encode()).hexdigest()
    last = Run.objects.filter(year=year, state="posted").order_by("-id").first()
    if not earned or (last is not None and last.digest == digest and not any(e.bonus.due for e in earned)):
        return Ran(None, "", 0, 0)
    row = Run.objects.create(
        number=next_number("XJ", on=on),
        year=year,
        version_id=rules.version_id,
        policy_hash=rules.hash,
        currency=rules.document.currency,
        business_date=on,
        digest=digest,
        created_by=actor.name,
    )
    _lines(actor, row, earned)
    due = sum(each.bonus.due for each in earned)
    book.record(actor, facts.RunSubmitted(row.pk, row.number, year, rules.hash, due, len(earned), digest))
    return Ran(row.pk, row.number, len(earned), due)


def _lines(actor: Actor, row: Run, earned: Sequence[queries.Earned]) -> None:
    """A line for each distributor, with its bonus held: from the brand's rebate expense to its rebate account, or back."""
    paid = [each for each in earned if each.bonus.due]
    held: dict[str, int] = {}
    if paid:
        house = ledger.open_accounts(actor, kind="rebate_expense", currency=row.currency, holders=[None])[None]
        whom = [each.party_id for each in paid]
        theirs = ledger.open_accounts(actor, kind="rebate", currency=row.currency, holders=whom)
        wanted = []
        for each in paid:
            pair = (house, theirs[each.party_id]) if each.bonus.due > 0 else (theirs[each.party_id], house)
            wanted.append(ledger.Wanted(_key(row, each.party_id), *pair, abs(each.bonus.due)))
        held = ledger.reserve(actor, wanted, document=row.number, on=row.business_date)
    Line.objects.unscoped("posting of the whole run").bulk_create(
        [
            Line(
                run=row,
                party_id=each.party_id,
                count=each.count,
                star=each.star,
                chain=queries.chain_text(each.chain),
                base_minor=each.bonus.base,
                rate=each.bonus.rate,
                entitled_minor=each.bonus.entitled,
                before_minor=each.bonus.before,
                due_minor=each.bonus.due,
                transfer_id=held.get(_key(row, each.party_id)),
            )
            for each in earned
        ],
        batch_size=500,
    )


def _key(row: Run, party_id: int) -> str:
    return f"stars/{row.number}/{party_id}"


@action(needs="stars.approve", roles=("finance", "admin"))
def approve(actor: Actor, *, run_id: int) -> int:
    """Let the stars of a year hold: the bonus is posted, the rights of first renewal begin. Whoever submitted the run cannot
    approve it. Returns how many lines."""
    row = _pending(run_id)
    if same(actor, row.created_by):
        raise Refused(_("Somebody else must approve what you submitted."), code="four_eyes")
    rows = list(Line.objects.unscoped("approval of the whole run").filter(run=row).order_by("id"))
    ledger.post_pending(actor, [each.transfer_id for each in rows if each.transfer_id is not None])
    renewal = _rights(row, rows)
    row.state, row.decided_by, row.decided_at = "posted", actor.name, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    whom = [each.party_id for each in rows if each.star]
    book.record(actor, facts.StarsGranted(row.pk, row.number, row.year, whom, renewal))
    return len(rows)


def _rights(row: Run, rows: Sequence[Line]) -> list[int]:
    """The rights of first renewal a run gives, from its day on."""
    document = queries.document_of(row)
    until = _months_on(row.business_date, document.renewal_months)
    made = [
        Right(
            party_id=each.party_id,
            run=row,
            star=each.star,
            count=each.count,
            base_minor=each.base_minor,
            valid_from=row.business_date,
            valid_to=until,
        )
        for each in rows
        if each.star and each.count >= document.renewal_years
    ]
    Right.objects.unscoped("approval of the whole run").bulk_create(made, batch_size=500)
    return [each.party_id for each in made]


def _months_on(day: date, count: int) -> date:
    """The same day so many months later; the 31st becomes the 28th at the latest."""
    total = day.year * 12 + day.month - 1 + count
    return date(total // 12, total % 12 + 1, min(day.day, 28))


@action(needs="stars.approve", roles=("finance", "admin"))
def void(actor: Actor, *, run_id: int) -> None:
    """Turn a run down; the holds lapse."""
    row = _pending(run_id)
    held = Line.objects.unscoped("voiding the whole run").filter(run=row, transfer_id__isnull=False).order_by("id")
    ledger.void_pending(actor, [each.transfer_id or 0 for each in held])
    row.state, row.decided_by, row.decided_at = "void", actor.name, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    book.record(actor, facts.RunVoided(row.pk, row.number))


def _pending(run_id: int) -> Run:
    row = one(Run.objects.select_for_update(), pk=run_id)
    if row.state != "pending":
        raise Refused(_("This run was already decided."), code="decided")
    return row
