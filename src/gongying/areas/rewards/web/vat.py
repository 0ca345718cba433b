"""The tax of settled rebates: what a red-letter invoice is asked for, invoice by invoice; by how much input tax goes down."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.documents.sheet import Sheet, workbook
from gongying.core.doors import PORTAL
from gongying.core.refusal import Refused
from gongying.core.ui import links, nav
from gongying.core.ui.listing import XLSX, attachment
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label, percent
from gongying.engines.money import exponent

from ..models import Statement
from ..queries import statement_row, titles, vat
from .statements import narrowed

MOST_STATEMENTS = 200  # in one request list
KINDS = (("red", _("red-letter")), ("blue", _("taken back: invoiced again")))
HEAD = (
    _("Number"), _("Distributor"), _("Name"), _("Tax number"), _("Kind"), _("Invoice"), _("Date"), _("Rate of tax"), _("Invoiced"),
    _("Net"), _("Tax"), _("With tax"),
)  # fmt: skip


def kind_of(row: Statement) -> str:
    """Red for a rebate, blue for what was taken back."""
    return "red" if row.due_minor > 0 else "blue"


def _table(rows: Any, portal: bool) -> Table:
    versions, names = titles()
    held = sorted(set(rows.order_by().values_list("run__programme", "run__period")))
    programmes = [(key, names.get(key, key)) for key in sorted({key for key, _period in held})]
    periods = [(code, code) for code in sorted({code for _key, code in held}, reverse=True)]
    party = [] if portal else [
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: links.to("party", r.party_id))
    ]  # fmt: skip
    return Table(
        "vat",
        [
            Column("number", _("Number"), lambda r: r.run.number, sort="run__number", href=lambda r: links.to("tax", r.pk), panel=True),
            *party,
            Column("programme", _("Programme"), lambda r: versions.get(r.run.version_id, r.run.programme), sort="run__programme", phone=False),
            Column("period", _("Period"), lambda r: r.run.period, sort="run__period", phone=False),
            Column("day", _("Dated"), lambda r: r.run.business_date, "date", "run__business_date", phone=False),
            Column("kind", _("Kind"), lambda r: dict(KINDS)[kind_of(r)], phone=False),
            Column("due", _("Credited"), lambda r: (r.due_minor, r.currency), "money", "due_minor", lambda r: links.to("statement", r.pk)),
        ],
        sort="-number",
        search=narrowed,
        filters=[
            Filter("programme", _("Programme"), programmes, lambda rows, v: rows.filter(run__programme=v)),
            Filter("period", _("Period"), periods, lambda rows, v: rows.filter(run__period=v)),
            Filter("kind", _("Kind"), KINDS, lambda rows, v: rows.filter(due_minor__gt=0) if v == "red" else rows.filter(due_minor__lt=0)),
        ],
        views=[(_("Taken back"), "kind=blue"), (_("Largest first"), "sort=-due")],
        empty=_("No rebate was credited yet: there is no tax to look at."),
    )  # fmt: skip


@page(needs="rewards.view")
def taxes(request: Request) -> HttpResponse:
    """The settled statements in scope; as a workbook the request list: every original invoice with its share of net and tax."""
    actor = request.actor
    rows, portal = vat.settled(actor), actor.role in PORTAL
    table = _table(rows, portal)
    if request.GET.get("list") == "xlsx":
        chosen = list(table.bind(request, rows).rows[: MOST_STATEMENTS + 1])
        if len(chosen) > MOST_STATEMENTS:
            raise Refused(
                _("More than %(count)s statements are chosen.") % {"count": MOST_STATEMENTS},
                code="too_many",
                remedy=_("Filter by programme and period."),
            )
        return attachment(_workbook(request, chosen), "red-letter.xlsx", XLSX)
    return table.respond(request, rows, "rewards/taxes.html", {"portal": portal, "most": MOST_STATEMENTS})


@page(needs="rewards.view")
def tax(request: Request, statement_id: int) -> HttpResponse:
    """The tax of one statement: seller's and buyer's side, by rate and by original invoice; a panel or a page; as a workbook."""
    actor = request.actor
    row = statement_row(actor, statement_id)
    try:
        found, fault = vat.tax_of(actor, row), None
    except Refused as no:
        found, fault = None, no
    if request.GET.get("export") == "xlsx" and found is not None:
        return attachment(_workbook(request, [row]), f"{row.run.number}-{row.party.code}-vat.xlsx", XLSX)
    shown = sorted(found.rows, key=lambda each: (-abs(each.gross_minor), each.document))[:60] if found else []
    context = {
        "row": row,
        "tax": found,
        "fault": fault,
        "shown": shown,
        "portal": actor.role in PORTAL,
        "kind": dict(KINDS)[kind_of(row)],
        "rounding": {"half_up": say("half up"), "half_even": say("half to even"), "down": say("rounded down")}.get(
            found.rounding if found else "", ""
        ),
    }
    inside = "rewards/_tax.html" if request.headers.get("X-Panel") else "rewards/tax.html"
    return render(request, inside, context)


def _workbook(request: Request, chosen: Iterable[Statement]) -> bytes:
    """The request list: a line for each original invoice and rate, and the statements it could not be made for."""
    body, left, sums = list[list[Any]](), list[list[Any]](), list[list[Any]]()
    for row in chosen:
        scale = Decimal(10) ** exponent(row.currency)
        head = [row.run.number, row.party.code, label(row.party), row.party.uscc, str(dict(KINDS)[kind_of(row)])]
        try:
            found = vat.tax_of(request.actor, row)
        except Refused as no:
            left.append([*head[:3], Decimal(row.due_minor) / scale, str(no), str(no.remedy)])
            continue
        for each in found.rows:
            amounts = (each.invoiced_minor, each.net_minor, each.tax_minor, each.gross_minor)
            body.append(
                [*head, each.document, each.day, percent(each.rate, 0), *(Decimal(x) / scale for x in amounts)]
            )
        for rate, gross, net, tax_minor in found.rates:
            sums.append([*head, percent(rate, 0), *(Decimal(x) / scale for x in (net, tax_minor, gross))])
    titled = [str(each) for each in HEAD]
    sheets = [
        Sheet(say("Red-letter list"), titled, body, (20, 12, 30, 22, 12, 20, 12, 8, 14, 14, 14, 14)),
        Sheet(say("Sums"), [*titled[:5], titled[7], *titled[9:]], sums, (20, 12, 30, 22, 12, 8, 14, 14, 14)),
    ]
    if left:
        names = [*titled[:3], say("Credited"), say("Why not"), say("What to do")]
        sheets.append(Sheet(say("Left out"), names, left, (20, 12, 30, 14, 50, 50)))
    return workbook(sheets)


paths = [
    path("vat/", taxes, name="taxes"),
    path("vat/<int:statement_id>/", tax, name="tax"),
]
links.home("tax", "rewards:tax")
nav.register(
    nav.NavItem(_("VAT of rebates"), "/rewards/vat/", "rewards.view", 34, "rewards", "bill", under="/rewards/statements/")
)  # fmt: skip
