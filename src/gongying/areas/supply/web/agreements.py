"""Standing agreements of supply: the list, drawing one up, and one month by month."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.ui import charts, links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label
from gongying.core.ui.typed import tried
from gongying.core.words import is_chinese

from .. import actions, queries
from ..models import Agreement
from . import forms

STATES = {name: _(name) for name in ("draft", "running", "ended")}


def _table(got: dict[int, int], portal: bool) -> Table:
    party = [] if portal else [
        Column("party", _("Distributor"), lambda a: label(a.party), sort="party__name", href=lambda a: links.to("party", a.party_id), phone=False)
    ]  # fmt: skip
    return Table(
        "agreements",
        [
            Column("number", _("Number"), lambda a: a.number, sort="number", href=lambda a: links.to("agreement", a.pk)),
            *party,
            Column("product", _("Product"), lambda a: f"{a.product.code} {label(a.product)}", sort="product__code"),
            Column("quantity", _("Agreed units"), lambda a: a.quantity, "num", "quantity", phone=False),
            Column("delivered", _("Delivered"), lambda a: got.get(a.pk, 0) / a.quantity, "bar"),
            Column("start", _("From"), lambda a: a.start, "date", "start", phone=False),
            Column("end", _("To, not included"), lambda a: a.end, "date", "end", phone=False),
            Column("state", _("State"), lambda a: a.state, "state", "state", phone=False),
        ],
        sort="-number",
        search=lambda rows, q: rows.filter(number__icontains=q) | rows.filter(party__name__icontains=q),
        filters=[Filter("state", _("State"), list(STATES.items()), lambda rows, v: rows.filter(state=v))],
        views=[(_("Running ones"), "state=running")],
        empty=_("No standing agreement yet: so much of a product over so many months, month by month."),
    )  # fmt: skip


@page(needs="supply.view")
def agreements(request: Request) -> HttpResponse:
    """Standing agreements of the distributors in scope, with how far they are fulfilled."""
    actor = request.actor
    rows = queries.agreements(actor)
    sums = {pk: sum(months.values()) for pk, months in queries.delivered(actor, list(rows[:500])).items()}
    context = {"may_draft": actor.can("supply.draft_agreement")}
    return _table(sums, not actor.whole_network).respond(request, rows, "supply/agreements.html", context)


@page(needs="supply.draft_agreement")
def draft(request: Request) -> HttpResponse:
    """Draw one up: distributor, product, quantity, months, and what being short costs."""
    error = None
    if request.method == "POST":
        made: list[int] = []
        error = tried(request, lambda: made.append(_drafted(request)), "Saved.")
        if error is None:
            return redirect("supply:agreement", agreement_id=made[0])
    context = {
        "parties": list(parties.parties(request.actor)[:500]),
        "products": list(goods.products()[:1000]),
        "given": request.POST,
        "start": f"{timezone.localdate():%Y-%m}",
        "error": error,
    }
    return render(request, "supply/draft_agreement.html", context, status=409 if error else 200)


def _drafted(request: Request) -> int:
    given = request.POST
    plan = [
        forms.whole(part, "plan") for part in given.get("plan", "").replace(",", " ").replace("，", " ").split()
    ]
    return actions.draft_agreement(
        request.actor,
        party_id=forms.key_of(given, "party") or 0,
        product_id=forms.key_of(given, "product") or 0,
        quantity=forms.whole(given.get("quantity", ""), "quantity"),
        start=given.get("start", ""),
        months=forms.whole(given.get("months", ""), "months"),
        plan=plan or None,
        unit_value=forms.decimal(given.get("unit_value", "") or "0", "unit_value"),
        tolerance=forms.decimal(given.get("tolerance", "") or "0", "tolerance") / 100,
        penalty=forms.decimal(given.get("penalty", "") or "0", "penalty") / 100,
        note=given.get("note", ""),
    )


@page(needs="supply.view")
def agreement(request: Request, agreement_id: int) -> HttpResponse:
    """One agreement month by month: planned, delivered, left, and what being short costs."""
    actor, row, error = request.actor, queries.agreement_row(request.actor, agreement_id), None
    if request.method == "POST":
        error = tried(request, partial(_step, request, row), "Saved.")
        if error is None:
            return redirect("supply:agreement", agreement_id=row.pk)
    told = queries.schedule_of(actor, row, timezone.localdate())
    context = {
        "a": row,
        "s": told,
        "share": told.delivered / told.quantity,
        "chart": _chart(told),
        "may_start": row.state == "draft" and actor.can("supply.start_agreement"),
        "may_end": row.state != "ended" and actor.can("supply.start_agreement"),
        "own": same(actor, row.created_by),
        "error": error,
    }
    return render(request, "supply/agreement.html", context, status=409 if error else 200)


def _chart(told: queries.Schedule) -> Any:
    bars = [charts.Bar(f"{month.month:%m}", month.delivered, month.planned) for month in told.months]
    return charts.columns(bars, title=str(_("Delivered against planned")), chinese=is_chinese())


def _step(request: Request, row: Agreement) -> None:
    step = request.POST.get("step", "")
    if step == "start":
        actions.start_agreement(request.actor, agreement_id=row.pk)
    elif step == "end":
        actions.end_agreement(request.actor, agreement_id=row.pk)
    else:
        raise Refused(_("This step is over or not yet due for this agreement."), code="state")
