"""Pages of imports: send a file, watch it, take back what was wrong, undo."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.core.files import shelf
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import links, nav
from gongying.core.ui.listing import XLSX, attachment, page_of
from gongying.core.ui.pages import Request, page

from . import actions, queries
from .rules import KINDS, LINES


@page(needs="imports.send")
def batches(request: Request) -> HttpResponse:
    """What was sent, and the form to send more."""
    actor = request.actor
    kinds = sorted(KINDS) if actor.whole_network else ["sell_out", "sell_through"]
    error = None
    if request.method == "POST":
        try:
            return _take(request, actor)
        except Refused as no:
            error = no
    context = {"page": page_of(request, queries.batches(actor)), "kinds": kinds, "error": error}
    return render(request, "imports/batches.html", context, status=409 if error else 200)


def _take(request: HttpRequest, actor: Any) -> HttpResponse:
    sent = request.FILES.get("file")
    if sent is None:
        raise Refused(_("Choose a file."), field="file")
    file = shelf.store(actor, name=sent.name or "file", chunks=sent.chunks(), purpose="import")
    return redirect(
        "imports:batch", batch_id=actions.receive(actor, kind=request.POST.get("kind", ""), file_id=file.pk)
    )


@page(needs="imports.send")
def batch(request: Request, batch_id: int) -> HttpResponse:
    """One batch: how far it is, what was taken, what was not and why."""
    actor = request.actor
    row = queries.batch(actor, batch_id)
    if request.GET.get("export") == "errors":
        return attachment(queries.error_file(actor, batch_id), f"errors-{row.pk}.xlsx", XLSX)
    errors = page_of(request, row.errors.order_by("row"))
    undoable = row.state == "done" and row.kind in LINES and actor.can("imports.undo")
    return render(request, "imports/batch.html", {"batch": row, "page": errors, "undoable": undoable})


@require_POST
@page(needs="imports.undo")
def undo(request: Request, batch_id: int) -> HttpResponse:
    """Reverse a batch."""
    actions.undo(request.actor, batch_id=batch_id)
    return redirect("imports:batch", batch_id=batch_id)


@page(needs="imports.send")
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty form of a kind."""
    if kind not in KINDS:
        raise Missing(kind)
    return attachment(queries.template(kind), f"{kind}.xlsx", XLSX)


urlpatterns = [
    path("", batches, name="batches"),
    path("<int:batch_id>/", batch, name="batch"),
    path("<int:batch_id>/undo/", undo, name="undo"),
    path("template/<slug:kind>/", template, name="template"),
]
links.home("import", "imports:batches")
links.home("batch", "imports:batch")
nav.register(nav.NavItem(_("Imports"), "/imports/", "imports.send", 40, "data", "upload"))
