"""Who is to be reminded today, what was sent, one letter."""

import json
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.listing import attachment
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label
from gongying.core.words import pick

from .. import actions, queries
from . import papers

WHY = {"reached": _("level reached"), "again": _("told again")}
DUE = Table(
    "reminders",
    [
        Column("party", _("Distributor"), lambda r: label(r.party), sort=lambda r: r.party.code, href=lambda r: f"{links.to('receivable', r.party.pk)}?currency={r.currency}"),
        Column("title", _("Letter"), lambda r: pick(r.title, r.title_en), sort=lambda r: r.level),
        Column("why", _("Why today"), lambda r: WHY[r.why], phone=False),
        Column("count", _("Documents"), lambda r: len(r.items), "num", lambda r: len(r.items), phone=False),
        Column("days", _("Days late"), lambda r: r.days, "days", lambda r: r.days, phone=False),
        Column("overdue", _("Overdue"), lambda r: (r.overdue_minor, r.currency), "money", lambda r: r.overdue_minor),
    ],
    search=lambda rows, q: [r for r in rows if q.lower() in f"{r.party.code} {r.party.name} {r.party.name_en}".lower()],
    key=lambda r: r.party.pk,
    empty=_("Nobody is to be reminded today: nothing is late enough, or they were told lately."),
)  # fmt: skip


def state_of(row: Any) -> str:
    """The word of the badge: whether the distributor has read it."""
    return "acknowledged" if row.seen_by else "sent"


def _found(rows: Any, q: str) -> Any:
    named = Q(party__name__icontains=q) | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
    return rows.filter(Q(number__icontains=q) | Q(party__code__icontains=q) | named)


LETTERS = Table(
    "letters",
    [
        Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: f"/billing/reminders/letters/{r.pk}/"),
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", phone=False),
        Column("title", _("Letter"), lambda r: pick(r.title, r.title_en), sort="level"),
        Column("on", _("Date"), lambda r: r.run.on, "date", "run__on", phone=False),
        Column("days", _("Days late"), lambda r: r.days, "days", "days", phone=False),
        Column("overdue", _("Overdue"), lambda r: (r.overdue_minor, r.currency), "money", "overdue_minor"),
        Column("state", _("State"), state_of, "state", "seen_at", phone=False),
    ],
    search=_found,
    filters=[Filter("seen", _("State"), [("no", _("not read yet"))], lambda rows, v: rows.filter(seen_by=""))],
    empty=_("No reminder was sent."),
)  # fmt: skip


@page(needs="billing.remind")
def reminders(request: Request) -> HttpResponse:
    """Who is to be reminded today, and the runs so far."""
    today = timezone.localdate()
    rows = queries.to_remind(request.actor, today)
    context = {"today": today, "count": len(rows), "runs": queries.remindings(request.actor)[:10]}
    return DUE.respond(request, rows, "billing/reminders.html", context)


@require_POST
@page(needs="billing.remind")
def send(request: Request) -> HttpResponse:
    """Send today's reminders."""
    try:
        done = actions.remind(request.actor)
        text = ngettext("%(count)s reminder was sent.", "%(count)s reminders were sent.", done.letters)
        messages.success(request, text % {"count": done.letters})
    except Refused as no:
        messages.error(request, str(no))
    return redirect("billing:letters")


@page(needs="billing.view")
def letters(request: Request) -> HttpResponse:
    """The reminders that were sent in scope."""
    return LETTERS.respond(request, queries.letters(request.actor), "billing/letters.html")


@page(needs="billing.view")
def letter(request: Request, letter_id: int) -> HttpResponse:
    """One reminder as page and PDF; the distributor says that it was read."""
    actor = request.actor
    row = queries.letter(actor, letter_id)
    if request.method == "POST":
        actions.acknowledge(actor, letter_id=letter_id)
        messages.success(request, say("Saved."))
        return redirect("billing:letter", letter_id=letter_id)
    if request.GET.get("export") == "pdf":
        return attachment(papers.letter_pdf(row), f"{row.number}.pdf", "application/pdf")
    context = {
        "row": row,
        "state": state_of(row),
        "title": pick(row.title, row.title_en),
        "body": pick(row.body, row.body_en),
        "items": json.loads(row.items)[:500],
        "capitals": papers.capitals_of(row.overdue_minor, row.currency),
        "may": actor.can("billing.acknowledge") and not row.seen_by,
        "account_url": links.to("receivable", row.party_id),
    }
    return render(request, "billing/letter.html", context)
