"""Pages of rewards: programmes, runs, the statement with its explanation."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.core.documents.paper import Paper
from gongying.core.doors import call
from gongying.core.policies import actions as policy_actions
from gongying.core.policies import read as policies
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.core.ui import links, nav, todo
from gongying.core.ui.listing import attachment, export, page_of
from gongying.core.ui.pages import page
from gongying.core.ui.templatetags.ui import money, num

from . import actions, queries
from .models import Run
from .rules import PROGRAMME

MOST_PRINTED = 500
HEAD = (_("Date"), _("Document"), _("Product"), _("Quantity"), _("Net, cents"), _("Kind"))


@page(needs="rewards.preview")
def programmes(request: HttpRequest) -> HttpResponse:
    """All versions of all programmes with what the linter says."""
    rows = page_of(request, policies.versions(PROGRAMME.code))
    views = [(row, policies.parsed(row), policy_actions.findings(row)) for row in rows]
    return render(request, "rewards/programmes.html", {"views": views, "page": rows})


@page(needs="rewards.preview")
def runs(request: HttpRequest) -> HttpResponse:
    """Settlement runs, and the form that starts one."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    keys = sorted(set(policies.versions(PROGRAMME.code).filter(status="published").values_list("key", flat=True)))
    context: dict[str, Any] = {"page": page_of(request, queries.runs(actor)), "keys": keys}
    chosen, period = request.GET.get("programme", ""), request.GET.get("period", "")
    if chosen and period:
        rows = queries.preview(actor, programme=chosen, period=period)
        context |= {"preview": rows, "programme": chosen, "period": period, "total": sum(r.due_minor for r in rows)}
    return render(request, "rewards/runs.html", context)


@require_POST
@page(needs="rewards.settle")
def settle(request: HttpRequest) -> HttpResponse:
    """Submit a settlement for approval."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    key = request.POST.get("csrfmiddlewaretoken", "")[:32]
    inputs = {"programme": request.POST.get("programme", ""), "period": request.POST.get("period", "")}
    done = call("rewards.settle", actor, inputs, idempotency_key=f"settle/{key}")
    return redirect("rewards:run", run_id=done.run_id) if done.run_id else redirect("rewards:runs")


@page(needs="rewards.preview")
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run and its statements in scope."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    row = one(Run.objects.all(), pk=run_id)
    rows = queries.statements(actor).filter(run=row)
    return render(
        request, "rewards/run.html", {"run": row, "page": page_of(request, rows), "due": queries.total(rows)}
    )


@require_POST
@page(needs="rewards.approve")
def decide(request: HttpRequest, run_id: int) -> HttpResponse:
    """Approve or turn down."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    (actions.approve if request.POST.get("verdict") == "approve" else actions.void)(actor, run_id=run_id)
    return redirect("rewards:run", run_id=run_id)


@page(needs="rewards.view")
def statements(request: HttpRequest) -> HttpResponse:
    """All statements in scope."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    rows = queries.statements(actor)
    head = (_("Number"), _("Distributor"), _("Period"), _("Due, cents"), _("State"))
    found = export(
        request,
        "statements",
        head,
        ([r.run.number, r.party.code, r.run.period, r.due_minor, r.state] for r in rows),
    )
    listing = page_of(request, rows)
    return found or render(request, "rewards/statements.html", {"page": listing, "statements": listing})


@page(needs="rewards.view")
def statement(request: HttpRequest, statement_id: int) -> HttpResponse:
    """A statement: derivation, lines, account; as page, PDF or Excel; confirm or dispute."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    error = None
    if request.method == "POST":
        try:
            return _answer(request, actor, statement_id)
        except Refused as no:
            error = no
    view = queries.statement(actor, statement_id=statement_id)
    rows = queries.evidence(actor, queries.statement_row(actor, statement_id))
    cells = ([r.business_date, r.document, r.product.code, r.quantity, r.net_minor, r.kind] for r in rows)
    found = export(request, f"{view.number}-{view.due.code}", HEAD, cells)
    if found is None and request.GET.get("export") == "pdf":
        found = attachment(_paper(view, rows), f"{view.number}-{view.due.code}.pdf", "application/pdf")
    context = {"view": view, "page": page_of(request, rows, 20), "error": error}
    return found or render(request, "rewards/statement.html", context, status=409 if error else 200)


