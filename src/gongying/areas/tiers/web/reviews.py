"""Reviews: started, read, explained, decided."""

from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_POST

from gongying.core.doors import PORTAL, call
from gongying.core.refusal import Missing, Refused
from gongying.core.ui.pages import Request, page

from .. import actions, queries
from .standings import steps_of
from .tables import REASON_NAMES, REASONS, WHY, reviews_table, standings_table


@page(needs="tiers.preview")
def reviews(request: Request) -> HttpResponse:
    """All reviews, and the form that starts one."""
    on = timezone.localdate()
    titles, named = queries.titles()
    context = {"keys": [(key, named.get(key, key)) for key in queries.in_force(on)], "year": on.year}
    return reviews_table(titles).respond(request, queries.reviews(request.actor), "tiers/reviews.html", context)


@require_POST
@page(needs="tiers.review")
def start(request: Request) -> HttpResponse:
    """Submit a review for approval."""
    inputs = {name: request.POST.get(name, "") for name in ("programme", "period")}
    key = request.POST.get("csrfmiddlewaretoken", "")[:32]
    try:
        done = call("tiers.review", request.actor, inputs, idempotency_key=f"review/{key}/{inputs['period']}")
    except Missing:
        messages.error(request, say("No tier programme is in force for this period."))
        return redirect("tiers:reviews")
    if done.review_id is None:
        messages.success(request, say("Nothing changed since the last review of this period."))
        return redirect("tiers:reviews")
    return redirect("tiers:review", review_id=done.review_id)


@page(needs="tiers.preview")
def review(request: Request, review_id: int) -> HttpResponse:
    """One review: what it decides for whom, and the figures behind it."""
    row = queries.review_row(review_id)
    title, document = queries.rules_of(row)
    rows = list(queries.standings_of(request.actor, row))
    counts = Counter(each.reason for each in rows)
    context = {
        "review": row,
        "rules": title,
        "counts": [(code, name, counts[code]) for code, name in REASONS],
        "own": row.created_by == request.actor.name,
    }
    table = standings_table("review", document, queries.names_of(document), rows)
    return table.respond(request, rows, "tiers/review.html", context)


@page(needs="tiers.view")
def explain(request: Request, review_id: int, party_id: int) -> HttpResponse:
    """Why a review decides as it does for one distributor: the figures it saw against every level."""
    row = queries.decision(request.actor, review_id, party_id)
    view = queries.explained(row)
    names = queries.names_of(view.document)
    context = {
        "row": row,
        "review": row.review,
        "party": row.party,
        "view": view,
        "steps": steps_of(view, row.level),
        "level": names.get(row.level, row.level),
        "previous": names.get(row.previous, row.previous),
        "decision": REASON_NAMES[row.reason],
        "why": WHY[row.reason],
        "grace": view.document.grace_months,
        "portal": request.actor.role in PORTAL,
    }
    return render(request, "tiers/explain.html", context)


@require_POST
@page(needs="tiers.approve")
def decide(request: Request, review_id: int) -> HttpResponse:
    """Approve or reject a review."""
    try:
        if request.POST.get("verdict") == "approve":
            count = actions.approve(request.actor, review_id=review_id)
            messages.success(request, say("The levels of %(count)s distributors hold.") % {"count": count})
        else:
            actions.reject(request.actor, review_id=review_id)
    except Refused as no:
        messages.error(request, str(no))
    return redirect("tiers:review", review_id=review_id)
