"""The form: the house enters a certificate, a distributor sends one."""

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

from .. import actions, queries

PURPOSE, MOST = "certificates", 2000


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
    since = typed.day(form.get("valid_from", ""), "valid_from")
    until = typed.maybe_day(form.get("valid_to", ""), "valid_to")
    made: int = verb(
        actor, party_id=party.pk, kind=form.get("kind", ""), serial=form.get("serial", ""), issuer=form.get("issuer", ""),
        valid_from=since, valid_to=until, holder=form.get("holder", ""), file_id=typed.copy_sent(request, actor, purpose=PURPOSE, party_id=party.pk),
    )  # fmt: skip
    return made
