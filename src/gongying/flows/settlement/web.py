"""The entries of settlements and accruals of a month, to look at and as a file."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.areas.billing import queries as billing
from gongying.areas.rewards.queries import accruals
from gongying.core import calendar
from gongying.core.documents.sheet import xlsx
from gongying.core.refusal import Refused
from gongying.core.ui import links, nav
from gongying.core.ui.listing import XLSX, attachment
from gongying.core.ui.pages import Request, page

from . import actions, queries

SHOWN = 60
HEAD = (
    _("Voucher"), _("Date"), _("Document"), _("Ledger account"), _("Name of the account"), _("Distributor"), _("Name"),
    _("Currency"), _("Debit"), _("Credit side"),
)  # fmt: skip


@page(needs="settlement.export_journal")
def newest(request: Request) -> HttpResponse:
    """The month that is to be handed over next: the last one that is over."""
    return redirect("settlement:journal", month=month_before(timezone.localdate()))


def month_before(day: date) -> str:
    """The month before that of a day."""
    return calendar.month_of(calendar.month_of(day).start - timedelta(days=1)).code


@page(needs="settlement.export_journal")
def journal(request: Request, month: str) -> HttpResponse:
    """The vouchers of rebates of a month, by account, as CSV or Excel in the form of the whole journal; hand them over."""
    actor, code = request.actor, calendar.month_of(calendar.period(month).start).code
    if code != month:
        return redirect("settlement:journal", month=code)
    if request.method == "POST":
        done = actions.export_journal(actor, month=code)
        messages.success(request, say("%(count)s rows were handed over.") % {"count": done.rows})
        return redirect("settlement:journal", month=code)
    found, fault = None, None
    try:
        found = queries.rebate_journal(actor, code)
    except Refused as no:
        fault = no
    wanted = request.GET.get("export")
    if wanted in ("csv", "xlsx") and found is not None:
        if wanted == "csv":
            text = "\ufeff" + billing.journal_csv(found)
            return attachment(text.encode(), f"rebates-{code}.csv", "text/csv; charset=utf-8")
        body = [billing.cells(row) for row in found.rows]
        return attachment(xlsx(code, [str(name) for name in HEAD], body), f"rebates-{code}.xlsx", XLSX)
    context = {
        "month": code,
        "found": found,
        "fault": fault,
        "sums": billing.journal_sums(found) if found else [],
        "shown": found.rows[:SHOWN] if found else [],
        "handed": accruals.handovers().filter(month=code)[:10],
        "before": month_before(calendar.period(code).start),
        "after": calendar.month_of(calendar.period(code).end).code,
    }
    return render(request, "settlement/journal.html", context)


urlpatterns = [
    path("journal/", newest, name="newest"),
    path("journal/<str:month>/", journal, name="journal"),
]
links.home("rebate_journal", "settlement:journal")
nav.register(
    nav.NavItem(_("Entries of rebates"), "/settlement/journal/", "settlement.export_journal", 60, "accounts", "book", portal=False, under="/rewards/accruals/")
)  # fmt: skip
