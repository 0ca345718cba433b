"""Pages of targets: plans, one plan, one distributor in it."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import words
from gongying.core.refusal import Refused
from gongying.core.ui import charts, links, nav, todo
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import is_chinese
from gongying.engines.money import exponent, minor_of

from . import actions, queries
from .models import Plan

STATES = ("draft", "submitted", "approved", "rejected")
PLANS = Table(
    "plans",
    [
        Column("number", _("Number"), lambda p: p.number, sort="number", href=lambda p: links.to("plan", p.pk)),
        Column("title", _("Title"), lambda p: p.title, sort="title", phone=False),
        Column("year", _("Year"), lambda p: p.year, sort="year"),
        Column("total", _("Asked in all"), lambda p: (p.total or 0, p.currency), "money", "total"),
        Column("distributors", _("Distributors"), lambda p: p.distributors, "num", "distributors", phone=False),
        Column("growth", _("Growth"), lambda p: p.growth, "growth", "growth", phone=False),
        Column("state", _("State"), lambda p: p.state, "state", "state"),
    ],
    sort="-number",
    filters=[Filter("state", _("State"), [(s, _(s)) for s in STATES], lambda rows, v: rows.filter(state=v))],
    empty=_("No plan yet. Draw one from your history above: it proposes an amount for everybody."),
)


def _asked(plan: Plan) -> Table:
    return Table(
        "plan",
        [
            Column("code", _("Code"), lambda a: a.code, sort=lambda a: a.code, phone=False),
            Column("name", _("Distributor"), lambda a: a.name, sort=lambda a: a.code, href=lambda a: f"/targets/{plan.pk}/distributors/{a.party_id}/"),
            Column("region", _("Region"), lambda a: a.region, sort=lambda a: a.region, phone=False),
            Column("previous", _("Bought before"), lambda a: (a.previous_minor, plan.currency), "money", lambda a: a.previous_minor, phone=False),
            Column("amount", _("Asked"), lambda a: (a.amount_minor, plan.currency), "money", lambda a: a.amount_minor),
            Column("growth", _("Growth"), lambda a: a.growth, "growth", lambda a: a.growth),
            Column("adjusted", _("Adjusted by hand"), lambda a: a.adjusted or None, "num", lambda a: a.adjusted, phone=False),
        ],
        sort="-amount",
        search=lambda rows, q: [a for a in rows if q.lower() in f"{a.code} {a.name}".lower()],
        filters=[Filter("hand", _("Adjusted by hand"), [("yes", _("adjusted"))], lambda rows, v: [a for a in rows if a.adjusted])],
        views=[(_("Adjusted by hand"), "hand=yes")],
        key=lambda a: a.party_id,
        empty=_("No distributor of yours is in this plan."),
    )  # fmt: skip


def _months(amounts: list[int], currency: str) -> Any:
    unit = 10 ** exponent(currency)
    bars = [charts.Bar(f"{month:02d}", amount / unit) for month, amount in enumerate(amounts, 1)]
    return charts.columns(bars, title=str(_("Asked by month")), chinese=is_chinese())


@page(needs="targets.view")
def plans(request: Request) -> HttpResponse:
    """All plans, and the form that draws one."""
    context = {"year": timezone.localdate().year + 1}
    return PLANS.respond(request, queries.plans(request.actor), "targets/plans.html", context)


@require_POST
@page(needs="targets.draft")
def draw(request: Request) -> HttpResponse:
    """Draw a plan from history."""
    try:
        growth = Decimal(request.POST.get("growth", "").replace("%", "").strip() or "x") / 100
    except InvalidOperation:
        messages.error(request, say("Write the growth as a number of percent, such as 12."))
        return redirect("targets:plans")
    try:
        given = {name: request.POST.get(name, "").strip() for name in ("year", "currency", "title")}
        plan_id = actions.draft(request.actor, growth=growth, **given)
    except Refused as no:
        messages.error(request, str(no))
        return redirect("targets:plans")
    return redirect("targets:plan", plan_id=plan_id)


@page(needs="targets.view")
def plan(request: Request, plan_id: int) -> HttpResponse:
    """One plan: what it asks by month and of whom; submit, approve or reject it."""
    row, also = queries.plan_row(plan_id), request.GET.get("also", "")
    if also.isdecimal():
        return redirect("targets:distributor", plan_id=row.pk, party_id=int(also))
    rows, may_adjust = queries.asked(request.actor, row), _may_adjust(request.actor, row)
    total, before = sum(a.amount_minor for a in rows), sum(a.previous_minor for a in rows)
    context = {
        "plan": row,
        "total": total,
        "before": before,
        "grown": Decimal(total) / before - 1 if before else None,
        "chart": _months(queries.by_month(request.actor, row), row.currency),
        "own": row.submitted_by == request.actor.name,
        "distributors": len(rows),
        "others": queries.others(request.actor, row) if may_adjust else [],
    }
    return _asked(row).respond(request, rows, "targets/plan.html", context)


def _may_adjust(actor: Actor, row: Plan) -> bool:
    return row.state == "draft" and actor.can("targets.draft")


@require_POST
@page(needs="targets.view")
def decide(request: Request, plan_id: int) -> HttpResponse:
    """Submit, approve or reject; the verb asks for the permission it needs."""
    verbs: dict[str, Any] = {"submit": actions.submit, "approve": actions.approve, "reject": actions.reject}
    verb = verbs.get(request.POST.get("verdict", ""), actions.reject)
    try:
        verb(request.actor, plan_id=plan_id)
        messages.success(request, say("Saved."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("targets:plan", plan_id=plan_id)


@page(needs="targets.view")
def distributor(request: Request, plan_id: int, party_id: int) -> HttpResponse:
    """One distributor in a plan: each product group by month, where it comes from, and the form that adjusts it."""
    row, party = queries.plan_row(plan_id), parties.party(request.actor, party_id)
    error = None
    if request.method == "POST":
        try:
            amount = minor_of(request.POST.get("amount", "").replace(",", ""), row.currency)
            given = {name: request.POST.get(name, "") for name in ("category", "reason")}
            actions.adjust(request.actor, plan_id=row.pk, party_id=party.pk, amount_minor=amount, **given)
            messages.success(request, say("Saved."))
            return redirect("targets:distributor", plan_id=row.pk, party_id=party.pk)
        except Refused as no:
            error = no
        except (InvalidOperation, OverflowError, ValueError):
            error = Refused(_("Write the amount as a number, such as 125000."), field="amount")
    held = queries.groups(request.actor, row, party.pk)
    months = [sum(group.months[place] for group in held) for place in range(12)]
    context = {
        "plan": row,
        "party": party,
        "groups": held,
        "months": months,
        "numbers": range(1, 13),
        "total": sum(months),
        "chart": _months(months, row.currency),
        "error": error,
        "kinds": goods.category_choices(),
        "may_adjust": _may_adjust(request.actor, row),
    }
    return render(request, "targets/distributor.html", context, status=409 if error else 200)


def _waiting(actor: Actor) -> Any:
    """Plans that somebody else submitted."""
    if actor.can("targets.approve"):
        count = Plan.objects.filter(state="submitted").exclude(submitted_by=actor.name).count()
        note = _("They were submitted by somebody else.")
        yield todo.Todo(_("target plans to approve"), count, "/targets/?state=submitted", "target", "warn", note)


urlpatterns = [
    path("", plans, name="plans"),
    path("draw/", draw, name="draw"),
    path("<int:plan_id>/", plan, name="plan"),
    path("<int:plan_id>/decide/", decide, name="decide"),
    path("<int:plan_id>/distributors/<int:party_id>/", distributor, name="distributor"),
]
todo.register(_waiting)
links.home("plan", "targets:plan")
nav.register(nav.NavItem(_("Target plans"), "/targets/", "targets.view", 26, "sales", "edit"))
words(
    "targets",
    _("Target plans"),
    {
        "view": _("Read target plans"),
        "draft": _("Draw, adjust and submit target plans"),
        "approve": _("Approve target plans of others, or turn them down"),
    },
)
