"""Settlement runs: preview, submit, approve."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongying.core.doors import call
from gongying.core.policies import read as policies
from gongying.core.scope import one
from gongying.core.ui.listing import page_of
from gongying.core.ui.pages import Request, page

from .. import actions, queries
from ..models import Run
from ..rules import PROGRAMME


@page(needs="rewards.preview")
def runs(request: Request) -> HttpResponse:
    """Settlement runs, and the form that starts one."""
    actor = request.actor
    keys = sorted(set(policies.versions(PROGRAMME.code).filter(status="published").values_list("key", flat=True)))
    context: dict[str, Any] = {"page": page_of(request, queries.runs(actor)), "keys": keys}
    chosen, period = request.GET.get("programme", ""), request.GET.get("period", "")
    if chosen and period:
        rows = queries.preview(actor, programme=chosen, period=period)
        context |= {"preview": rows, "programme": chosen, "period": period, "total": sum(r.due_minor for r in rows)}
    return render(request, "rewards/runs.html", context)


@require_POST
@page(needs="rewards.settle")
def settle(request: Request) -> HttpResponse:
    """Submit a settlement for approval."""
    actor = request.actor
    key = request.POST.get("csrfmiddlewaretoken", "")[:32]
    inputs = {"programme": request.POST.get("programme", ""), "period": request.POST.get("period", "")}
    done = call("rewards.settle", actor, inputs, idempotency_key=f"settle/{key}")
    return redirect("rewards:run", run_id=done.run_id) if done.run_id else redirect("rewards:runs")


@page(needs="rewards.preview")
def run(request: Request, run_id: int) -> HttpResponse:
    """One run and its statements in scope."""
    actor = request.actor
    row = one(Run.objects.all(), pk=run_id)
    rows = queries.statements(actor).filter(run=row)
    return render(
        request, "rewards/run.html", {"run": row, "page": page_of(request, rows), "due": queries.total(rows)}
    )


@require_POST
@page(needs="rewards.approve")
def decide(request: Request, run_id: int) -> HttpResponse:
    """Approve or turn down."""
    actor = request.actor
    (actions.approve if request.POST.get("verdict") == "approve" else actions.void)(actor, run_id=run_id)
    return redirect("rewards:run", run_id=run_id)
