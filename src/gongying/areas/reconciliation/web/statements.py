"""The list of statements of account: for head office with what to draw, send and chase; for a distributor his own."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.core.doors import PORTAL
from gongying.core.jobs import queue
from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label

from .. import actions, queries
from ..models import Section, Statement
from ..queries import pools
from ..rules import ANSWERABLE

AT_ONCE = 100  # statements drawn in the request itself; more are drawn in the background


def state_of(row: Statement, today: date) -> str:
    """What a statement waits for, in the word of its badge."""
    late = row.state in ANSWERABLE and row.due_on is not None and row.due_on < today
    return "overdue" if late else row.state


def _in_state(rows: Any, value: str, today: date) -> Any:
    if value == "waiting":
        return rows.filter(state__in=ANSWERABLE)
    if value == "late":
        return rows.filter(state__in=ANSWERABLE, due_on__lt=today)
    if value == "open":
        return rows.filter(open_count__gt=0)
    return rows.filter(state=value)


def _main(held: dict[int, list[Section]], row: Statement) -> Section | None:
    """The section a list shows: the first receivable, or whatever there is."""
    return next(iter(held.get(row.pk, [])), None)


def _between(held: dict[int, list[Section]], row: Statement) -> tuple[int, str] | None:
    """Ours less his of the section a list shows; None where he said nothing."""
    first = _main(held, row)
    if first is None or first.their_closing_minor is None:
        return None
    return first.closing_minor - first.their_closing_minor, first.currency


def _table(rows: Any, *, portal: bool, today: date) -> Table:
    held = pools.sections_of(rows.order_by().values_list("pk", flat=True))
    months = [(code, code) for code in sorted(set(rows.order_by().values_list("month", flat=True)), reverse=True)]
    states = [("waiting", _("waiting for an answer")), ("late", _("overdue")), ("open", _("with open differences"))]
    states += [(code, _(code)) for code in ("sent", "received", "answered", "confirmed")]
    states += [] if portal else [("prepared", _("prepared"))]
    party = (
        []
        if portal
        else [
            Column(
                "party",
                _("Distributor"),
                lambda r: label(r.party),
                sort="party__name",
                href=lambda r: links.to("soa", r.pk),
            )
        ]
    )

    def closing(row: Statement) -> Any:
        first = _main(held, row)
        return (first.closing_minor, first.currency) if first else (None, "CNY")

    return Table(
        "soas",
        [
            *party,
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("soa", r.pk), phone=portal),
            Column("month", _("Month"), lambda r: r.month, sort="month", phone=False),
            Column("closing", _("Owed at the end"), closing, "money"),
            Column("between", _("Ours less theirs"), lambda r: _between(held, r) or (None, "CNY"), "money", phone=False),
            Column("open", _("Open differences"), lambda r: r.open_count or None, "num", "open_count", lambda r: f"/reconciliation/{r.pk}/#differences", phone=False),
            Column("due", _("Answer due by"), lambda r: r.due_on, "date", "due_on", phone=False),
            Column("state", _("State"), lambda r: state_of(r, today), "state", "state"),
        ],
        sort="-month",
        search=lambda found, q: found.filter(
            Q(number__icontains=q) | Q(party__code__icontains=q) | Q(party__name__icontains=q)
            | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
        ),
        filters=[
            Filter("state", _("State"), states, lambda found, v: _in_state(found, v, today)),
            Filter("month", _("Month"), months, lambda found, v: found.filter(month=v)),
        ],
        views=[(_("Waiting"), "state=waiting"), (_("Overdue"), "state=late"), (_("With differences"), "state=open")],
        bulk=() if portal else ((_("Send to distributors"), "/reconciliation/send/?what=send"), (_("Match again"), "/reconciliation/send/?what=match")),
        empty=_("No statement of account yet. It is drawn when a month is over.")
        if not portal
        else _("No statement of account yet. Head office sends one when a month is over."),
    )  # fmt: skip


@page(needs="reconciliation.view")
def statements(request: Request) -> HttpResponse:
    """Statements in scope, what they wait for, and for head office the form that draws a month."""
    actor, today = request.actor, timezone.localdate()
    rows, portal = queries.statements(actor), actor.role in PORTAL
    months = queries.open_months(today)
    asked = request.GET.get("draw", "")
    month = asked if asked in months else months[0]
    may_draw = actor.can("reconciliation.draw")
    context = {
        "tiles": _tiles(rows, today, portal=portal),
        "may_draw": may_draw,
        "months": months,
        "month": month,
        "missing": len(queries.not_drawn(actor, month)) if may_draw else 0,
        "open_sums": queries.summed(queries.differences(actor)),
    }
    return _table(rows, portal=portal, today=today).respond(
        request, rows, "reconciliation/statements.html", context
    )


def _tiles(rows: Any, today: date, *, portal: bool) -> list[tuple[str, Any, int, str]]:
    """What the list holds by what it waits for: (query, words, how many, tone)."""
    plain = rows.order_by()
    late = plain.filter(state__in=ANSWERABLE, due_on__lt=today).count()
    found = [
        ("state=waiting", _("Waiting for an answer"), plain.filter(state__in=ANSWERABLE).count(), ""),
        ("state=late", _("Overdue"), late, "neg" if late else ""),
        ("state=confirmed", _("Confirmed"), plain.filter(state="confirmed").count(), ""),
    ]
    return (
        found
        if portal
        else [("state=prepared", _("Drawn, not sent"), plain.filter(state="prepared").count(), ""), *found]
    )


@require_POST
@page(needs="reconciliation.draw")
def draw(request: Request) -> HttpResponse:
    """Draw a month for everybody in scope who has an account and no statement of it yet."""
    actor, month = request.actor, request.POST.get("month", "")
    try:
        waiting = queries.not_drawn(actor, month)
        if len(waiting) > AT_ONCE:
            title = say("Statements of account %(month)s") % {"month": month}
            queue.start(actor, "reconciliation.draw", title=title, link="/reconciliation/", month=month)
            messages.success(request, say("The statements are drawn in the background."))
        else:
            made = len(actions.draw(actor, month=month, party_ids=waiting).soa_ids)
            messages.success(request, say("%(count)s statements were drawn.") % {"count": made})
    except Refused as no:
        messages.error(request, str(no))
    return redirect(f"/reconciliation/?month={month}&state=prepared")


@require_POST
@page(needs="reconciliation.draw")
def send(request: Request) -> HttpResponse:
    """What is done with the chosen statements: send them, or match both ledgers again."""
    actor = request.actor
    rows = queries.statements(actor)
    chosen = _table(rows, portal=False, today=timezone.localdate()).chosen(request, rows)
    ids = [row.pk for row in chosen]
    try:
        if request.GET.get("what") == "match":
            closed = sum(actions.match(actor, soa_id=pk).closed for pk in ids[:AT_ONCE])
            messages.success(
                request, say("Matched again; %(count)s differences closed by themselves.") % {"count": closed}
            )
        else:
            sent = sum(actions.send(actor, soa_ids=ids[at : at + 200]) for at in range(0, len(ids), 200))
            messages.success(request, say("%(count)s statements were sent.") % {"count": sent})
    except Refused as no:
        messages.error(request, str(no))
    return redirect("reconciliation:statements")
