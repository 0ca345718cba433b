"""The distributor's ledger: choose a file, see which column is what and what is understood, take it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.files import shelf
from gongying.core.refusal import Refused
from gongying.core.ui.listing import XLSX, attachment
from gongying.core.ui.pages import Request, page
from gongying.core.words import is_chinese

from .. import actions, queries
from ..models import Statement
from ..queries import ledgers
from ..rules import ACCOUNTS, LEDGER
from .statement import amount_of


@page(needs="reconciliation.ledger")
def ledger(request: Request, soa_id: int) -> HttpResponse:
    """Send a file as the distributor's ledger; nothing is taken yet."""
    actor = request.actor
    row = queries.statement_row(actor, soa_id)
    error = None
    if request.method == "POST":
        sent = request.FILES.get("file")
        if sent is not None:
            name = sent.name or "file"
            file = shelf.store(actor, name=name, chunks=sent.chunks(), purpose="ledger", party_id=row.party_id)
            return redirect("reconciliation:check", soa_id=row.pk, soa_file_id=file.pk)
        error = Refused(_("Choose a file."), field="file")
    context = {"row": row, "error": error}
    return render(request, "reconciliation/ledger.html", context, status=409 if error else 200)


@page(needs="reconciliation.ledger")
def check(request: Request, soa_id: int, soa_file_id: int) -> HttpResponse:
    """The columns of a file, the first lines as they are understood, his closing balances; and the button that takes it."""
    actor = request.actor
    row = queries.statement_row(actor, soa_id)
    file = shelf.find(actor, soa_file_id)
    given: Mapping[str, Any] = request.POST if request.method == "POST" else request.GET
    chosen, turned = _chosen(given), {"yes": True, "no": False}.get(given.get("turned", ""))
    error = None
    if request.method == "POST":
        try:
            made = actions.take_ledger(
                actor, soa_id=row.pk, file_id=file.pk, columns=chosen, turned=turned, closings=_closings(row, given)
            )
            said = {"lines": made.lines, "matched": made.ran.matched, "open": made.ran.open}
            messages.success(
                request, say("%(lines)s lines taken, %(matched)s matched, %(open)s differences open.") % said
            )
            return redirect("reconciliation:statement", soa_id=row.pk)
        except Refused as no:
            error = no
    context: dict[str, Any] = {"row": row, "file": file, "error": error, "no": None}
    try:
        context |= _seen(actor, row, file.pk, chosen, turned)
    except Refused as no:
        context["no"] = no
    status = 409 if error or context["no"] else 200
    return render(request, "reconciliation/check.html", context, status=status)


def _chosen(given: Mapping[str, Any]) -> dict[str, str] | None:
    """Field by field the header that was chosen; None where nobody chose."""
    asked = {each.name: given.get(f"map_{each.name}") for each in LEDGER}
    found = {name: str(title)[:200] for name, title in asked.items() if title is not None}
    return found or None


def _closings(row: Statement, given: Mapping[str, Any]) -> dict[str, int]:
    """His closing balances by account, where he typed one."""
    found = {}
    for each in queries.sheet(row):
        code = f"{each.account}:{each.currency}"
        text = str(given.get(f"closing_{code}", "")).strip()
        if text:
            found[code] = amount_of(text, each.currency)
    return found


def _seen(
    actor: Actor, row: Statement, file_id: int, chosen: dict[str, str] | None, turned: bool | None
) -> dict[str, Any]:
    """What the preview shows."""
    sent = ledgers.read(actor, row, file_id, chosen, turned)
    used = sent.chosen()
    return {
        "sent": sent,
        "titles": list(dict.fromkeys(title for title in sent.header if title)),
        "fields": [
            (each, each.header if is_chinese() else each.english.capitalize(), used[each.name]) for each in LEDGER
        ],
        "lines": [(line, ACCOUNTS[line.account]) for line in sent.lines[: ledgers.SHOWN]],
        "lacking": ", ".join(each.header if is_chinese() else each.english for each in sent.lacking),
        "faults": sent.failures[: ledgers.SHOWN],
        "closings": [
            (f"{each.account}:{each.currency}", ACCOUNTS[each.account], each.currency)
            for each in queries.sheet(row)
        ],
        "ready": bool(sent.lines) and not sent.lacking and not sent.failures,
    }


@page(needs="reconciliation.ledger")
def template(request: Request) -> HttpResponse:
    """An empty ledger to fill in."""
    if request.GET.get("format") == "csv":
        return attachment(ledgers.template(as_csv=True), "ledger.csv", "text/csv; charset=utf-8")
    return attachment(ledgers.template(), "ledger.xlsx", XLSX)
