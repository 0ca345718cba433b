"""What points that are out are worth: the liability, what it is made of, how it moved, and the vouchers for the ledger."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core import calendar
from gongying.core.refusal import Missing
from gongying.core.ui import charts
from gongying.core.ui.listing import export
from gongying.core.ui.pages import Request, page
from gongying.core.words import is_chinese
from gongying.engines.money import exponent

from .. import queries
from .policies import BREAKAGE
from .shared import TABS

WHY = {
    "earned": _("points earned"),
    "burnt": _("points used"),
    "expired": _("points expired"),
    "other": _("adjusted and given back"),
    "revaluation": _("revaluation"),
}
ACCOUNTS = {
    "expense": _("Expense of points"),
    "liability": _("Liability for points"),
    "settled": _("Points used"),
    "breakage": _("Points expired"),
}
HEAD = (_("Month"), _("Account"), _("Name"), _("What for"), _("Debit"), _("Credit"))


@page(needs="points.worth")
def worth(request: Request) -> HttpResponse:
    """The liability of a day in parts, the movements of twelve months, and the journal of them as a file."""
    actor, day = request.actor, calendar.typed(request.GET.get("on", "")) or timezone.localdate()
    try:
        view = queries.worth(actor, on=day)
    except Missing:
        words = say("No points programme was published yet.")
        return render(request, "points/nothing.html", {"tabs": TABS, "tab": "worth", "error": words})
    lines = queries.journal(view)
    scale = 10 ** exponent(view.currency)
    if request.GET.get("export"):
        rows = [
            (
                x.month,
                x.code,
                str(ACCOUNTS[x.account]),
                str(WHY[x.why]),
                x.debit_minor / scale,
                x.credit_minor / scale,
            )
            for x in lines
        ]
        found = export(request, "points_journal", HEAD, rows)
        if found is not None:
            return found
    bars = [
        charts.Bar(m.month[2:], m.closing / scale, note=f"{m.month} {m.closing / scale:,.2f}") for m in view.months
    ]
    context: dict[str, Any] = {
        "tabs": TABS,
        "tab": "worth",
        "view": view,
        "day": day,
        "source": dict(BREAKAGE)[view.breakage.source],
        "months": view.months[::-1],
        "cohorts": view.breakage.cohorts[::-1][:12],
        "chart": charts.columns(bars, title=say("Liability at the end of the month"), chinese=is_chinese()),
        "lines": [(x, ACCOUNTS[x.account], WHY[x.why]) for x in lines if x.month == view.months[-1].month],
    }
    return render(request, "points/worth.html", context)
