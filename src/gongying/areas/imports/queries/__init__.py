"""The readers of batches: head office sees all, a distributor's people their own."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from gongying.books.plans import read as plans
from gongying.books.prices import read as prices
from gongying.books.stock import read as stock
from gongying.books.trade import read as trade
from gongying.core.actor import Actor
from gongying.core.documents.sheet import xlsx
from gongying.core.jobs import queue
from gongying.core.jobs.models import Job
from gongying.core.scope import one
from gongying.core.words import is_chinese

from ..models import Batch, Layout
from ..rules import KINDS
from .sheets import Look, frames, judged, known, look, resolve

__all__ = [
    "Batch",
    "Look",
    "batch",
    "batches",
    "error_file",
    "field_label",
    "frames",
    "job",
    "judged",
    "known",
    "layout",
    "look",
    "resolve",
    "standing",
    "template",
]
STANDING: dict[str, Callable[[int], QuerySet[Any]]] = {
    "sell_in": trade.standing_of_batch,
    "sell_through": trade.standing_of_batch,
    "sell_out": trade.standing_of_batch,
    "price_lists": prices.of_batch,
    "targets": plans.of_batch,
    "stock_declarations": stock.of_batch,
}


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
    """An empty form of a kind with one example row, headers in the reader's language."""
    chinese = is_chinese()
    head = [field.header if chinese else field.english for field in KINDS[kind]]
    return xlsx(kind, head, [[field.example for field in KINDS[kind]]])


def layout(actor: Actor, kind: str) -> dict[str, str]:
    """Which headers this sender chose for the fields of a kind the last time."""
    row = Layout.objects.filter(sent_by=actor.name, user_id=actor.user_id, kind=kind).first()
    return dict(row.columns) if row else {}


def job(actor: Actor, row: Batch) -> Job | None:
    """The background work of a batch, if there is one."""
    return queue.visible(actor).filter(pk=row.job_id).first() if row.job_id else None


def standing(row: Batch) -> int:
    """How many rows an undo of the batch would take back."""
    return STANDING[row.kind](row.pk).count() if row.state == "done" and row.kind in STANDING else 0


def field_label(kind: str, name: str) -> str:
    """A field (by its name or by its Chinese header) in the reader's language."""
    found = next((field for field in KINDS[kind] if name in (field.name, field.header)), None)
    return name if found is None else found.header if is_chinese() else found.english.capitalize()
