"""Statements: the list, and one statement with its explanation as page, PDF and spreadsheet."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.books.money import read as ledger
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.refusal import Refused
from gongying.core.ui import charts, links
from gongying.core.ui.listing import XLSX, attachment
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label, short_money
from gongying.core.words import is_chinese
from gongying.engines.rebates import MONEY, major

from .. import actions, queries
from ..models import Statement
from ..rules import curve, priced_cliffs
from . import explain as explaining
from . import papers

ENTRIES = 8
ANSWERS = [("open", _("to be confirmed")), ("confirmed", _("confirmed")), ("disputed", _("disputed"))]
DECISIONS = [("pending", _("pending")), ("void", _("void"))]


def state_of(row: Statement) -> str:
    """What a statement waits for, in the word of its badge."""
    if row.run.state != "posted":
        return row.run.state
    return "to be confirmed" if row.state == "open" else row.state


def states(portal: bool) -> list[tuple[str, Any]]:
    """The states to choose from; a distributor never sees what is not approved."""
    return ANSWERS if portal else [*ANSWERS, *DECISIONS]


def narrowed(rows: Any, q: str) -> Any:
    """Statements by number, code, name or pinyin initials."""
    named = Q(party__name__icontains=q) | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
    return rows.filter(Q(run__number__icontains=q) | Q(party__code__icontains=q) | named)


def _in_state(rows: Any, value: str) -> Any:
    if value in ("pending", "void"):
        return rows.filter(run__state=value)
    return rows.filter(run__state="posted", state=value)


def _table(rows: Any, portal: bool) -> Table:
    titles, names = queries.titles()
    held = sorted(set(rows.order_by().values_list("run__programme", "run__period")))
    programmes = [(key, names.get(key, key)) for key in sorted({key for key, _period in held})]
    periods = [(code, code) for code in sorted({code for _key, code in held}, reverse=True)]
    party = [] if portal else [
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: links.to("party", r.party_id))
    ]  # fmt: skip
    return Table(
        "statements",
        [
            Column("number", _("Number"), lambda r: r.run.number, sort="run__number", href=lambda r: links.to("statement", r.pk)),
            *party,
            Column("programme", _("Programme"), lambda r: titles.get(r.run.version_id, r.run.programme), sort="run__programme", phone=False),
            Column("period", _("Period"), lambda r: r.run.period, sort="run__period", phone=portal),
            Column("entitled", _("Entitled"), lambda r: (r.entitled_minor, r.currency), "money", "entitled_minor", phone=False),
            Column("settled", _("Settled before"), lambda r: (r.settled_minor, r.currency), "money", "settled_minor", phone=False),
            Column("due", _("Due"), lambda r: (r.due_minor, r.currency), "money", "due_minor", lambda r: links.to("explain", r.pk), panel=True),
            Column("state", _("State"), state_of, "state", phone=False),
        ],
        filters=[
            Filter("state", _("State"), states(portal), _in_state),
            Filter("period", _("Period"), periods, lambda rows, v: rows.filter(run__period=v)),
            Filter("programme", _("Programme"), programmes, lambda rows, v: rows.filter(run__programme=v)),
        ],
        search=narrowed,
        views=[
            (_("In dispute"), "state=disputed"),
            (_("To be confirmed"), "state=open"),
            (_("Largest first"), "sort=-due"),
            (_("Taken back first"), "sort=due"),
        ],
        empty=_("No statement yet. One appears here as soon as a settlement is approved."),
    )  # fmt: skip


@page(needs="rewards.view")
def statements(request: Request) -> HttpResponse:
    """All statements in scope, and what they come to by state."""
    actor = request.actor
    rows, portal = queries.statements(actor), actor.role in PORTAL
    heaps = queries.piles(rows)
    shown = [("open", _("to be confirmed")), ("disputed", _("disputed")), ("confirmed", _("confirmed"))]
    shown += [] if portal else [("pending", _("Awaiting approval"))]
    context = {
        "tiles": [(code, name, heaps.get(code, queries.Pile(0, {}))) for code, name in shown],
        "balances": ledger.totals(actor, kind="rebate"),
    }
    return _table(rows, portal).respond(request, rows, "rewards/statements.html", context)


def _lines(statement_id: int, may_object: bool) -> Table:
    def paper(row: Any) -> str:
        return reverse("rewards:invoice", args=[statement_id, row.pk])

    objecting = Column("object", _("Object"), lambda r: say("Object to it"), href=lambda r: f"?line={r.pk}#answer")
    return Table(
        "statement-lines",
        [
            Column("date", _("Date"), lambda r: r.business_date, "date", "business_date", phone=False),
            Column("document", _("Document"), lambda r: r.document, sort="document", href=paper, panel=True),
            Column("code", _("Code"), lambda r: r.product.code, sort="product__code", phone=False),
            Column("product", _("Product"), lambda r: label(r.product), phone=False),
            Column("quantity", _("Quantity"), lambda r: r.quantity, "num", "quantity", phone=False),
            Column("gross", _("Gross"), lambda r: (r.gross_minor, r.currency), "money", "gross_minor", phone=False),
            Column("discount", _("Discount"), lambda r: (r.discount_minor, r.currency), "money", "discount_minor", phone=False),
            Column("net", _("Net"), lambda r: (r.net_minor, r.currency), "money", "net_minor"),
            Column("kind", _("Kind"), lambda r: r.kind, "state", "kind", phone=False),
            *([objecting] if may_object else []),
        ],
        sort="date",
        search=lambda rows, q: rows.filter(Q(document__icontains=q) | Q(product__code__icontains=q) | Q(product__name__icontains=q)),
        filters=[Filter("kind", _("Kind"), [(k, _(k)) for k in ("sale", "return", "reversal")], lambda rows, v: rows.filter(kind=v))],
        views=[(_("Returns and reversals first"), "sort=net"), (_("Largest first"), "sort=-net")],
        empty=_("No invoice line counts in this statement: what was settled before is taken back."),
    )  # fmt: skip


@page(needs="rewards.view")
def statement(request: Request, statement_id: int) -> HttpResponse:
    """A statement: derivation, ladder, account, answers, lines; as page, PDF or Excel; confirm or dispute."""
    actor = request.actor
    if request.method == "POST":
        try:
            return _answer(request, actor, statement_id)
        except Refused as no:
            return _page(request, actor, statement_id, no)
    wanted = request.GET.get("export")
    if wanted in ("pdf", "xlsx"):
        row, view = queries.statement_row(actor, statement_id), queries.statement(actor, statement_id=statement_id)
        title = queries.titles()[0].get(row.run.version_id, view.programme)
        told = papers.Contents(
            title, view, queries.document_of(row), queries.evidence(actor, row), _entries(actor, row)
        )
        name = f"{view.number}-{view.due.code}"
        if wanted == "pdf":
            return attachment(papers.pdf(told), f"{name}.pdf", "application/pdf")
        rows = _lines(statement_id, False).bind(request, told.lines).rows
        return attachment(papers.sheet(told, rows), f"{name}.xlsx", XLSX)
    return _page(request, actor, statement_id, None)


def _entries(actor: Actor, row: Statement) -> list[ledger.Posting]:
    """The newest entries of the account, and always those of this statement's run."""
    held = ledger.postings(actor, kind="rebate", holder_id=row.party_id, currency=row.currency)
    return [each for place, each in enumerate(held) if place < ENTRIES or each.document == row.run.number]


