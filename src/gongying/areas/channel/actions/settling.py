"""Differences: who looks after one, why it is there, when it is closed."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, action
from gongying.core.files import shelf
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import queries
from ..models import Difference
from .declaring import JUDGES


@action(needs="channel.explain", roles=tuple(role for role in EVERYONE if role not in ("auditor", "finance")))
def explain(actor: Actor, *, difference_id: int, reason: str, text: str, file_id: int | None = None) -> None:
    """Say why a count differs: a reason of the calendar and a word, with a file as evidence. Head office closes it then."""
    row = _open(actor, difference_id)
    queries.calendar_of(row.party_id, row.declaration.end).reason(reason)
    if not text.strip():
        raise Refused(_("Say what happened."), field="text")
    if file_id is not None:
        shelf.find(actor, file_id)
    row.reason, row.text, row.file_id = reason, text.strip()[:400], file_id
    row.state, row.explained_by = "explained", actor.name
    row.save(update_fields=["reason", "text", "file_id", "state", "explained_by"])


@action(needs="channel.accept", roles=JUDGES)
def assign(actor: Actor, *, difference_ids: list[int], owner: str) -> int:
    """Put differences in somebody's charge, by his login ("" nobody's). Returns how many; at most 5,000."""
    rows = Difference.objects.for_actor(actor).filter(pk__in=difference_ids[:5000]).exclude(state="closed")
    return int(rows.update(owner=owner.strip().lower()[:120]))


@action(needs="channel.accept", roles=JUDGES)
def close(actor: Actor, *, difference_id: int, excused: bool = False, text: str = "") -> None:
    """Close a difference. `excused` takes it off the grade of his figures, and wants a word why."""
    row = _open(actor, difference_id)
    if excused and not (text.strip() or row.text):
        raise Refused(_("Say why it is excused."), field="text")
    row.state, row.closed_by, row.closed_on, row.excused = "closed", actor.name, timezone.localdate(), excused
    row.text = text.strip()[:400] or row.text
    row.save(update_fields=["state", "closed_by", "closed_on", "excused", "text"])


def _open(actor: Actor, difference_id: int) -> Difference:
    rows = Difference.objects.for_actor(actor).select_for_update(of=("self",)).select_related("declaration")
    row: Difference = one(rows, pk=difference_id)
    if row.state == "closed":
        raise Refused(_("This difference is closed."), code="state")
    return row
