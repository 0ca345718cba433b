"""Pages of tiers: who stands where, one distributor's levels, reviews."""

from collections import Counter
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.books.metrics.read import METRICS
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, call, words
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import links, nav, todo
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick
from gongying.engines.levels import Placement
from gongying.engines.money import exponent

from . import actions, queries
from .models import Review, Standing
from .rules import TierProgramme

REASONS = (
    ("first", _("first level")),
    ("up", _("moved up")),
    ("kept", _("kept")),
    ("open", _("at risk")),
    ("grace", _("kept for now")),
    ("down", _("moved down")),
    ("none", _("no level")),
)
REASON_NAMES = dict(REASONS)
WHY = {
    "first": _("Every requirement of the level is met; there was no level before."),
    "up": _("Every requirement of a higher level is met: it holds at once."),
    "kept": _("Every requirement of the level held is met."),
    "open": _("The figures do not reach the level held yet, but the period still runs: the level stays."),
    "grace": _("The figures of the period fall short of the level held: it is kept for the months of grace."),
    "down": _("The figures fall short of the level held, and the months of grace are over."),
    "none": _("The requirements of the lowest level are not met."),
}
KINDS_OF = {"money": "money", "ratio": "percent", "days": "days"}


def _figure(code: str, currency: str) -> Column:
    """A figure a level rests on."""
    metric = METRICS[code]

    def value(row: Standing) -> Any:
        found = queries.figures(row).get(code)
        if found is None or metric.unit != "money":
            return found
        return found.scaleb(exponent(currency)), currency

    def sort(row: Standing) -> Any:
        return queries.figures(row).get(code)

    return Column(code, metric.label, value, KINDS_OF.get(metric.unit, "num"), sort, phone=False)


def _area(row: Standing) -> tuple[str, str]:
    """Code and name of the sales region of a distributor."""
    found = parties.area(row.party)
    return (found.code, pick(found.name, found.name_en)) if found else ("", "")


def _explained(row: Standing) -> str:
    return reverse("tiers:explain", args=(row.review_id, row.party_id))


def _distance(ahead: dict[str, Placement]) -> Column:
    """How far the next level is reached by the running period; nothing at the top."""

    def reached(row: Standing) -> Any:
        found = ahead.get(row.party.code)
        return found.progress if found else Decimal(0)

    return Column("distance", _("Next level so far"), reached, "bar", reached)


def _table(
    name: str,
    document: TierProgramme,
    names: dict[str, str],
    rows: list[Standing],
    ahead: dict[str, Placement] | None = None,
) -> Table:
    areas = sorted({_area(row) for row in rows} - {("", "")})
    order = {step.code: place for place, step in enumerate(document.levels)}

    def called(code: str) -> str:
        return names.get(code, code) or say("no level")

    levels = [(step.code, called(step.code)) for step in reversed(document.levels)] + [("none", _("no level"))]
    return Table(
        name,
        [
            Column("code", _("Code"), lambda s: s.party.code, sort=lambda s: s.party.code, phone=False),
            Column("name", _("Distributor"), lambda s: pick(s.party.name, s.party.name_en), sort=lambda s: s.party.code, href=_explained if ahead is None else lambda s: links.to("standing", s.party_id)),
            Column("region", _("Region"), lambda s: _area(s)[1], sort=lambda s: _area(s)[1], phone=False),
            Column("level", _("Level"), lambda s: called(s.level), sort=lambda s: order.get(s.level, -1)),
            Column("reason", _("Decision"), lambda s: REASON_NAMES[s.reason], sort=lambda s: s.reason, phone=ahead is None),
            Column("previous", _("Level before"), lambda s: called(s.previous), phone=False),
            *[_figure(code, document.currency) for code in document.metrics()],
            *([] if ahead is None else [_distance(ahead)]),
            Column("as_of", _("As of"), lambda s: s.review.as_of, "date", lambda s: s.review.as_of, phone=False),
        ],
        sort="-level",
        search=lambda rows, q: [s for s in rows if q.lower() in f"{s.party.code} {s.party.name} {s.party.name_en} {s.party.initials}".lower()],
        filters=[
            Filter("level", _("Level"), levels, lambda rows, value: [s for s in rows if (s.level or "none") == value]),
            Filter("region", _("Region"), areas, lambda rows, value: [s for s in rows if _area(s)[0] == value]),
            Filter("reason", _("Decision"), REASONS, lambda rows, value: [s for s in rows if s.reason == value]),
        ],
        views=[(_("Moved up"), "reason=up"), (_("Moved down"), "reason=down"), (_("At risk"), "reason=open"), (_("Kept for now"), "reason=grace")],
        key=lambda s: s.party_id,
        empty=_("No level was granted yet. Start a review below."),
    )  # fmt: skip


