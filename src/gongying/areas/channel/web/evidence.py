"""Files that come as evidence: a photograph of a count, a delivery note."""

from pathlib import PurePath

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.files import shelf
from gongying.core.refusal import Missing, Refused
from gongying.core.ui.pages import Request, page

LARGEST = 10 * 1024 * 1024
PICTURES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
PAPERS = {
    ".pdf": "application/pdf",
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PURPOSE = "channel"


def kept(request: HttpRequest, actor: Actor, party_id: int, name: str = "file") -> int | None:
    """The number of the file that came with a form as `name`, kept for both sides; None when none came. Raises Refused for
    what is too large or neither picture nor paper."""
    sent = request.FILES.get(name)
    if sent is None:
        return None
    kind = (PICTURES | PAPERS).get(PurePath(sent.name or "").suffix.lower())
    if kind is None:
        raise Refused(_("Bring a picture (JPG, PNG, WebP), a PDF or a table."), code="type", field="file")
    if (sent.size or 0) > LARGEST:
        raise Refused(_("The file is larger than 10 MiB."), code="too_large", field="file")
    file = shelf.store(
        actor, name=sent.name or "file", chunks=sent.chunks(), purpose=PURPOSE, content_type=kind, party_id=party_id
    )
    return file.pk


@page(needs="channel.view")
def evidence(request: Request, evidence_id: int) -> HttpResponse:
    """A file that came as evidence: pictures are shown, the rest is saved."""
    file = shelf.find(request.actor, evidence_id)
    kind = (PICTURES | PAPERS).get(PurePath(file.name).suffix.lower())
    if file.purpose != PURPOSE or kind is None:
        raise Missing("no such file")
    response = HttpResponse(shelf.path_of(file).read_bytes(), content_type=kind)
    shown = "inline" if kind.startswith("image/") else "attachment"
    suffix = PurePath(file.name).suffix.lower()
    response["Content-Disposition"] = f'{shown}; filename="evidence-{file.pk}{suffix}"'
    return response
