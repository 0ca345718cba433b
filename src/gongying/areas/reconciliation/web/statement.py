"""One statement of account: figures, bridge, both ledgers side by side, differences, timeline; as page, PDF and Excel."""

from decimal import InvalidOperation
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.core.ui import flow, typed
from gongying.core.ui.listing import XLSX, attachment
from gongying.core.ui.pages import Request, page
from gongying.engines.capitals import capitals
from gongying.engines.money import minor_of

from .. import actions, queries
from ..models import LedgerLine, Section, Statement
from ..queries import pools
from ..rules import ACCOUNTS, ANSWERABLE, KIND_WORDS, LINE_WORDS, REASON_WORDS, SIGNS, STATES
from . import papers
from .events import event
from .files import evidence
from .statements import state_of

EVENTS = 8  # of the timeline that stand open
SHOWN = 200  # rows of the two ledgers on the page; the spreadsheet has all
PATH = ("prepared", "sent", "received", "answered", "confirmed")


@page(needs="reconciliation.view")
def statement(request: Request, soa_id: int) -> HttpResponse:
    """A statement; the distributor confirms or answers it here, head office sends, matches or opens it again."""
    actor = request.actor
    row = queries.statement_row(actor, soa_id)
    error = None
    if request.method == "POST":
        try:
            _done(request, actor, row)
            return redirect("reconciliation:statement", soa_id=row.pk)
        except Refused as no:
            error = no
    wanted = request.GET.get("export")
    if wanted in ("pdf", "xlsx"):
        told = papers.contents(actor, row)
        name = f"{row.number}-{row.party.code}"
        if wanted == "pdf":
            return attachment(papers.pdf(told), f"{name}.pdf", "application/pdf")
        return attachment(papers.workbook(told), f"{name}.xlsx", XLSX)
    context = _context(request, actor, row) | {"error": error}
    return render(request, "reconciliation/statement.html", context, status=409 if error else 200)


def _done(request: Request, actor: Actor, row: Statement) -> None:
    """What a button of the page asks for."""
    what, reason = request.POST.get("what", ""), request.POST.get("reason", "")
    if what == "confirm":
        actions.confirm(actor, soa_id=row.pk)
    elif what == "acknowledge":
        actions.acknowledge(actor, soa_id=row.pk)
    elif what == "send":
        actions.send(actor, soa_ids=[row.pk])
    elif what == "match":
        actions.match(actor, soa_id=row.pk)
    elif what == "reopen":
        actions.reopen(actor, soa_id=row.pk, reason=reason)
    else:
        given = _typed(request)
        actions.add_line(
            actor, soa_id=row.pk, reason=reason, file_id=evidence(request, actor, row.party_id), **given
        )


def _typed(request: Request) -> dict[str, Any]:
    """A document of the distributor as it was typed. Raises Refused naming the field."""
    account, _colon, currency = request.POST.get("of", "").partition(":")
    on = typed.day(request.POST.get("day", ""), "day")
    sign = -1 if request.POST.get("way") == "less" else 1
    amount = amount_of(request.POST.get("amount", ""), currency) * sign
    return {
        "account": account,
        "currency": currency,
        "day": on,
        "number": request.POST.get("number", ""),
        "amount_minor": amount,
    }


def amount_of(text: str, currency: str) -> int:
    """An amount as it was typed, in minor units. Raises Refused."""
    try:
        return minor_of(text.replace(",", "").replace("，", "").strip() or "x", currency)
    except (InvalidOperation, OverflowError, ValueError) as bad:
        raise Refused(_("Write the amount as a number, such as 12500.50."), field="amount") from bad


