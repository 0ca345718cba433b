"""Receive, step, work off, undo. Each step is one transaction with its checkpoint."""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.areas.imports import facts, queries
from gongying.areas.imports.models import Batch, RowError
from gongying.areas.imports.rules import KINDS, LINES, missing
from gongying.books.trade import post as trade
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.files import shelf
from gongying.core.intake import fields, reading
from gongying.core.jobs import queue
from gongying.core.journal import book
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .apply import APPLY, Outcome

SENDERS = ("admin", "director", "planner", "owner", "clerk")
# Other areas may object to an undo: fn(batch_id) -> words, or "" for no objection.
objections: list[Callable[[int], str]] = []


@action(needs="imports.send", roles=SENDERS)
def receive(actor: Actor, *, kind: str, file_id: int, source: str = "file", background: bool = True) -> int:
    """Take a stored file as a batch and queue it. A distributor's people send sell-out only."""
    if kind not in KINDS:
        raise Refused(_("There is no such kind of import."), field="kind")
    if not actor.whole_network and kind not in ("sell_out", "sell_through"):
        raise Refused(_("You can send your sell-out and sell-through."), field="kind")
    file = shelf.find(actor, file_id)
    batch = Batch.objects.create(
        kind=kind,
        source=source[:20],
        file_id=file.pk,
        file_name=file.name,
        sha256=file.sha256,
        sent_by=actor.name,
        user_id=actor.user_id,
    )
    if background:
        link = f"/imports/{batch.pk}/"
        batch.job_id = queue.start(actor, "imports.work_off", title=file.name, link=link, batch_id=batch.pk)
        batch.save(update_fields=["job_id"])
    return batch.pk


@action(needs="imports.send", roles=SENDERS, exposed=False)
def step(actor: Actor, *, batch_id: int, first: int, header: list[Any], rows: list[list[Any]], last: bool) -> int:
    """Work off the rows from number `first` on, and move the checkpoint. Returns the new checkpoint."""
    batch = one(Batch.objects.select_for_update(), pk=batch_id)
    columns = fields.propose(header, KINDS[batch.kind])
    lacking = missing(batch.kind, columns)
    if lacking:
        names = ", ".join(" / ".join(field.names[:2]) for field in lacking)
        remedy = _("Name the columns as in the template.")
        raise Refused(_("Columns are missing: %(names)s.") % {"names": names}, field="file", remedy=remedy)
    fresh = [(n, row) for n, row in enumerate(rows, first) if n > batch.checkpoint and any(map(fields.plain, row))]
    out, good = Outcome(), []
    for number, row in fresh:
        values = _read_row(batch.kind, columns, number, row, out)
        if values is not None:
            good.append((number, values))
    APPLY[batch.kind](actor, batch, good, out)
    _keep_failures(batch, columns, dict(fresh), out)
    batch.checkpoint = max(batch.checkpoint, first + len(rows) - 1)
    for name in ("created", "corrected", "unchanged"):
        setattr(batch, name, getattr(batch, name) + getattr(out, name))
    batch.failed += len(out.failures)
    if last:
        batch.state = "done"
        counts = (batch.created, batch.corrected, batch.unchanged, batch.failed)
        book.record(actor, facts.BatchFinished(batch.pk, batch.kind, batch.sha256, *counts))
    batch.save()
    return batch.checkpoint


def _read_row(
    kind: str, columns: dict[str, int], number: int, row: list[Any], out: Outcome
) -> dict[str, Any] | None:
    values: dict[str, Any] = {}
    for field in KINDS[kind]:
        at = columns.get(field.name)
        if at is None:
            continue
        try:
            values[field.name] = fields.read(field, row[at] if at < len(row) else "")
        except fields.Bad as bad:
            out.fail(number, field.header, bad.message, bad.remedy)
            return None
    return values


def _keep_failures(batch: Batch, columns: dict[str, int], rows: dict[int, list[Any]], out: Outcome) -> None:
    made = []
    for number, name, message, remedy in out.failures:
        sent = rows[number]
        places = (columns.get(field.name) for field in KINDS[batch.kind])
        cells = [fields.plain(sent[at]) if at is not None and at < len(sent) else "" for at in places]
        made.append(
            RowError(batch=batch, row=number, field=name, message=message[:300], remedy=remedy[:300], cells=cells)
        )
    RowError.objects.bulk_create(made)


def work_off(actor: Actor, batch_id: int, report: Callable[[int], None] = lambda done: None) -> Batch:
    """Read the file in a child process and step through it; a batch that was cut off goes on where it was."""
    batch = queries.batch(actor, batch_id)
    if batch.state != "open":
        return batch
    file = shelf.find(actor, batch.file_id)
    header: list[Any] = []
    number = 1
    for chunk, last in _marked(reading.rows(shelf.path_of(file), file.name)):
        rows = chunk
        if not header:
            header, rows = (chunk[0] if chunk else []), chunk[1:]
            number = 2  # rows are counted as the spreadsheet counts them
        step(actor, batch_id=batch_id, first=number, header=header, rows=rows, last=last)
        number += len(rows)
        report(number - 2)
    return queries.batch(actor, batch_id)


def _marked(chunks: Iterator[list[list[Any]]]) -> Iterator[tuple[list[list[Any]], bool]]:
    """Each chunk, and whether it is the last."""
    held = next(chunks, [])
    for chunk in chunks:
        yield held, False
        held = chunk
    yield held, True


@action(needs="imports.undo", roles=("admin", "director", "planner"))
def undo(actor: Actor, *, batch_id: int) -> int:
    """Reverse the lines of a batch, while nothing rests on it. Returns how many."""
    batch = one(queries.batches(actor).select_for_update(), pk=batch_id)
    if batch.state != "done" or batch.kind not in LINES:
        raise Refused(_("Only finished batches of sales lines can be undone."))
    for objection in objections:
        words = objection(batch.pk)
        if words:
            raise Refused(words, code="rests")
    count = trade.reverse_batch(actor, batch_id=batch.pk)
    batch.state = "undone"
    batch.save(update_fields=["state"])
    book.record(actor, facts.BatchUndone(batch.pk, count))
    return count
