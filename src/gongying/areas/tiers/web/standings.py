"""Who stands where; one distributor's levels, with the way to the next one and what it is entitled to."""

from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.refusal import Missing
from gongying.core.ui.pages import Request, page
from gongying.core.words import pick

from .. import queries
from .tables import REASON_NAMES, standings_table

MOST_ENTITLEMENTS = 60


@page(needs="tiers.view")
def standings(request: Request) -> HttpResponse:
    """Who stands where; a distributor's people see their own levels."""
    actor, on = request.actor, timezone.localdate()
    if _own(actor) is not None:
        return redirect("tiers:mine")
    if not (known := queries.in_force(on)):
        return render(request, "tiers/none.html")
    rules = _chosen(request, known)
    document = rules.document
    rows = list(queries.current(actor, on, programme=rules.key).values())
    counts, names = Counter(row.level for row in rows), queries.names_of(document)
    levels = [(step, pick(step.name, step.name_en), counts[step.code]) for step in reversed(document.levels)]
    context = {
        "levels": levels,
        "without": counts[""],
        "programme": rules.key,
        "year": on.year,
        "waiting": queries.reviews(actor).filter(state="pending") if actor.can("tiers.review") else (),
    }
    table = standings_table("standings", document, names, rows, queries.ahead(actor, document, on))
    return table.respond(request, rows, "tiers/standings.html", context)


def _chosen(request: Request, known: dict[str, queries.InForce]) -> queries.InForce:
    """The programme that is looked at: the first in force unless another is named."""
    key = request.GET.get("programme", "") or next(iter(known))
    if key not in known:
        raise Missing(key)
    return known[key]


def _own(actor: Actor) -> int | None:
    """The one company a distributor's people belong to."""
    if actor.role in PORTAL and actor.parties is not None and len(actor.parties) == 1:
        return next(iter(actor.parties))
    return None


@page(needs="tiers.view")
def mine(request: Request) -> HttpResponse:
    """The levels of one's own company; head office is shown everybody's."""
    own = _own(request.actor)
    return redirect("tiers:standings") if own is None else _ladder(request, own)


@page(needs="tiers.view")
def distributor(request: Request, party_id: int) -> HttpResponse:
    """One distributor: the level held, every level with what is asked and where he stands, and how it came."""
    return _ladder(request, party_id)


def steps_of(view: queries.Outlook, held: str) -> list[dict[str, Any]]:
    """Every level as a card shows it."""
    return [
        {
            "name": pick(step.name, step.name_en),
            "nodes": view.nodes(place),
            "benefits": [pick(each.name, each.name_en) for each in step.benefits],
            "value": queries.value_of(step.benefits, view.document.currency),
            "held": step.code == held,
            "reached": step.code == view.placement.level,
            "next": view.following is not None and step is view.following[0],
        }
        for place, (step, _gaps) in enumerate(view.levels)
    ]


def _ladder(request: Request, party_id: int) -> HttpResponse:
    actor, on = request.actor, timezone.localdate()
    party = parties.party(actor, party_id)
    if not (known := queries.in_force(on)):
        return render(request, "tiers/none.html")
    rules = _chosen(request, known)
    standing = queries.current(actor, on, programme=rules.key, party_id=party.pk).get(party.pk)
    view = queries.running(actor, party.code, rules.document, on, standing=standing)
    held = view.standing.level if view.standing else ""
    names = queries.names_of(rules.document)
    past = [
        (row, names.get(row.level, row.level), REASON_NAMES[row.reason])
        for row in queries.history(actor, party.pk)[:24]
    ]
    way = queries.growth_of(actor, view, party.code, on)
    mine = list(queries.entitlements(actor, party.pk)[:MOST_ENTITLEMENTS])
    lines = queries.lines_of(mine, names)
    context = {
        "way": way,
        "over": None if way.limit_weeks is None or way.cover_weeks is None else way.cover_weeks > way.limit_weeks,
        "has": [line for line in lines if line.ended_on is None],
        "lost": [line for line in lines if line.ended_on is not None],
        "kinds": queries.KINDS,
        "coming": queries.coming(rules.document, on),
        "party": party,
        "view": view,
        "steps": steps_of(view, held),
        "held": names.get(held, held),
        "past": past,
        "portal": actor.role in PORTAL,
    }
    return render(request, "tiers/distributor.html", context | {"grace": view.document.grace_months})
