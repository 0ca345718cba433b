"""Clear what has expired: notice first, then the days of notice and grace, then a second person."""

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core import turns
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines import points as engine

from .. import facts, queries
from ..models import Clearing, Loss
from . import lots

AHEAD = timedelta(days=366)


@action(needs="points.announce", roles=("admin", "director", "planner"))
def announce(actor: Actor, *, due_on: date) -> int:
    """Give notice that points whose last day is `due_on` or before will be cleared: whoever is not exempt is told how much he
    would lose and from when on. Nothing is taken yet. Returns the number of the clearing."""
    today = timezone.localdate()
    if due_on > today + AHEAD:
        raise Refused(_("Notice is given at most a year ahead."), code="day", field="due_on")
    turns.take("points.clear")
    if Clearing.objects.filter(state="noticed").exists():
        raise Refused(
            _("A clearing is announced already."), code="pending", remedy=_("Carry it out or call it off first.")
        )
    rules = queries.programme_on(today)
    found = queries.threatened(lots_actor(actor), rules.document, due_on, queries.rate_on(rules.document, today))
    if not found.rows:
        raise Refused(_("Nothing expires by this day."), code="nothing", field="due_on")
    row = Clearing.objects.create(
        number=next_number("JFQ", on=today),
        version_id=rules.version_id,
        due_on=due_on,
        noticed_on=today,
        clears_from=queries.clears_from(rules.document, due_on, today),
        created_by=actor.name,
    )
    Loss.objects.bulk_create(
        [
            Loss(clearing=row, party_id=each.party_id, announced=each.points, exempt=each.exempt)
            for each in found.rows
        ],
        batch_size=500,
    )
    told = [each for each in found.rows if not each.exempt]
    fact = facts.ClearingAnnounced(
        row.pk, row.number, due_on.isoformat(), row.clears_from.isoformat(),
        [each.party_id for each in told], [each.points for each in told],
    )  # fmt: skip
    book.record(actor, fact)
    return int(row.pk)


def lots_actor(actor: Actor) -> Actor:
    """A clearing is of the whole network, whoever begins it. Raises Refused for somebody with a part of it."""
    if not actor.whole_network:
        raise Refused(_("Clearing concerns the whole network."), code="scope")
    return actor


@action(needs="points.clear", roles=("admin", "director", "finance"))
def clear(actor: Actor, *, clearing_id: int) -> int:
    """Carry out an announced clearing, by somebody else than who announced it, never before its day. Nobody loses more than he
    was told, and what he used meanwhile is not lost. Returns how many points were cleared."""
    row, today = _noticed(clearing_id), timezone.localdate()
    if today < row.clears_from:
        raise Refused(
            _("The notice runs: points may be cleared from %(day)s on.") % {"day": row.clears_from},
            code="notice",
            remedy=_("Until then distributors may still use them."),
        )
    if same(actor, row.created_by):
        raise Refused(_("Somebody else must carry out what you announced."), code="four_eyes")
    document = queries.programme_of(row.version_id)
    held = list(Loss.objects.unscoped(lots.WHY).filter(clearing=row, exempt="").order_by("party_id"))
    lots.turn(each.party_id for each in held)
    for each in held:
        each.cleared = _let_go(actor, row, each, document.keep, today)
    Loss.objects.unscoped(lots.WHY).bulk_update(held, ["cleared"], batch_size=500)
    row.state, row.decided_by, row.decided_on = "done", actor.name, today
    row.save(update_fields=["state", "decided_by", "decided_on"])
    gone = [each for each in held if each.cleared]
    told = [each.party_id for each in gone], [each.cleared for each in gone]
    book.record(actor, facts.Cleared(row.pk, row.number, *told))
    return sum(each.cleared for each in held)


def _let_go(actor: Actor, row: Clearing, loss: Loss, keep: int, today: date) -> int:
    due = engine.expire([queries.as_engine(lot) for lot in lots.held(loss.party_id)], row.due_on, keep)
    parts, left = [], loss.announced
    for lot, points in due:
        part = min(points, left)
        left -= part
        parts += [(lot, part)] if part else []
    if not parts:
        return 0
    key = f"points/{row.number}/{loss.party_id}"
    return lots.take(
        actor, loss.party_id, parts, key=key, kind="expire", document=row.number, on=today, target=lots.EXPIRED
    )


@action(needs="points.announce", roles=("admin", "director", "planner"))
def call_off(actor: Actor, *, clearing_id: int, reason: str) -> None:
    """Call an announced clearing off, and say why: nobody loses anything by it."""
    row = _noticed(clearing_id)
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    row.state, row.decided_by, row.decided_on = "off", actor.name, timezone.localdate()
    row.reason = reason.strip()[:300]
    row.save(update_fields=["state", "decided_by", "decided_on", "reason"])
    held = Loss.objects.unscoped(lots.WHY).filter(clearing=row, exempt="").order_by("party_id")
    book.record(actor, facts.ClearingCalledOff(row.pk, row.number, list(held.values_list("party_id", flat=True))))


def _noticed(clearing_id: int) -> Clearing:
    row = one(Clearing.objects.select_for_update(), pk=clearing_id)
    if row.state != "noticed":
        raise Refused(_("This clearing was already decided."), code="decided")
    return row
