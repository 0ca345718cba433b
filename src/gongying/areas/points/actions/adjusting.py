"""Correct points with a reason and a second person; give back what a clearing took."""

from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Adjustment, Loss
from . import lots

MOST, LONGEST = 1_000_000_000, 500


@action(needs="points.adjust", roles=("admin", "director", "finance", "planner"))
def adjust(actor: Actor, *, party_id: int, points: int, reason: str) -> int:
    """Propose to add points to a distributor, or (below zero) to take some away, and say why. Nothing is posted until somebody
    else decides. Returns the id of the adjustment."""
    party = parties.party(actor, party_id)
    if not points or abs(points) > MOST:
        raise Refused(_("Write how many points, without zero."), code="points", field="points")
    return _propose(actor, party.pk, "adjust", points, reason, None)


@action(needs="points.appeal", roles=PORTAL)
def appeal(actor: Actor, *, clearing_id: int, points: int, reason: str) -> int:
    """A distributor asks for points that a clearing took from him, within the days of appeal. Returns the id."""
    row = queries.clearing_row(clearing_id)
    loss = one(Loss.objects.for_actor(actor).filter(clearing=row))
    today = timezone.localdate()
    last = (row.decided_on or today) + timedelta(days=queries.programme_of(row.version_id).appeal_days)
    if row.state != "done":
        raise Refused(_("Nothing was cleared yet."), code="state")
    if today > last:
        raise Refused(_("The time to appeal ended on %(day)s.") % {"day": last}, code="late")
    asked = (
        Adjustment.objects.for_actor(actor).filter(clearing=row, party_id=loss.party_id).exclude(state="rejected")
    )
    left = loss.cleared - int(asked.aggregate(total=Sum("points"))["total"] or 0)
    if not 1 <= points <= left:
        raise Refused(
            _("At most %(left)s points can be asked back.") % {"left": f"{max(0, left):,}"},
            code="points",
            field="points",
        )
    return _propose(actor, loss.party_id, "appeal", points, reason, row.pk)


def _propose(actor: Actor, party_id: int, kind: str, points: int, reason: str, clearing: int | None) -> int:
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    made = Adjustment.objects.create(
        number=next_number("JFT", on=timezone.localdate()),
        party_id=party_id,
        kind=kind,
        points=points,
        clearing_id=clearing,
        reason=reason.strip()[:LONGEST],
        asked_by=actor.name,
    )
    return int(made.pk)


@action(needs="points.decide", roles=("admin", "director"))
def decide(actor: Actor, *, adjustment_id: int, grant: bool, answer: str) -> str:
    """Grant an adjustment or an appeal of somebody else, or reject it, with words. Granted it is posted today: points that are
    added get a last day by the programme, points that are taken away leave the lots that expire first. Returns its state."""
    row: Adjustment = one(Adjustment.objects.for_actor(actor).select_for_update(), pk=adjustment_id)
    if row.state != "proposed":
        raise Refused(_("This adjustment was already decided."), code="decided")
    if same(actor, row.asked_by):
        raise Refused(_("Somebody else must decide what you proposed."), code="four_eyes")
    if not answer.strip():
        raise Refused(_("Write an answer: the distributor reads it."), code="answer", field="answer")
    if grant:
        _post(actor, row)
    row.state, row.answer = "approved" if grant else "rejected", answer.strip()[:LONGEST]
    row.decided_by, row.decided_at = actor.name, timezone.now()
    row.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    told = (row.pk, row.number, row.party_id, row.kind, row.points, row.state)
    book.record(actor, facts.AdjustmentDecided(*told))
    return row.state


def _post(actor: Actor, row: Adjustment) -> None:
    today, key = timezone.localdate(), f"points/{row.number}"
    lots.turn([row.party_id])
    if row.points > 0:
        source, origin = ("back", lots.EXPIRED) if row.kind == "appeal" else ("adjust", lots.ISSUED)
        method = queries.programme_on(today).document.expiry
        lots.give(
            actor, row.party_id, row.points, key=key, source=source, document=row.number, on=today, method=method,
            origin=origin,
        )  # fmt: skip
        return
    parts = lots.burnt_from(row.party_id, -row.points)
    lots.take(actor, row.party_id, parts, key=key, kind="adjust", document=row.number, on=today, target=lots.ISSUED)
