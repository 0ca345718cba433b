"""The readers of batches: head office sees all, a distributor's people their own."""

from django.db.models import QuerySet

from gongying.core.actor import Actor
from gongying.core.documents.sheet import xlsx
from gongying.core.scope import one

from .models import Batch
from .rules import KINDS


def batches(actor: Actor) -> QuerySet[Batch]:
    """Batches in sight, newest first."""
    rows = Batch.objects.order_by("-id")
    return rows if actor.whole_network else rows.filter(user_id=actor.user_id or 0)


def batch(actor: Actor, batch_id: int) -> Batch:
    """One batch in sight, or Missing."""
    return one(batches(actor), pk=batch_id)


def error_file(actor: Actor, batch_id: int) -> bytes:
    """The rows that were not taken, as they were sent, with what is wrong and what to do."""
    row = batch(actor, batch_id)
    head = [*(f.header for f in KINDS[row.kind]), "错误 / Error", "修改建议 / Remedy"]
    lines = ([*e.cells, f"{e.row}: {e.field} {e.message}", e.remedy] for e in row.errors.order_by("row"))
    return xlsx(row.kind, head, lines)


def template(kind: str) -> bytes:
    """An empty form of a kind with one example row."""
    return xlsx(kind, [f.header for f in KINDS[kind]], [[f.example for f in KINDS[kind]]])
