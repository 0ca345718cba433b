"""Beside the page: how an amount comes about down to its invoices, and one invoice with all its lines."""

from django.http import HttpResponse
from django.shortcuts import render

from gongying.core.actor import Actor
from gongying.core.ui.pages import Request, page

from .. import queries
from ..models import Statement
from ..rules import GATES

LARGEST = 8


def shut(actor: Actor, row: Statement) -> list[tuple[str, str]]:
    """The gates that kept a statement at nothing, in words, each with where this actor reads why; "" where he may not."""
    found = []
    for code, of, value in queries.shut(row):
        kind = GATES.get(code)
        if kind is not None:
            home = kind.home(actor, row.party_id, of, value) if kind.home is not None else ""
            found.append((f"{kind.called(of)}: {value}" if value else kind.called(of), home))
    return found


@page(needs="rewards.view")
def explain(request: Request, statement_id: int) -> HttpResponse:
    """The derivation of a statement with its largest invoices; a panel, and a page of its own without script."""
    actor = request.actor
    row = queries.statement_row(actor, statement_id)
    papers = queries.invoices(actor, row, LARGEST)
    best = max((abs(each["net"]) for each in papers), default=0) or 1
    context = {
        "view": queries.statement(actor, statement_id=statement_id),
        "shut": shut(actor, row),
        "papers": [each | {"share": abs(each["net"]) / best} for each in papers],
    }
    inside = "rewards/_explain.html" if request.headers.get("X-Panel") else "rewards/explain.html"
    return render(request, inside, context)


@page(needs="rewards.view")
def invoice(request: Request, statement_id: int, line_id: int) -> HttpResponse:
    """All lines of the document of one line, and which of them the statement counts."""
    actor = request.actor
    row = queries.statement_row(actor, statement_id)
    lines = queries.invoice(actor, row, line_id)
    context = {
        "row": row,
        "lines": lines,
        "chosen": next(line for line, _counted in lines if line.pk == line_id),
        "net": sum(line.net_minor for line, _counted in lines),
        "counted": sum(line.net_minor for line, counted in lines if counted),
    }
    inside = "rewards/_invoice.html" if request.headers.get("X-Panel") else "rewards/invoice.html"
    return render(request, inside, context)
