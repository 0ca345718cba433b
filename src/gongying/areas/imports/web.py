"""Pages of imports: send a file, choose its columns, watch it, take back what was wrong, undo."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.core.actor import Actor
from gongying.core.doors import words
from gongying.core.files import shelf
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import links, nav
from gongying.core.ui.listing import XLSX, attachment
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table

from . import actions, queries
from .models import Batch
from .rules import KINDS, LABELS, LINES, OWN

FAULTS = 20  # that the preview lists
CSV = "text/csv; charset=utf-8"
CHECKED = 100_000  # rows that the preview looks at: about a second
BATCHES = Table(
    "batches",
    [
        Column("file", _("File"), lambda b: b.file_name, sort="file_name", href=lambda b: links.to("batch", b.pk)),
        Column("kind", _("Kind"), lambda b: LABELS[b.kind], sort="kind"),
        Column("created", _("created"), lambda b: b.created, "num", "created"),
        Column("corrected", _("corrected"), lambda b: b.corrected, "num", "corrected", phone=False),
        Column("unchanged", _("unchanged"), lambda b: b.unchanged, "num", "unchanged", phone=False),
        Column("failed", _("with faults"), lambda b: b.failed, "num", "failed", phone=False),
        Column("by", _("Sent by"), lambda b: b.sent_by, sort="sent_by", phone=False),
        Column("sent", _("Sent"), lambda b: b.created_at, "time", "id", phone=False),
        Column("state", _("State"), lambda b: b.state, "state", "state"),
    ],
    sort="-sent",
    search=lambda rows, q: rows.filter(file_name__icontains=q),
    filters=[
        Filter("kind", _("Kind"), list(LABELS.items()), lambda rows, v: rows.filter(kind=v)),
        Filter(
            "state",
            _("State"),
            [("draft", _("draft")), ("open", _("open")), ("done", _("done")), ("undone", _("undone"))],
            lambda rows, v: rows.filter(state=v),
        ),
        Filter("errors", _("Errors"), [("some", _("With errors"))], lambda rows, v: rows.filter(failed__gt=0)),
    ],
    views=[(_("With errors"), "errors=some")],
    empty=_("Nothing was sent yet. Take a template, fill it in, send it."),
)
ERRORS = Table(
    "import_errors",
    [
        Column("row", _("Row"), lambda e: e.row, "num", "row"),
        Column("field", _("Field"), lambda e: queries.field_label(e.batch.kind, e.field), sort="field"),
        Column("message", _("What is wrong"), lambda e: queries.told(e.message, e.words), sort="message"),
        Column("remedy", _("Remedy"), lambda e: queries.told(e.remedy, e.words), phone=False),
    ],
    sort="row",
    search=queries.faults_with,
    empty=_("Every row was taken."),
)


@page(needs="imports.send")
def batches(request: Request) -> HttpResponse:
    """What was sent, and the form to send more."""
    actor = request.actor
    kinds = [(kind, LABELS[kind]) for kind in KINDS if actor.whole_network or kind in OWN]
    error = None
    if request.method == "POST":
        try:
            return _receive(request, actor)
        except Refused as no:
            error = no
    context = {"kinds": kinds, "error": error, "asked": request.POST.get("kind", "sell_out")}
    answer = BATCHES.respond(request, queries.batches(actor), "imports/batches.html", context)
    answer.status_code = 409 if error else answer.status_code
    return answer


def _receive(request: HttpRequest, actor: Actor) -> HttpResponse:
    sent = request.FILES.get("file")
    if sent is None:
        raise Refused(_("Choose a file."), field="file")
    file = shelf.store(actor, name=sent.name or "file", chunks=sent.chunks(), purpose="import")
    kind = request.POST.get("kind", "")
    return redirect("imports:preview", batch_id=actions.receive(actor, kind=kind, file_id=file.pk, draft=True))


@page(needs="imports.send")
def preview(request: Request, batch_id: int) -> HttpResponse:
    """A file before anything of it is posted: which column is what, the first rows as understood, how many are good."""
    actor = request.actor
    row = queries.batch(actor, batch_id)
    if row.state != "draft":
        return redirect("imports:batch", batch_id=row.pk)
    if request.method == "POST":
        actions.start(actor, batch_id=row.pk, columns=_chosen(row.kind, request.POST))
        return redirect("imports:batch", batch_id=row.pk)
    file = shelf.find(actor, row.file_id)
    try:
        seen = queries.look(
            actor,
            row.kind,
            shelf.path_of(file),
            file.name,
            chosen=_chosen(row.kind, request.GET),
            kept=queries.layout(actor, row.kind),
            most=CHECKED,
        )
    except Refused as no:
        return render(
            request, "imports/preview.html", {"batch": row, "kind": LABELS[row.kind], "no": no}, status=no.status
        )
    return render(request, "imports/preview.html", _shown(row, seen))


def _chosen(kind: str, given: Mapping[str, Any]) -> dict[str, str]:
    """Field by field, the header that was chosen ("" for none)."""
    asked = {field.name: given.get(f"map_{field.name}") for field in KINDS[kind]}
    return {name: str(title)[:200] for name, title in asked.items() if title is not None}


def _shown(row: Batch, seen: queries.Look) -> dict[str, Any]:
    """What the preview shows."""
    titles = list(dict.fromkeys(title for title in seen.header if title))
    fields = [
        {
            "field": field,
            "label": queries.field_label(row.kind, field.name),
            "title": seen.header[seen.places[field.name]] if field.name in seen.places else "",
        }
        for field in KINDS[row.kind]
    ]
    wrong = {fault.row: fault for fault in seen.failures}
    used = [at for at, field in enumerate(KINDS[row.kind]) if field.name in seen.places]
    right = [field.kind in ("int", "amount", "rate") for field in KINDS[row.kind]]
    rows = []
    for number, cells in seen.shown:
        fault = wrong.get(number)
        told = (
            f"{queries.field_label(row.kind, fault.field)}: {queries.told(fault.message, fault.words)}"
            if fault
            else ""
        )
        rows.append(
            {"row": number, "cells": [{"text": cells[at], "right": right[at]} for at in used], "fault": told}
        )
    go = _("Import %(n)s rows") % {"n": f"{seen.good:,}"} if seen.whole else _("Import all rows")
    return {
        "batch": row,
        "kind": LABELS[row.kind],
        "seen": seen,
        "titles": titles,
        "fields": fields,
        "heads": [{"label": fields[at]["label"], "right": right[at]} for at in used],
        "faults": [
            {
                "row": fault.row,
                "field": queries.field_label(row.kind, fault.field),
                "message": queries.told(fault.message, fault.words),
                "remedy": queries.told(fault.remedy, fault.words),
            }
            for fault in seen.failures[:FAULTS]
        ],
        "rows": rows,
        "go": go if seen.good or not seen.bad else _("Hand all rows back"),
        "ready": bool(seen.checked),
        "others": ", ".join(seen.sheets[1:]),
        "lacking": ", ".join(queries.field_label(row.kind, field.name) for field in seen.lacking),
    }


@page(needs="imports.send")
def batch(request: Request, batch_id: int) -> HttpResponse:
    """One batch: how far it is, what was taken, what was not and why; a batch that stopped can go on."""
    actor = request.actor
    row = queries.batch(actor, batch_id)
    if request.method == "POST":
        actions.start(actor, batch_id=row.pk)
        return redirect("imports:batch", batch_id=row.pk)
    if row.state == "draft":
        return redirect("imports:preview", batch_id=row.pk)
    if request.GET.get("export") == "errors":
        return _handed(*queries.error_file(actor, batch_id))
    job = queries.job(actor, row)
    running = job if job and job.state in ("queued", "running") else None
    if request.headers.get("X-Panel"):
        return render(request, "imports/_running.html", {"job": running, "batch": row})
    undoable = queries.standing(row) if actor.can("imports.undo") else 0
    context = {
        "batch": row,
        "kind": LABELS[row.kind],
        "job": running,
        "stopped": job if row.state == "open" and not running else None,
        "undoable": undoable,
        "undo_words": _undo_words(row, undoable),
        "undo_button": _("Take back %(n)s rows") % {"n": f"{undoable:,}"},
    }
    return ERRORS.respond(request, row.errors.select_related("batch"), "imports/batch.html", context)


def _undo_words(row: Batch, count: int) -> str:
    """What an undo would do."""
    amount = {"n": f"{count:,}"}
    if row.kind in LINES:
        told = _("%(n)s sales lines are reversed by opposite postings; nothing is deleted.") % amount
    elif row.kind in ("distributors", "products"):
        told = _("%(n)s entries are taken back: what the file brought goes, unless it is in use.") % amount
    else:
        told = _("%(n)s rows are withdrawn; nothing is deleted.") % amount
    return f"{told} {_('What they had replaced stands again.')}"


def _handed(name: str, data: bytes) -> HttpResponse:
    """A file in the format its name says."""
    answer = attachment(data, name, CSV if name.endswith(".csv") else XLSX)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer


@require_POST
@page(needs="imports.undo")
def undo(request: Request, batch_id: int) -> HttpResponse:
    """Take a batch back."""
    count = actions.undo(request.actor, batch_id=batch_id)
    messages.success(request, _("%(n)s rows were taken back.") % {"n": f"{count:,}"})
    return redirect("imports:batch", batch_id=batch_id)


@page(needs="imports.send")
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty form of a kind, as a workbook or (`?format=csv`) as CSV."""
    if kind not in KINDS:
        raise Missing(kind)
    as_csv = request.GET.get("format") == "csv"
    return _handed(f"{kind}.{'csv' if as_csv else 'xlsx'}", queries.template(kind, as_csv=as_csv))


urlpatterns = [
    path("", batches, name="batches"),
    path("<int:batch_id>/", batch, name="batch"),
    path("<int:batch_id>/preview/", preview, name="preview"),
    path("<int:batch_id>/undo/", undo, name="undo"),
    path("template/<slug:kind>/", template, name="template"),
]
links.home("import", "imports:batches")
links.home("batch", "imports:batch")
nav.register(nav.NavItem(_("Imports"), "/imports/", "imports.send", 64, "data", "upload"))
words(
    "imports",
    _("Imports"),
    {
        "send": _("Send files and follow their import"),
        "undo": _("Take imports back"),
        "load": _("Load a whole folder by a profile"),
    },
)
