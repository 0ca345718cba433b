"""The form: the house enters a certificate, a distributor sends one."""

from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.files import pictures, shelf
from gongying.core.refusal import Missing, Refused
from gongying.core.ui.pages import Request, page

from .. import actions, queries

LARGEST, PURPOSE, MOST = 10 * 1024 * 1024, "certificates", 2000
PICTURES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
PAPERS = {".pdf": "application/pdf"}


@page(needs="certificates.record")
def enter(request: Request) -> HttpResponse:
    """Head office enters a certificate of a distributor in scope."""
    return _form(request, list(parties.parties(request.actor)[:MOST]), actions.record)


@page(needs="certificates.submit")
def send(request: Request) -> HttpResponse:
    """A distributor sends a certificate of its own."""
    own = list(parties.parties(request.actor)[:1])
    if not own:
        raise Missing("no distributor of his")
    return _form(request, own, actions.submit)


def _form(request: Request, whose: list[Any], verb: Any) -> HttpResponse:
    actor, error = request.actor, None
    portal, form = verb is actions.submit, request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        try:
            made = _entered(request, actor, whose, verb)
            messages.success(request, say("Entered: somebody else has to accept it."))
            return redirect("certificates:certificate", certificate_id=made)
        except Refused as no:
            error = no
    context = {
        "portal_page": portal,
        "distributors": whose,
        "kinds": queries.kinds_on(timezone.localdate()).kinds,
        "form": form,
        "error": error,
    }
    return render(request, "certificates/enter.html", context, status=409 if error else 200)


def _entered(request: Request, actor: Actor, whose: list[Any], verb: Any) -> int:
    """A certificate as it is typed. Raises Refused naming the field."""
    form = request.POST
    chosen = next((party for party in whose if form.get("party", "") == str(party.pk)), None)
    party = chosen or (whose[0] if verb is actions.submit else None)
    if party is None:
        raise Refused(_("Choose the distributor."), field="party")
    since = calendar.typed(form.get("valid_from", ""))
    if since is None:
        raise Refused(_("Write the date as 2026-01-31."), field="valid_from")
    until = calendar.typed(form.get("valid_to", ""))
    if until is None and form.get("valid_to", "").strip():
        raise Refused(_("Write the date as 2026-01-31."), field="valid_to")
    made: int = verb(
        actor, party_id=party.pk, kind=form.get("kind", ""), serial=form.get("serial", ""), issuer=form.get("issuer", ""),
        valid_from=since, valid_to=until, holder=form.get("holder", ""), file_id=_kept(request, actor, party.pk),
    )  # fmt: skip
    return made


def _kept(request: Request, actor: Actor, party_id: int) -> int | None:
    """The copy that came with the form; None when none came. Raises Refused for what is too large or cannot be read."""
    sent = request.FILES.get("file")
    if sent is None:
        return None
    suffix = PurePath(sent.name or "").suffix.lower()
    kind = (PICTURES | PAPERS).get(suffix)
    if kind is None:
        raise Refused(_("Bring a picture (JPG, PNG, WebP) or a PDF."), code="type", field="file")
    if (sent.size or 0) > LARGEST:
        raise Refused(_("The file is larger than 10 MiB."), code="too_large", field="file")
    data = sent.read()
    if suffix in PICTURES:
        pictures.look(data)
    elif not data.startswith(b"%PDF-"):
        raise Refused(_("This is no PDF."), code="type", field="file", remedy=_("Bring a picture (JPG, PNG, WebP) or a PDF."))  # fmt: skip
    file = shelf.store(
        actor, name=sent.name or "file", chunks=[data], purpose=PURPOSE, content_type=kind, party_id=party_id
    )
    return file.pk
