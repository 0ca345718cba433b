"""Work on differences: say, assign, agree, accept, tell apart, let stand. A correction is posted elsewhere and closes by itself."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, PORTAL, action
from gongying.core.notices import bell
from gongying.core.people.models import User
from gongying.core.refusal import Refused

from .. import queries
from ..models import Difference, LedgerLine
from ..queries import pools
from ..rules import turn_of
from . import collecting, matching, notes
from .notes import side_of

WORKERS = ("admin", "finance", "regional")
MOST = 200


@action(needs="reconciliation.say", roles=tuple(role for role in EVERYONE if role not in ("auditor", "planner")))
def say(actor: Actor, *, difference_id: int, text: str, file_id: int | None = None) -> None:
    """Write to a difference, with evidence if there is some; the other side reads it, and it is its turn."""
    row = queries.locked_difference(actor, difference_id)
    if not text.strip():
        raise Refused(_("Write something."), field="text")
    notes.keep(actor, row.statement, "said", text, difference=row, file_id=file_id)
    ours = side_of(actor) != "party"
    if row.state != "closed":
        row.turn = "party" if ours else "house"
        row.save(update_fields=["turn"])
    _tell(row, text, to_party=ours)


def _tell(row: Difference, text: str, *, to_party: bool) -> None:
    """The other side finds it in its bell."""
    link = f"/reconciliation/differences/{row.pk}/"
    title, title_en = (
        f"对账差异 {row.number or row.pk}：新的留言",
        f"Difference {row.number or row.pk}: a new message",
    )
    what: dict[str, Any] = {
        "link": link,
        "title": title,
        "title_en": title_en,
        "body": text[:400],
        "body_en": text[:400],
    }
    if to_party:
        bell.tell(party_id=row.party_id, **what)
        return
    owner = User.objects.filter(login=row.owner, is_active=True).values_list("pk", flat=True).first()
    if owner:
        bell.tell(user_id=owner, **what)
    else:
        bell.tell(role="finance", **what)


@action(needs="reconciliation.work", roles=WORKERS)
def assign(
    actor: Actor, *, difference_ids: list[int], owner: str, next_step: str = "", due_on: date | None = None
) -> int:
    """Give differences to somebody of head office, with what is to be done and until when. Returns how many."""
    if len(difference_ids) > MOST:
        raise Refused(_("At most %(most)s differences at once.") % {"most": MOST}, field="difference_ids")
    if owner and owner not in dict(queries.owners(actor)):
        raise Refused(_("There is nobody of that name at head office."), code="owner", field="owner")
    for pk in sorted(set(difference_ids)):
        row = queries.locked_difference(actor, pk)
        if row.state == "closed":
            continue
        row.owner, row.due_on = owner, due_on
        row.next_step = next_step.strip()[:400] or row.next_step
        row.save(update_fields=["owner", "due_on", "next_step"])
        notes.keep(actor, row.statement, "assigned", owner, difference=row)
    return len(set(difference_ids))


@action(needs="reconciliation.work", roles=WORKERS)
def agree(actor: Actor, *, difference_id: int, corrects: str, text: str) -> None:
    """Head office notes what both sides agreed on: who corrects (`house` or `party`), and how. The difference stays until the
    correction is found by a run; it no longer keeps the statement from being confirmed."""
    row = _open(actor, difference_id)
    if corrects not in ("house", "party"):
        raise Refused(_("Say who corrects: head office or the distributor."), code="corrects", field="corrects")
    _agreed(actor, row, corrects, text)
    _tell(row, text, to_party=True)


@action(needs="reconciliation.answer", roles=PORTAL)
def concede(actor: Actor, *, difference_id: int, text: str) -> None:
    """The distributor agrees with our side and will correct his books."""
    row = _open(actor, difference_id)
    _agreed(actor, row, "party", text)
    _tell(row, text, to_party=False)


def _agreed(actor: Actor, row: Difference, corrects: str, text: str) -> None:
    if not text.strip():
        raise Refused(_("Say what will be corrected."), code="correction", field="text")
    row.state, row.turn, row.next_step = "agreed", corrects, text.strip()[:400]
    row.save(update_fields=["state", "turn", "next_step"])
    notes.keep(actor, row.statement, "agreed", text, difference=row)


def _open(actor: Actor, difference_id: int) -> Difference:
    row = queries.locked_difference(actor, difference_id)
    if row.state == "closed":
        raise Refused(_("This difference is closed."), code="closed")
    collecting.alone(row.party_id)
    return row


@action(needs="reconciliation.work", roles=WORKERS)
def accept(actor: Actor, *, difference_id: int) -> None:
    """What was proposed does belong together. Refused while the amounts differ: that must be corrected, or let stand."""
    row = _open(actor, difference_id)
    if row.kind != "proposed":
        raise Refused(_("Nothing was proposed here."), code="kind")
    if row.amount_minor:
        raise Refused(
            _("The amounts differ."),
            code="differs",
            remedy=_("Post a correction, or let the rest stand with a reason."),
        )
    _settle(actor, row, "accepted", "")


@action(needs="reconciliation.work", roles=WORKERS)
def tell_apart(actor: Actor, *, difference_id: int) -> int:
    """What was proposed does not belong together: each line is a difference of its own from now on. Returns how many."""
    row = _open(actor, difference_id)
    if row.kind != "proposed":
        raise Refused(_("Nothing was proposed here."), code="kind")
    lines = LedgerLine.objects.for_actor(actor).filter(difference=row, match__isnull=True)
    lines.update(apart=True)
    first, *others = list(lines.order_by("-side", "id"))  # theirs sorts after ours
    today = timezone.localdate()
    for each in (first, *others):
        ours = each.side == "ours"
        signed = each.amount_minor if ours else -each.amount_minor
        values = {
            "kind": each.side, "reason": "missing", "number": each.number, "day": each.day,
            "ours_minor": each.amount_minor if ours else 0, "theirs_minor": 0 if ours else each.amount_minor,
            "amount_minor": signed,
        }  # fmt: skip
        if each is first:
            for name, value in values.items():
                setattr(row, name, value)
            row.turn = turn_of(each.side, "missing")
            row.save()
        else:
            made = matching.open_difference(
                actor, row.statement, (each.account, each.currency), values, today, row.due_on
            )
            LedgerLine.objects.unscoped("telling apart").filter(pk=each.pk).update(difference=made)
    notes.keep(actor, row.statement, "apart", difference=row)
    matching.run(actor, pools.latest(row.party_id) or row.statement, today)
    return 1 + len(others)


@action(needs="reconciliation.waive", roles=("finance", "director"))
def waive(actor: Actor, *, difference_id: int, reason: str) -> None:
    """Let a difference stand, for good and for a reason: nothing is posted, both books stay apart by it, and every later
    statement says so in its bridge."""
    row = _open(actor, difference_id)
    if not reason.strip():
        raise Refused(_("Say why: the distributor reads it."), code="reason", field="reason")
    _settle(actor, row, "waived", reason)
    _tell(row, reason, to_party=True)


def _settle(actor: Actor, row: Difference, how: str, reason: str) -> None:
    statement = pools.latest(row.party_id) or row.statement
    entries = list(LedgerLine.objects.for_actor(actor).filter(difference=row, match__isnull=True, withdrawn=False))
    if entries:
        account = (row.account, row.currency)
        matching.keep_match(actor, statement, account, how, row.amount_minor, entries)
    if reason:
        notes.keep(actor, row.statement, "said", reason, difference=row)
    today = timezone.localdate()
    matching.close(actor, row, how, today)
    matching.run(actor, statement, today)
