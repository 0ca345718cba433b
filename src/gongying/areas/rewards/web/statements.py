"""The statement with its explanation, as page, PDF and spreadsheet."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.documents.paper import Paper
from gongying.core.refusal import Refused
from gongying.core.ui.listing import attachment, export, page_of
from gongying.core.ui.pages import Request, page
from gongying.core.ui.templatetags.ui import money, num

from .. import actions, queries

MOST_PRINTED = 500
HEAD = (_("Date"), _("Document"), _("Product"), _("Quantity"), _("Net, cents"), _("Kind"))


@page(needs="rewards.view")
def statements(request: Request) -> HttpResponse:
    """All statements in scope."""
    actor = request.actor
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
def statement(request: Request, statement_id: int) -> HttpResponse:
    """A statement: derivation, lines, account; as page, PDF or Excel; confirm or dispute."""
    actor = request.actor
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
