"""What was sent along: evidence and ledgers, for whoever of both sides may see them."""

from pathlib import PurePath

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.files import shelf
from gongying.core.refusal import Missing, Refused
from gongying.core.ui.pages import Request, page

PURPOSES = ("evidence", "ledger")
LARGEST = 10 * 1024 * 1024
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".pdf", ".csv", ".xlsx")


def evidence(request: Request, actor: Actor, party_id: int) -> int | None:
    """The number of the file that was sent along, kept for both sides; None when there was none. Raises Refused for what is
    too large or neither picture nor paper."""
    sent = request.FILES.get("file")
    if sent is None:
        return None
    if PurePath(sent.name or "").suffix.lower() not in SUFFIXES:
        raise Refused(_("Bring a picture (JPG, PNG, WebP), a PDF or a table."), code="type", field="file")
    if (sent.size or 0) > LARGEST:
        raise Refused(_("The file is larger than 10 MiB."), code="too_large", field="file")
    name = sent.name or "file"
    return shelf.store(actor, name=name, chunks=sent.chunks(), purpose="evidence", party_id=party_id).pk


@page(needs="reconciliation.view")
def file(request: Request, soa_file_id: int) -> HttpResponse:
    """A file as it was sent, always to be saved: nothing that a stranger sent is shown by the browser."""
    found = shelf.find(request.actor, soa_file_id)
    if found.purpose not in PURPOSES:
        raise Missing("no such file here")
    response = HttpResponse(shelf.path_of(found).read_bytes(), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    return response
