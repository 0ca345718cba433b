"""Receive, start, take, work off, undo. Each chunk is one transaction with its checkpoint."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.areas.imports import facts, queries
from gongying.areas.imports.models import Batch, Layout, RowError
from gongying.areas.imports.rules import KINDS, OWN
from gongying.books.stock import read as stock
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.files import shelf
from gongying.core.intake.columns import Frame
from gongying.core.jobs import queue
from gongying.core.journal import book
from gongying.core.posting import uncollected
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .apply import APPLY, CORRECTED, PREPARE, UNDO

SENDERS = ("admin", "director", "planner", "owner", "clerk")
# Other areas may object to an undo: fn(batch_id) -> words, or "" for no objection.
objections: list[Callable[[int], str]] = []


@action(needs="imports.send", roles=SENDERS)
def receive(
    actor: Actor,
    *,
    kind: str,
    file_id: int,
    source: str = "file",
    background: bool = True,
    columns: dict[str, str] | None = None,
    draft: bool = False,
) -> int:
    """Take a stored file as a batch and queue it. `columns` says which header a field is read from.

    A draft waits for `start`. A distributor's people send their own sell-out, sell-through and stock only.
    """
    if kind not in KINDS:
        raise Refused(_("There is no such kind of import."), field="kind")
    if not actor.whole_network and kind not in OWN:
        raise Refused(_("You can send your sell-out, sell-through and stock."), field="kind")
    file = shelf.find(actor, file_id)
    batch = Batch.objects.create(
        kind=kind,
        source=source[:20],
        file_id=file.pk,
        file_name=file.name,
        sha256=file.sha256,
        state="draft" if draft else "open",
        columns=columns or {},
        sent_by=actor.name,
        user_id=actor.user_id,
    )
    if columns:
        _remember(actor, kind, columns)
    if background and not draft:
        _queue(actor, batch)
    return batch.pk


@action(needs="imports.send", roles=SENDERS)
def start(actor: Actor, *, batch_id: int, columns: dict[str, str] | None = None) -> int:
    """Start a draft with the columns that were chosen (remembered for the next file), or go on with a batch that stopped.

    Returns the number of the background job.
    """
    batch = one(queries.batches(actor).select_for_update(), pk=batch_id)
    job = queries.job(actor, batch)
    if batch.state not in ("draft", "open") or (job and job.state in ("queued", "running")):
        raise Refused(_("This batch is being worked off, or finished."), code="state")
    if batch.state == "draft":
        batch.state, batch.columns = "open", columns or {}
        _remember(actor, batch.kind, batch.columns)
    _queue(actor, batch)
    return batch.job_id or 0


def _remember(actor: Actor, kind: str, columns: dict[str, str]) -> None:
    whose: dict[str, Any] = {"sent_by": actor.name, "user_id": actor.user_id, "kind": kind}
    Layout.objects.update_or_create(**whose, defaults={"columns": columns})


def _queue(actor: Actor, batch: Batch) -> None:
    link = f"/imports/{batch.pk}/"
    batch.job_id = queue.start(actor, "imports.work_off", title=batch.file_name, link=link, batch_id=batch.pk)
    batch.save(update_fields=["job_id", "state", "columns"])


@action(needs="imports.send", roles=SENDERS, exposed=False)
def take(actor: Actor, *, batch_id: int, frame: Frame, last: bool) -> int:
    """Post a chunk that was read and judged, and move the checkpoint. Returns the new checkpoint."""
    batch = one(Batch.objects.select_for_update(), pk=batch_id)
    if batch.state != "open":
        return batch.checkpoint  # another worker was quicker
    frame.cut(batch.checkpoint)
    with uncollected():
        done = APPLY[batch.kind](actor, batch, frame)
    frame.settle()
    RowError.objects.bulk_create(
        [RowError(batch=batch, **fault._asdict()) for fault in frame.failures], batch_size=1000
    )
    batch.checkpoint = max(batch.checkpoint, frame.end)
    batch.created += done.created
    batch.corrected += done.corrected
    batch.unchanged += done.unchanged
    batch.failed += len(frame.failures)
    if last:
        batch.state = "done"
        counts = (batch.created, batch.corrected, batch.unchanged, batch.failed)
        book.record(actor, facts.BatchFinished(batch.pk, batch.kind, batch.sha256, *counts))
    batch.save()
    return batch.checkpoint


def work_off(actor: Actor, batch_id: int, report: Callable[[int, int], None] = lambda done, total: None) -> Batch:
    """Read the file in a child process and take its chunks; a batch that was cut off goes on where it was.

    `report` is told how many rows are done, of about how many.
    """
    batch = queries.batch(actor, batch_id)
    if batch.state != "open":
        return batch
    file = shelf.find(actor, batch.file_id)
    pieces = queries.frames(
        actor,
        batch.kind,
        shelf.path_of(file),
        file.name,
        chosen=batch.columns,
        after=batch.checkpoint,
        prepare=PREPARE.get(batch.kind),
    )
    for piece in pieces:
        if piece.load.end <= batch.checkpoint and not piece.last:
            continue  # taken before the batch was cut off
        take(actor, batch_id=batch_id, frame=piece.load, last=piece.last)
        report(piece.done, piece.total)
    return queries.batch(actor, batch_id)


@action(needs="imports.undo", roles=("admin", "director", "planner"))
def undo(actor: Actor, *, batch_id: int) -> int:
    """Take back what a batch posted, while nothing rests on it. Returns how many rows."""
    batch = one(queries.batches(actor).select_for_update(), pk=batch_id)
    if batch.state != "done":
        raise Refused(_("Only a finished batch can be undone."), code="state")
    for objection in objections:
        words = objection(batch.pk)
        if words:
            raise Refused(words, code="rests")
    count = UNDO[batch.kind](actor, batch_id=batch.pk)
    batch.state = "undone"
    batch.save(update_fields=["state"])
    book.record(actor, facts.BatchUndone(batch.pk, count))
    return count


def _later_count(batch_id: int) -> str:
    """A declaration that a later one was reckoned from stays: what moved since would no longer add up."""
    if stock.declared_after(batch_id):
        return str(_("A later stock declaration rests on this batch. Undo that one first, or send corrected rows."))
    return ""


def _later_batch(batch_id: int) -> str:
    """What a later file corrected is undone from the end: each undo gives back what stood before it."""
    batch = Batch.objects.get(pk=batch_id)
    if CORRECTED[batch.kind](batch_id):
        return str(_("Later rows replaced some of this batch. Undo that batch first, or send corrected rows."))
    return ""


objections += [_later_count, _later_batch]
