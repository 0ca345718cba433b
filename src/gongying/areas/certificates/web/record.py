"""One certificate and its copy."""

from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say

from gongying.core.doors import PORTAL
from gongying.core.files import shelf
from gongying.core.people.access import same
from gongying.core.refusal import Missing, Refused
from gongying.core.ui.pages import Request, page
from gongying.core.ui.typed import PAPERS, PICTURES

from .. import actions, queries


@page(needs="certificates.view")
def certificate(request: Request, certificate_id: int) -> HttpResponse:
    """One certificate: what it says, its copy, what was decided; accept it, turn it down, withdraw it."""
    actor, today, error = request.actor, timezone.localdate(), None
    row = queries.certificate(actor, certificate_id)
    if request.method == "POST":
        try:
            _decide(actor, row.pk, request.POST)
            messages.success(request, say("Saved."))
            return redirect("certificates:certificate", certificate_id=row.pk)
        except Refused as no:
            error = no
    own = same(actor, row.made_by)
    context = {
        "row": row,
        "kind": queries.named(row.kind, today),
        "state": queries.state_of(row, today),
        "left": (row.valid_to - today).days if row.valid_to else None,
        "own": own,
        "may_decide": row.state == "submitted" and actor.can("certificates.accept") and not own,
        "may_withdraw": row.state in ("submitted", "accepted") and actor.can("certificates.withdraw"),
        "reminders": row.reminders.for_actor(actor).order_by("sent_on"),
        "others": [
            (each, queries.state_of(each, today))
            for each in queries.certificates(actor).filter(party_id=row.party_id, kind=row.kind).exclude(pk=row.pk)[:10]
        ],
        "portal_page": actor.role in PORTAL,
        "error": error,
    }  # fmt: skip
    return render(request, "certificates/certificate.html", context, status=409 if error else 200)


def _decide(actor: Any, pk: int, form: Any) -> None:
    verdict = form.get("verdict", "")
    if verdict == "accept":
        actions.accept(actor, certificate_id=pk, answer=form.get("answer", ""))
    elif verdict == "withdraw":
        actions.withdraw(actor, certificate_id=pk, reason=form.get("reason", ""))
    else:
        actions.reject(actor, certificate_id=pk, answer=form.get("answer", ""))


@page(needs="certificates.view")
def copy(request: Request, certificate_id: int) -> HttpResponse:
    """The copy that came with it: a picture is shown, a PDF saved."""
    file = queries.file_of(request.actor, certificate_id)
    suffix = PurePath(file.name).suffix.lower()
    kind = (PICTURES | PAPERS).get(suffix)
    if kind is None:
        raise Missing("no copy of a kind that is shown")
    response = HttpResponse(shelf.path_of(file).read_bytes(), content_type=kind)
    shown = "inline" if kind.startswith("image/") else "attachment"
    response["Content-Disposition"] = f'{shown}; filename="certificate-{certificate_id}{suffix}"'
    return response
