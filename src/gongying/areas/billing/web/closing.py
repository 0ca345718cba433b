"""The period close: months, the list that is gone through, the journal for the general ledger."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core import calendar
from gongying.core.closing import actions as closing
from gongying.core.closing import gate
from gongying.core.documents.sheet import xlsx
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.ui.listing import XLSX, attachment
from gongying.core.ui.pages import Request, page
from gongying.core.ui.templatetags.ui import TONES

from .. import actions, queries

OPEN = "open for posting"
TONES["wait"].add(OPEN)
STATES = (_("closed"), _("open for posting"), _("requested"))
SHOWN = 18  # months on the page
HEAD = (
    _("Voucher"), _("Date"), _("Document"), _("Ledger account"), _("Name of the account"), _("Distributor"), _("Name"),
    _("Currency"), _("Debit"), _("Credit side"),
)  # fmt: skip


@page(needs="billing.export")
def months(request: Request) -> HttpResponse:
    """The last months with their state, and the journals that were handed over."""
    codes, day = list[str](), timezone.localdate()
    locks = {row.month: row for row in reversed(gate.history()[:200])}
    for _place in range(SHOWN):
        codes.append(calendar.month_of(day).code)
        day = calendar.month_of(day).start - timedelta(days=1)
    shut = gate.closed(codes)
    rows = [(code, _state(code in shut, locks.get(code)), locks.get(code)) for code in codes]
    context = {"rows": rows, "exported": queries.exported()[:10]}
    return render(request, "billing/close.html", context)


def _state(shut: bool, lock: Any) -> str:
    """The word of the badge of a month."""
    if lock is not None and lock.state == "asked":
        return "requested"
    return "closed" if shut else OPEN


@page(needs="billing.export")
def month(request: Request, month: str) -> HttpResponse:
    """One month: the list to go through, close it, ask to open it again, agree; the journal to look at and as a file."""
    actor, error = request.actor, None
    span = calendar.period(month)
    if len(span.code) != 7:
        return redirect("billing:month", month=calendar.month_of(span.start).code)
    if request.method == "POST":
        try:
            _do(request, span.code)
            messages.success(request, say("Saved."))
            return redirect("billing:month", month=span.code)
        except Refused as no:
            error = no
    journal, fault = None, None
    try:
        journal = queries.journal(actor, span.code)
    except Refused as no:
        fault = no
    wanted = request.GET.get("export")
    if wanted in ("csv", "xlsx") and journal is not None:
        if wanted == "csv":
            text = "\ufeff" + queries.journal_csv(journal)
            return attachment(text.encode(), f"journal-{span.code}.csv", "text/csv; charset=utf-8")
        body = [queries.cells(row) for row in journal.rows]
        return attachment(xlsx(span.code, [str(name) for name in HEAD], body), f"journal-{span.code}.xlsx", XLSX)
    lock = next((row for row in gate.history().filter(month=span.code)), None)
    thorough = request.GET.get("check") == "1"
    checks = queries.check_list(actor, span.code, thorough=thorough)
    context = {
        "month": span.code,
        "state": _state(span.code in gate.closed([span.code]), lock),
        "lock": lock,
        "over": span.end <= timezone.localdate(),
        "checks": checks,
        "thorough": thorough,
        "stops": [check for check in checks if check.must and not check.well],
        "journal": journal,
        "fault": fault,
        "shown": journal.rows[:60] if journal else [],
        "sums": queries.journal_sums(journal) if journal else [],
        "own": lock is not None and same(actor, lock.asked_by),
        "error": error,
    }
    return render(request, "billing/month.html", context, status=409 if error else 200)


def _do(request: Request, code: str) -> None:
    """What a button of the month asks for."""
    actor, what, reason = request.actor, request.POST.get("what", ""), request.POST.get("reason", "")
    if what == "close":
        stops = [check for check in queries.check_list(actor, code) if check.must and not check.well]
        if stops and not reason.strip():
            raise Refused(_("Points of the list are open: finish them, or close with a reason."), field="reason")
        closing.close(actor, month=code, reason=reason)
    elif what == "ask":
        closing.ask_reopen(actor, month=code, reason=reason)
    elif what == "reopen":
        closing.reopen(actor, month=code)
    elif what == "keep":
        closing.keep_closed(actor, month=code)
    elif what == "export":
        actions.export_journal(actor, month=code)
