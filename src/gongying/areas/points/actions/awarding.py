"""Award the points of a period: calculated, pending, then posted by a second person."""

import hashlib
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
from gongying.engines import points as engine
from gongying.engines.money import POINTS

from .. import facts, queries
from ..models import Award, Earning, PointLot
from ..rules import Programme
from . import lots


@dataclass(frozen=True)
class Awarding:
    """What an award came to; `award_id` is None when there was nothing new to award."""

    award_id: int | None
    number: str
    earnings: int
    points: int


@action(needs="points.award", roles=("admin", "director", "planner"))
def award(actor: Actor, *, period: str, as_of: date | None = None) -> Awarding:
    """Award the points of a period: pending until a second person approves. Repeating changes nothing; what was corrected
    since is trued up. Points count from `as_of` on (today when not given, never a day to come).

    Raises Refused while another award of the period, or of one that holds it or lies in it, awaits approval."""
    today = timezone.localdate()
    on = as_of or today
    if on > today:
        raise Refused(_("Points cannot count from a day to come."), code="day", field="as_of")
    span = calendar.period(period)
    turns.take("points.award")
    _is_free(span)
    found = queries.calculate(span.code, on)
    rows = [row for row in found.rows if row.earning.points != row.before]
    if not rows:
        return Awarding(None, "", 0, 0)
    made = Award.objects.create(
        number=next_number("JFA", on=on),
        version_id=found.rules.version_id,
        policy_hash=found.rules.hash,
        period=span.code,
        watermark=found.watermark,
        business_date=on,
        created_by=actor.name,
    )
    written = _earnings(actor, made, rows)
    digest = hashlib.sha256()
    for each in written:
        digest.update(f"{each.party_id}|{each.entitled}|{each.before}|{each.derivation}\n".encode())
    points = sum(row.due for row in rows)
    told = (made.pk, made.number, span.code, found.rules.hash, points, len(rows), digest.hexdigest())
    book.record(actor, facts.AwardSubmitted(*told))
    return Awarding(made.pk, made.number, len(rows), points)


def _is_free(span: calendar.Period) -> None:
    if Award.objects.filter(period__in=[*calendar.within(span), *calendar.around(span)], state="pending").exists():
        raise Refused(
            _("An award of this period awaits approval."), code="pending", remedy=_("Approve or reject it first.")
        )
    other = {*calendar.within(span), *calendar.around(span)} - {span.code}
    done = Award.objects.filter(period__in=other, state="posted").first()
    if done is not None:
        raise Refused(
            _("%(period)s overlaps with %(other)s, which was awarded.")
            % {"period": span.code, "other": done.period},
            code="overlap",
            field="period",
        )


def _earnings(actor: Actor, made: Award, rows: list[queries.Row]) -> list[Earning]:
    """One row a distributor; what is given is held in the ledger until somebody decides."""
    gaining = [row.party_id for row in rows if row.earning.points > row.before]
    theirs = ledger.open_accounts(actor, kind="points", currency=POINTS, holders=gaining)
    source = lots.house(actor, lots.ISSUED)
    wanted = [
        ledger.Wanted(_key(made, row.party_id), source, theirs[row.party_id], row.due)
        for row in rows
        if row.party_id in theirs
    ]
    pending = ledger.reserve(actor, wanted, document=made.number, on=made.business_date)
    written = [
        Earning(
            award=made,
            party_id=row.party_id,
            level=row.level,
            multiplier=row.earning.multiplier,
            entitled=row.earning.points,
            before=row.before,
            due=row.earning.points - row.before,
            derivation=chain.canonical([_plain(part) for part in row.earning.parts]).decode(),
            transfer_id=pending.get(_key(made, row.party_id)),
        )
        for row in rows
    ]
    return list(Earning.objects.bulk_create(written, batch_size=500))


def _plain(part: engine.Part) -> dict[str, object]:
    held = asdict(part)
    value = part.value
    return held | {"value": None if value is None else f"{value:f}", "exact": f"{part.exact:f}"}


def _key(made: Award, party_id: int) -> str:
    return f"points/{made.number}/{party_id}"


@action(needs="points.approve", roles=("admin", "director", "finance"))
def approve(actor: Actor, *, award_id: int) -> int:
    """Post a pending award: everybody gets his lot, and what is taken back is taken as far as it is there. Whoever submitted it
    cannot approve it. Returns how many points were posted."""
    row = _pending(award_id)
    if same(actor, row.created_by):
        raise Refused(_("Somebody else must approve what you submitted."), code="four_eyes")
    held = list(Earning.objects.unscoped(lots.WHY).filter(award=row).order_by("party_id"))
    lots.turn(each.party_id for each in held)
    document = queries.programme_of(row.version_id)
    gaining = [each for each in held if each.due > 0]
    ledger.post_pending(actor, [each.transfer_id or 0 for each in gaining])
    PointLot.objects.bulk_create([_lot(row, each, document) for each in gaining], batch_size=500)
    for each in held:
        each.posted = each.due if each.due > 0 else -_recall(actor, row, each)
    Earning.objects.unscoped(lots.WHY).bulk_update(held, ["posted"], batch_size=500)
    row.state, row.decided_by, row.decided_at = "posted", actor.name, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    told = [each for each in held if each.posted]
    book.record(
        actor,
        facts.Awarded(
            row.pk, row.number, row.period, [each.party_id for each in told], [each.posted for each in told]
        ),
    )
    return sum(each.posted for each in held)


def _lot(row: Award, earning: Earning, document: Programme) -> PointLot:
    return PointLot(
        party_id=earning.party_id,
        source="award",
        document=row.number,
        earning=earning,
        amount=earning.due,
        open=earning.due,
        on=row.business_date,
        earned_on=row.business_date,
        expires_on=engine.expiry(row.business_date, document.expiry),
    )


def _recall(actor: Actor, row: Award, earning: Earning) -> int:
    """Take back what a correction took off, as far as it is there. Returns how many points."""
    there = lots.held(earning.party_id)
    due = engine.true_up(earning.entitled, earning.before, sum(lot.open for lot in there))
    if not due.due:
        return 0
    parts = engine.burn([queries.as_engine(lot) for lot in there], -due.due)
    return lots.take(
        actor, earning.party_id, parts, key=_key(row, earning.party_id), kind="recall", document=row.number,
        on=row.business_date, target=lots.ISSUED,
    )  # fmt: skip


@action(needs="points.approve", roles=("admin", "director", "finance"))
def void(actor: Actor, *, award_id: int) -> None:
    """Turn a pending award down; nothing is posted."""
    row = _pending(award_id)
    held = Earning.objects.unscoped(lots.WHY).filter(award=row, transfer_id__isnull=False).order_by("id")
    ledger.void_pending(actor, [each.transfer_id or 0 for each in held])
    row.state, row.decided_by, row.decided_at = "void", actor.name, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    book.record(actor, facts.AwardVoided(row.pk, row.number))


def _pending(award_id: int) -> Award:
    row = one(Award.objects.select_for_update(), pk=award_id)
    if row.state != "pending":
        raise Refused(_("This award was already decided."), code="decided")
    return row
