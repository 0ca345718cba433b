"""The forms that report a find, and the picture that comes with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import typed
from gongying.core.ui.pages import Request, page

from .. import actions
from ..actions import Found

PURPOSE, MOST = "diversion", 2000


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
    on = typed.day(form.get("found_on", ""), "found_on")
    return Found(
        place=form.get("place", ""), quantity=_number(form.get("quantity", "")), found_on=on, product=form.get("product", "").strip()[:40],
        code=form.get("code", ""), region=form.get("region", ""), seller=form.get("seller", ""),
        file_id=typed.copy_sent(request, actor, purpose=PURPOSE, party_id=party_id, papers=False),
    )  # fmt: skip
