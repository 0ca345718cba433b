"""The list of invoices and credit notes, and one of them as page and PDF."""

from typing import Any

from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.doors import PORTAL
from gongying.core.ui import links
from gongying.core.ui.listing import attachment
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import TONES, label

from .. import queries
from . import papers

KINDS = [("invoice", _("invoice")), ("credit", _("credit note"))]
TONES["wait"] |= {"unpaid", "not used"}
TONES["good"].add("fully paid")
WORDS = (_("unpaid"), _("not used"), _("used"))
STATES = [("open", _("unpaid")), ("overdue", _("overdue")), ("partly", _("partly")), ("paid", _("fully paid"))]


def state_of(row: Any) -> str:
    """The word of the badge: what is open on it today (`open_minor` stands beside the row)."""
    left = row.open_minor
    if not left:
        return "fully paid" if row.kind == "invoice" else "used"
    if row.kind == "credit":
        return "not used"
    if row.due_on < timezone.localdate():
        return "overdue"
    return "unpaid" if left == row.total_minor else "partly"


def _in_state(rows: Any, value: str) -> Any:
    if value == "paid":
        return rows.filter(open_minor=0)
    rows = rows.exclude(open_minor=0)
    if value == "overdue":
        return rows.filter(kind="invoice", due_on__lt=timezone.localdate())
    return rows if value == "open" else rows.exclude(open_minor=F("total_minor"))


def _found(rows: Any, q: str) -> Any:
    named = Q(party__name__icontains=q) | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
    paper = Q(number__icontains=q) | Q(order__icontains=q) | Q(delivery__icontains=q)
    return rows.filter(paper | Q(party__code__icontains=q) | named)


def _table(portal: bool) -> Table:
    party = [] if portal else [
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: links.to("receivable", r.party_id))
    ]  # fmt: skip
    return Table(
        "invoices",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("invoice", r.pk)),
            *party,
            Column("kind", _("Kind"), lambda r: dict(KINDS)[r.kind], sort="kind", phone=False),
            Column("order", _("Order number"), lambda r: r.order, sort="order", href=lambda r: links.to("order_number", r.order) if r.order else "", phone=False),
            Column("on", _("Date"), lambda r: r.business_date, "date", "business_date", phone=False),
            Column("due", _("Due day"), lambda r: r.due_on, "date", "due_on", phone=portal),
            Column("total", _("Total with tax"), lambda r: (r.total_minor, r.currency), "money", "total_minor", phone=False),
            Column("open", _("Open amount"), lambda r: (r.open_minor, r.currency), "money", "open_minor"),
            Column("state", _("State"), state_of, "state"),
        ],
        search=_found,
        filters=[
            Filter("state", _("State"), STATES, _in_state),
            Filter("kind", _("Kind"), KINDS, lambda rows, v: rows.filter(kind=v)),
        ],
        views=[(_("Overdue"), "state=overdue"), (_("Still open"), "state=open"), (_("Credit notes"), "kind=credit")],
        empty=_("No invoice yet. It is issued when a delivery is signed for."),
    )  # fmt: skip


@page(needs="billing.view")
def invoices(request: Request) -> HttpResponse:
    """Invoices and credit notes in scope with what is open on them."""
    actor = request.actor
    rows = queries.invoices(actor)
    context = {"sums": queries.sums(actor, timezone.localdate()), "portal_page": actor.role in PORTAL}
    return _table(actor.role in PORTAL).respond(request, rows, "billing/invoices.html", context)


@page(needs="billing.view")
def invoice(request: Request, invoice_id: int) -> HttpResponse:
    """One invoice: lines, tax by rate, the amount in capitals, what settled it; also as PDF."""
    actor = request.actor
    row: Any = queries.invoice_row(actor, invoice_id)
    lines = list(queries.lines(actor, row))
    rates = queries.tax_by_rate(lines)
    if request.GET.get("export") == "pdf":
        return attachment(papers.invoice_pdf(row, lines, rates), f"{row.number}.pdf", "application/pdf")
    context = {
        "row": row,
        "lines": lines,
        "rates": rates,
        "state": state_of(row),
        "kind": dict(KINDS)[row.kind],
        "capitals": papers.capitals_of(row.total_minor, row.currency),
        "settled": queries.settled_by(actor, row.item_id),
        "corrections": queries.corrections(actor, row),
        "order_url": links.to("order_number", row.order) if row.order else "",
        "delivery_url": links.to("delivery_number", row.delivery) if row.delivery else "",
        "portal_page": actor.role in PORTAL,
        "may_give": actor.can("billing.give") and row.kind == "invoice" and row.open_minor > 0,
    }
    return render(request, "billing/invoice.html", context)
