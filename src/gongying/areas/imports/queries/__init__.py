"""The readers of batches: head office sees all, a distributor's people their own."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from gongying.books.plans import read as plans
from gongying.books.prices import read as prices
from gongying.books.stock import read as stock
from gongying.books.trade import read as trade
from gongying.core.actor import Actor
from gongying.core.documents.sheet import csv_text, xlsx
from gongying.core.jobs import queue
from gongying.core.jobs.models import Job
from gongying.core.scope import one
from gongying.core.words import is_chinese

from ..models import Batch, Before, Layout
from ..rules import KINDS
from . import back
from .back import error_name, faults_with, field_label, told
from .sheets import Look, frames, look

__all__ = [
    "Batch",
    "Look",
    "batch",
    "batches",
    "error_file",
    "error_name",
    "faults_with",
    "field_label",
    "frames",
    "job",
    "layout",
    "look",
    "standing",
    "template",
    "told",
    "unfinished",
]


def _changed(batch_id: int) -> QuerySet[Before]:
    return Before.objects.filter(batch=batch_id)


STANDING: dict[str, Callable[[int], QuerySet[Any]]] = {
    "distributors": _changed,
    "products": _changed,
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


def error_file(actor: Actor, batch_id: int) -> tuple[str, bytes]:
    """Name and bytes of a file with the rows that were not taken: as they were sent, with what is wrong and what to do."""
    row = batch(actor, batch_id)
    return error_name(row), back.error_file(row, actor)


def template(kind: str, *, as_csv: bool = False) -> bytes:
    """An empty form of a kind with one example row, headers in the reader's language."""
    chinese = is_chinese()
    head = [field.header if chinese else field.english for field in KINDS[kind]]
    example = [field.example for field in KINDS[kind]]
    # The mark in front tells a spreadsheet that the text is UTF-8.
    return csv_text(head, [example]).encode("utf-8-sig") if as_csv else xlsx(kind, head, [example])


def unfinished(actor: Actor, *, kind: str, sha256: str, source: str, columns: dict[str, str]) -> Batch | None:
    """A batch of this sender with the same file and columns that was cut off."""
    mine = batches(actor).filter(sent_by=actor.name, user_id=actor.user_id, state="open")
    rows = mine.filter(kind=kind, sha256=sha256, source=source)
    return next((row for row in rows if row.columns == columns), None)


def layout(actor: Actor, kind: str) -> dict[str, str]:
    """Which headers this sender chose for the fields of a kind the last time."""
    row = Layout.objects.filter(sent_by=actor.name, user_id=actor.user_id, kind=kind).first()
    return dict(row.columns) if row else {}


def job(actor: Actor, row: Batch) -> Job | None:
    """The background work of a batch, if there is one."""
    return queue.visible(actor).filter(pk=row.job_id).first() if row.job_id else None


def standing(row: Batch) -> int:
    """How many rows an undo of the batch would take back."""
    return STANDING[row.kind](row.pk).count() if row.state == "done" else 0
