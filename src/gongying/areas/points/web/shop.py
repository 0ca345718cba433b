"""The catalogue of a distributor: what he can afford first, had in two taps."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say

from gongying.books.parties import read as parties
from gongying.core.doors import PORTAL
from gongying.core.refusal import Missing, Refused
from gongying.core.ui.pages import Request, page

from .. import actions, queries
from .policies import REWARDS
from .shared import whole

ICONS = {"fund": "wallet", "goods": "box", "training": "book", "advert": "board", "equipment": "store"}


@page(needs="points.view")
def catalogue(request: Request, party_id: int) -> HttpResponse:
    """What points can be used for; choosing and confirming uses them."""
    actor, error, wanted = request.actor, None, request.POST.get("reward", "")
    party = parties.party(actor, party_id)
    if request.method == "POST":
        try:
            quantity = whole(request.POST.get("quantity", "1"), "quantity")
            done = actions.redeem(actor, party_id=party.pk, reward=wanted, quantity=quantity)
            messages.success(request, say("Ordered: %(number)s.") % {"number": done.number})
            return redirect("points:redemption", redemption_id=done.id)
        except Refused as no:
            error = no
    try:
        left = queries.budget(queries.programme_on(timezone.localdate()).document, timezone.localdate())
    except Missing:
        left = None
    names = dict(REWARDS)
    shelves = queries.catalogue(actor, party_id=party.pk)
    context = {
        "party": party,
        "balance": queries.balance(actor, party.pk),
        "shelves": [(shelf, names[shelf.kind], ICONS[shelf.kind]) for shelf in shelves],
        "can": sum(1 for shelf in shelves if shelf.can),
        "budget": left,
        "may": actor.can("points.redeem"),
        "portal_page": actor.role in PORTAL,
        "error": error,
        "wanted": wanted,
    }
    return render(request, "points/catalogue.html", context, status=409 if error else 200)