def _page(request: Request, actor: Actor, statement_id: int, error: Refused | None) -> HttpResponse:
    row = queries.statement_row(actor, statement_id)
    view, document = queries.statement(actor, statement_id=statement_id), queries.document_of(row)
    portal, posted = actor.role in PORTAL, row.run.state == "posted"
    may_object = portal and posted and actor.can("rewards.dispute")
    evidence = queries.evidence(actor, row)
    asked = request.POST.get("line_id") or request.GET.get("line", "")
    stands = float(major(row.base, document.terms()))
    drawn = charts.ladder(
        curve(document, reach=major(row.base, document.terms()) * 11 / 10),
        title=say("Rebate by base, and where this statement stands"),
        cliffs=[float(cliff.start) for cliff in priced_cliffs(document)],
        now=max(0.0, stands),
        note=queries.base_text(document, row.base),
        chinese=is_chinese(),
    )
    known = {each.run.number: each.pk for each in queries.of_period(actor, row)}
    context = {
        "view": view,
        "shut": explaining.shut(actor, row),
        "row": row,
        "state": state_of(row),
        "title": queries.titles()[0].get(row.run.version_id, view.programme),
        "base": queries.base_text(document, row.base),
        "base_short": short_money(row.base, row.currency)
        if document.basis in MONEY
        else queries.base_text(document, row.base),
        "tier": queries.tier_text(document, row.tier),
        "rate": "" if row.tier is None else queries.rate_text(document, document.tiers[row.tier].rate),
        "chart": drawn,
        "ladder": papers.ladder(document, row.tier),
        "entries": [(each, known.get(each.document)) for each in _entries(actor, row)],
        "error": error,
        "today": timezone.localdate(),
        "moved": evidence.count() != row.lines,
        "line": evidence.filter(pk=int(asked)).first() if asked.isdigit() else None,
        "may_confirm": posted and row.state == "open" and portal and actor.can("rewards.confirm"),
        "may_object": may_object,
        "may_rule": actor.can("rewards.rule"),
        "reason": request.POST.get("reason", ""),
    }
    listing = _lines(statement_id, may_object and request.GET.get("export") != "csv")
    answer = listing.respond(request, evidence, "rewards/statement.html", context)
    if error is not None:
        answer.status_code = 409
    return answer


def _answer(request: Request, actor: Actor, statement_id: int) -> HttpResponse:
    if request.POST.get("answer") == "confirm":
        actions.confirm(actor, statement_id=statement_id)
    else:
        line = request.POST.get("line_id", "")
        number = int(line) if line.isdigit() else None
        actions.dispute(actor, statement_id=statement_id, reason=request.POST.get("reason", ""), line_id=number)
    return redirect("rewards:statement", statement_id=statement_id)


@require_POST
@page(needs="rewards.rule")
def rule(request: Request, statement_id: int, dispute_id: int) -> HttpResponse:
    """Head office answers an objection."""
    actor = request.actor
    given = {name: request.POST.get(name, "") for name in ("verdict", "answer", "correction")}
    try:
        actions.rule(actor, dispute_id=dispute_id, **given)
    except Refused as no:
        return _page(request, actor, statement_id, no)
    return redirect("rewards:statement", statement_id=statement_id)