def _reviews(titles: dict[int, str]) -> Table:
    return Table(
        "tier_reviews",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("review", r.pk)),
            Column("programme", _("Tier programme"), lambda r: titles.get(r.version_id, r.programme), sort="programme", phone=False),
            Column("period", _("Period"), lambda r: r.period, sort="period"),
            Column("as_of", _("As of"), lambda r: r.as_of, "date", "as_of"),
            Column("count", _("Distributors"), lambda r: r.count, "num", "count", phone=False),
            Column("by", _("Submitted by"), lambda r: r.created_by, sort="created_by", phone=False),
            Column("state", _("State"), lambda r: r.state, "state", "state"),
        ],
        sort="-number",
        empty=_("No review yet."),
    )  # fmt: skip


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
    table = _table("standings", document, names, rows, queries.ahead(actor, document, on))
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


def _steps(view: queries.Outlook, held: str) -> list[dict[str, Any]]:
    """Every level as a card shows it."""
    return [
        {
            "name": pick(step.name, step.name_en),
            "gaps": gaps,
            "benefits": [pick(each.name, each.name_en) for each in step.benefits],
            "held": step.code == held,
            "reached": step.code == view.placement.level,
            "next": view.following is not None and step is view.following[0],
        }
        for step, gaps in view.levels
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
    context = {
        "party": party,
        "view": view,
        "steps": _steps(view, held),
        "held": names.get(held, held),
        "past": past,
        "portal": actor.role in PORTAL,
    }
    return render(request, "tiers/distributor.html", context | {"grace": view.document.grace_months})


@page(needs="tiers.preview")
def reviews(request: Request) -> HttpResponse:
    """All reviews, and the form that starts one."""
    on = timezone.localdate()
    titles, named = queries.titles()
    context = {"keys": [(key, named.get(key, key)) for key in queries.in_force(on)], "year": on.year}
    return _reviews(titles).respond(request, queries.reviews(request.actor), "tiers/reviews.html", context)


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
    table = _table("review", document, queries.names_of(document), rows)
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
        "steps": _steps(view, row.level),
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


def _waiting(actor: Actor) -> Any:
    """Reviews that somebody else submitted."""
    if actor.can("tiers.approve"):
        count = Review.objects.filter(state="pending").exclude(created_by=actor.name).count()
        note = _("They were submitted by somebody else.")
        yield todo.Todo(_("tier reviews to approve"), count, "/tiers/reviews/", "medal", "warn", note)


urlpatterns = [
    path("", standings, name="standings"),
    path("mine/", mine, name="mine"),
    path("distributors/<int:party_id>/", distributor, name="distributor"),
    path("reviews/", reviews, name="reviews"),
    path("reviews/start/", start, name="start"),
    path("reviews/<int:review_id>/", review, name="review"),
    path("reviews/<int:review_id>/distributors/<int:party_id>/", explain, name="explain"),
    path("reviews/<int:review_id>/decide/", decide, name="decide"),
]
todo.register(_waiting)
links.home("standing", "tiers:distributor")
links.home("review", "tiers:review")
nav.register(nav.NavItem(_("Levels"), "/tiers/", "tiers.view", 33, "rewards", "medal"))
words(
    "tiers",
    _("Levels"),
    {
        "view": _("Read levels"),
        "preview": _("Read reviews, and try what one would decide"),
        "review": _("Submit reviews"),
        "approve": _("Approve reviews of others, or turn them down"),
    },
)