def _answer(request: HttpRequest, actor: Any, statement_id: int) -> HttpResponse:
    if request.POST.get("answer") == "confirm":
        actions.confirm(actor, statement_id=statement_id)
    else:
        line = request.POST.get("line_id", "")
        number = int(line) if line.isdigit() else None
        actions.dispute(actor, statement_id=statement_id, reason=request.POST.get("reason", ""), line_id=number)
    return redirect("rewards:statement", statement_id=statement_id)


def _paper(view: queries.StatementView, rows: Any) -> bytes:
    """The statement on paper; beyond 500 lines the spreadsheet has the rest, and the paper says so."""
    due = view.due
    paper = Paper(
        say("Rebate statement"), f"{due.code} {due.name} · {view.programme} {view.period} · {view.number}"
    )
    names = [(say("Base"), due.base), *((say(step.code), step.amount) for step in view.steps)]
    names += [
        (say("Entitled"), due.entitled_minor),
        (say("Settled before"), -due.settled_minor),
        (say("Due"), due.due_minor),
    ]
    paper.pairs([(name, money(amount, due.currency)) for name, amount in names])
    paper.pairs([(say("Policy hash"), view.policy_hash[:32])])
    body = [
        [
            f"{r.business_date:%Y-%m-%d}",
            r.document,
            r.product.code,
            num(r.quantity),
            money(r.net_minor, due.currency),
        ]
        for r in rows[:MOST_PRINTED]
    ]
    paper.grid(
        [say("Date"), say("Document"), say("Product"), say("Quantity"), say("Net")], body, (22, 34, 30, 16, 30)
    )
    if due.lines > MOST_PRINTED:
        paper.pairs([(say("More lines in the spreadsheet"), num(due.lines - MOST_PRINTED))])
    return paper.data()


urlpatterns = [
    path("programmes/", programmes, name="programmes"),
    path("runs/", runs, name="runs"),
    path("runs/settle/", settle, name="settle"),
    path("runs/<int:run_id>/", run, name="run"),
    path("runs/<int:run_id>/decide/", decide, name="decide"),
    path("statements/", statements, name="statements"),
    path("statements/<int:statement_id>/", statement, name="statement"),
]


def _waiting(actor: Any) -> Any:
    """Runs to approve, objections to rule on; for a distributor the statements to confirm."""
    if actor.can("rewards.approve"):
        count = Run.objects.filter(state="pending").exclude(created_by=actor.name).count()
        note = _("They were submitted by somebody else.")
        yield todo.Todo(_("settlements to approve"), count, "/rewards/runs/", "calc", "warn", note)
    if actor.can("rewards.preview"):
        count = queries.statements(actor).filter(state="disputed").count()
        yield todo.Todo(
            _("statements in dispute"),
            count,
            "/rewards/statements/?state=disputed",
            "alert",
            "bad",
            _("A distributor waits for an answer."),
        )
    if actor.can("rewards.confirm") and not actor.whole_network:
        count = queries.statements(actor).filter(state="open").count()
        yield todo.Todo(
            _("statements to confirm"),
            count,
            "/rewards/statements/?state=open",
            "bill",
            "",
            _("Read them, confirm them or object to a line."),
        )


todo.register(_waiting)
links.home("statement", "rewards:statement")
links.home("run", "rewards:run")
links.home("statements", "rewards:statements")
nav.register(
    nav.NavItem(_("Programmes"), "/rewards/programmes/", "rewards.preview", 30, "rewards", "gift"),
    nav.NavItem(_("Settlement"), "/rewards/runs/", "rewards.preview", 31, "rewards", "calc"),
    nav.NavItem(_("Statements"), "/rewards/statements/", "rewards.view", 32, "rewards", "bill"),
)