def _context(request: Request, actor: Actor, row: Statement) -> dict[str, Any]:
    sections, today = queries.sheet(row), timezone.localdate()
    here = _chosen(sections, request.GET.get("of", ""))
    portal = actor.role in PORTAL
    found = queries.both(actor, row, here.account, here.currency) if here else []
    only = request.GET.get("only") == "open"
    pairs = [each for each in found if not only or each.state in ("open", "agreed")]
    waiting = row.state in ANSWERABLE
    events = [event(each, portal=portal) for each in queries.timeline(actor, row)]
    before = queries.statements(actor).filter(party_id=row.party_id, end__lte=row.start).first()
    return {
        "row": row,
        "state": state_of(row, today),
        "portal": portal,
        "accounts": [(each, each == here) for each in sections],
        "here": here,
        "account": ACCOUNTS[here.account] if here else "",
        "net": queries.net(sections),
        "capitals": in_capitals(here),
        "bridge": _bridge(here),
        "pairs": pairs[:SHOWN],
        "more": max(0, len(pairs) - SHOWN),
        "counts": _counts(found),
        "only": only,
        "differences": list(queries.differences_of(actor, row)),
        "ledger": pools.ledger_of(row),
        "before": before,
        "path": flow.path_of(
            [(code, STATES[code]) for code in PATH if not (portal and code == "prepared")], row.state
        ),
        "events": events[:EVENTS],
        "earlier": events[EVENTS:],
        "today": today,
        "unsettled": queries.unsettled(row).count(),
        "may": {
            "send": row.state == "prepared" and actor.can("reconciliation.draw"),
            "match": actor.can("reconciliation.match"),
            "acknowledge": row.state == "sent" and portal and actor.can("reconciliation.answer"),
            "confirm": waiting and portal and actor.can("reconciliation.confirm"),
            "answer": waiting and portal and actor.can("reconciliation.answer"),
            "ledger": waiting and actor.can("reconciliation.ledger"),
            "reopen": row.state == "confirmed" and actor.can("reconciliation.reopen"),
        },
        "KINDS": KIND_WORDS,
    }


def _chosen(sections: list[Section], wanted: str) -> Section | None:
    return next(
        (each for each in sections if f"{each.account}:{each.currency}" == wanted), next(iter(sections), None)
    )


def in_capitals(here: Section | None) -> str:
    """The closing of a section in Chinese capitals, for renminbi."""
    return f"人民币{capitals(here.closing_minor)}" if here and here.currency == "CNY" else ""


def _bridge(here: Section | None) -> list[dict[str, Any]]:
    """The steps from our closing to his, with the share of the largest."""
    if here is None or here.their_closing_minor is None:
        return []
    largest = max((abs(step[3]) for step in here.bridge), default=0) or 1
    return [
        {
            "label": KIND_WORDS.get(kind, _("Matched, with a rest")),
            "reason": REASON_WORDS.get(reason, reason),
            "count": count,
            "amount": amount,
            "share": abs(amount) / largest,
        }
        for kind, reason, count, amount in here.bridge
    ]


def _counts(pairs: list[queries.Pair]) -> dict[str, int]:
    return {
        "all": len(pairs),
        "matched": sum(each.state in ("matched", "settled") for each in pairs),
        "open": sum(each.state in ("open", "agreed") for each in pairs),
    }


@page(needs="reconciliation.view")
def line(request: Request, soa_line_id: int) -> HttpResponse:
    """A line of either ledger: what it is, where it comes from, what it was matched with; its distributor answers it here."""
    actor = request.actor
    entry = one(queries.entries(actor).select_related("statement", "match", "difference", "ledger"), pk=soa_line_id)
    error = None
    if request.method == "POST":
        try:
            made = _answer(request, actor, entry)
            return redirect("reconciliation:difference", difference_id=made)
        except Refused as no:
            error = no
    of = entry.statement or (entry.ledger.statement if entry.ledger else None)
    waiting = of is not None and of.state in ANSWERABLE
    free = entry.match is None and (entry.difference is None or entry.difference.state == "closed")
    context = {
        "e": entry,
        "of": of,
        "kind": LINE_WORDS.get(entry.kind, entry.kind),
        "account": ACCOUNTS[entry.account],
        "partners": queries.entries(actor).filter(match=entry.match).exclude(pk=entry.pk) if entry.match else [],
        "reason": REASON_WORDS.get(entry.match.reason, "") if entry.match else "",
        "may_answer": entry.side == "ours"
        and waiting
        and free
        and actor.role in PORTAL
        and actor.can("reconciliation.answer"),
        "error": error,
        "more": SIGNS[entry.account] < 0,
    }
    inside = "reconciliation/_line.html" if request.headers.get("X-Panel") else "reconciliation/line.html"
    return render(request, inside, context, status=409 if error else 200)


def _answer(request: Request, actor: Actor, entry: LedgerLine) -> int:
    if entry.side != "ours":
        raise Http404
    other = request.POST.get("which") == "other"
    size = abs(amount_of(request.POST.get("amount", ""), entry.currency)) if other else None
    their = None if size is None else (-size if entry.amount_minor < 0 else size)
    return actions.object_line(
        actor,
        soa_line_id=entry.pk,
        reason=request.POST.get("reason", ""),
        their_minor=their,
        file_id=evidence(request, actor, entry.party_id),
    )
