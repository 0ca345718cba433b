"""The page of a distributor's roles and levels."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.doors import words
from gongying.core.refusal import Refused
from gongying.core.ui import links, typed
from gongying.core.ui.pages import Request, page

from . import actions, queries

ROLE_WORDS = {
    "bill_to": (_("Invoice goes to"), _("whose name and tax number stand on the invoice")),
    "payer": (_("Paid by"), _("whose payments settle the invoices")),
    "ship_to": (_("Goods go to"), _("where deliveries are sent when the order names no other address")),
}


@page(needs="network.view")
def company(request: Request, party_id: int) -> HttpResponse:
    """Who gets the invoice, who pays, where goods go; and every level with the review that gave it."""
    today, error = timezone.localdate(), None
    party = parties.party(request.actor, party_id)
    if request.method == "POST":
        try:
            since = typed.day(request.POST.get("since", ""), "since")
            given = {name: request.POST.get(name, "") for name in ("role", "other")}
            actions.set_role(request.actor, party_id=party.pk, valid_from=since, **given)
            messages.success(request, say("Saved."))
            return redirect("network:company", party_id=party.pk)
        except Refused as no:
            error = no
    view = queries.company(request.actor, party_id=party.pk, on=today)
    context = {
        "party": party,
        "view": view,
        "today": today,
        "error": error,
        "roles": [(*ROLE_WORDS[each.role], each) for each in view.roles],
        "others": [(ROLE_WORDS[each.role][0], each) for each in view.others],
        "choices": [(code, said[0]) for code, said in ROLE_WORDS.items()],
        "shown": request.POST,
    }
    return render(request, "network/company.html", context, status=409 if error else 200)


urlpatterns = [path("<int:party_id>/", company, name="company")]
links.home("company", "network:company")
words(
    "network",
    _("Roles of distributors"),
    {
        "view": _("Read who gets invoices, pays and takes goods for a distributor"),
        "assign": _("Say who gets invoices, pays and takes goods for a distributor"),
    },
)
