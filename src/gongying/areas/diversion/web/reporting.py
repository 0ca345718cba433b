"""The forms that report a find, and the picture that comes with it."""

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

from .. import actions
from ..actions import Found

LARGEST, PURPOSE, MOST = 10 * 1024 * 1024, "diversion", 2000
PICTURES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
PAPERS = {".pdf": "application/pdf"}


@page(needs="diversion.report")
def report(request: Request) -> HttpResponse:
    """Head office reports a find against a distributor in scope."""
    actor, error = request.actor, None
    if request.method == "POST":
        try:
            form = request.POST
            whom = parties.parties(actor).filter(pk=_number(form.get("party", ""))).first()
            if whom is None:
                raise Refused(_("Choose the distributor."), field="party")
            made = actions.report(
                actor, party_id=whom.pk, text=form.get("text", ""), evidence=found(request, actor, None)
            )
            messages.success(request, say("Reported: somebody opens a case of it or sets it aside."))
            return redirect("diversion:case", diversion_id=made)
        except Refused as no:
            error = no
    return _form(request, error, {"distributors": parties.parties(actor)[:MOST]})


@page(needs="diversion.tell")
def tell(request: Request) -> HttpResponse:
    """A distributor tells of goods found in his territory."""
    actor, error = request.actor, None
    own = parties.parties(actor).first()
    if own is None:
        raise Missing("no distributor of his")
    if request.method == "POST":
        try:
            number = actions.tell(
                actor, party_id=own.pk, text=request.POST.get("text", ""), evidence=found(request, actor, None)
            )
            messages.success(request, say("Thank you: report %(number)s is with head office.") % {"number": number})
            return redirect("diversion:mine")
        except Refused as no:
            error = no
    return _form(request, error, {"portal_page": True})


def _form(request: Request, error: Refused | None, more: dict[str, Any]) -> HttpResponse:
    context = {
        "error": error,
        "form": request.POST,
        "regions": parties.region_choices(),
        "today": timezone.localdate(),
        **more,
    }
    return render(request, "diversion/report.html", context, status=409 if error else 200)


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def found(request: Request, actor: Actor, party_id: int | None) -> Found:
    """A line of evidence as it is typed. Raises Refused naming the field."""
    form = request.POST
    on = calendar.typed(form.get("found_on", ""))
    if on is None:
        raise Refused(_("Write the date as 2026-01-31."), field="found_on")
    return Found(
        place=form.get("place", ""), quantity=_number(form.get("quantity", "")), found_on=on, product=form.get("product", "").strip()[:40],
        code=form.get("code", ""), region=form.get("region", ""), seller=form.get("seller", ""),
        file_id=kept(request, actor, party_id, PICTURES),
    )  # fmt: skip


def kept(request: Request, actor: Actor, party_id: int | None, kinds: dict[str, str]) -> int | None:
    """The file that came with a form; None when none came. What is evidence belongs to who sent it alone (no `party_id`): the
    page of the case shows it. Raises Refused for what is too large or cannot be read."""
    sent = request.FILES.get("file")
    if sent is None:
        return None
    suffix = PurePath(sent.name or "").suffix.lower()
    if suffix not in kinds:
        text = _("Bring a picture (JPG, PNG, WebP) or a PDF.") if kinds is not PICTURES else _("Bring a picture (JPG, PNG, WebP).")  # fmt: skip
        raise Refused(text, code="type", field="file")
    if (sent.size or 0) > LARGEST:
        raise Refused(_("The file is larger than 10 MiB."), code="too_large", field="file")
    data = sent.read()
    if suffix in PICTURES:
        pictures.look(data)
    elif not data.startswith(b"%PDF-"):
        raise Refused(_("This is no PDF."), code="type", field="file")
    file = shelf.store(
        actor,
        name=sent.name or "file",
        chunks=[data],
        purpose=PURPOSE,
        content_type=kinds[suffix],
        party_id=party_id,
    )
    return file.pk
