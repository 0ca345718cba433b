"""Price protection with its calculator, stock rotation, ship and debit."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.ui import links, typed
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label
from gongying.core.words import pick
from gongying.engines.money import exponent

from .. import actions, queries
from ..models import DebitAgreement, Relief
from .shared import decimal_of, on_of, own, party_choices, party_of, product_choices, product_of, whole_of

WHY = {
    "": "",
    "old": _("received before the window"),
    "unknown": _("no receipt on record"),
    "capped": _("more than the limit"),
}
STATES = ("proposed", "approved", "rejected")
MOST_SHOWN = 300  # lots of a preview on the page


class Row(NamedTuple):
    """What one distributor gets in a preview."""

    party: Any
    units: int
    eligible: int
    on_hand: int
    amount_minor: int
    lots: list[queries.Lot]


def _table() -> Table:
    return Table(
        "reliefs",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("relief", r.pk)),
            Column("title", _("Title"), lambda r: r.title, sort="title", phone=False),
            Column("kind", _("Sort"), lambda r: _("Price protection") if r.kind == "protection" else _("Ship and debit"), sort="kind", phone=False),
            Column("on", _("Day"), lambda r: r.on, "date", "on", phone=False),
            Column("amount", _("Amount"), lambda r: (r.amount_minor, r.currency), "money", "amount_minor"),
            Column("by", _("Drawn by"), lambda r: r.made_by, sort="made_by", phone=False),
            Column("state", _("State"), lambda r: r.state, "state", "state"),
        ],
        sort="-number",
        search=lambda rows, q: rows.filter(number__icontains=q) | rows.filter(title__icontains=q),
        filters=[
            Filter("state", _("State"), [(s, _(s)) for s in STATES], lambda rows, v: rows.filter(state=v)),
            Filter("kind", _("Sort"), [("protection", _("Price protection")), ("debit", _("Ship and debit"))], lambda rows, v: rows.filter(kind=v)),
        ],
        views=[(_("To decide"), "state=proposed")],
        empty=_("No credit by formula was drawn yet."),
    )  # fmt: skip


@page(needs="funds.view_funds")
def protection(request: Request) -> HttpResponse:
    """The calculator: whose stock loses how much when prices fall on a day; and what was drawn before."""
    actor, today, error, found = request.actor, timezone.localdate(), None, None
    given = request.POST if request.method == "POST" else request.GET
    form = {name: given.get(name, "").strip()[:200] for name in ("fund", "title", "on", "window", "cap")}
    form["products"] = given.get("products", "").strip()[:2000]
    try:
        if form["products"]:
            found = _preview(request, form)
        if request.method == "POST":
            made = _draw(request, form)
            messages.success(request, say("Drawn and held: somebody else decides."))
            return redirect("funds:relief", relief_id=made)
    except Refused as no:
        error = no
    rules, _version = queries.protection(today)
    context: dict[str, Any] = {
        "form": form | {"on": form["on"] or today.isoformat()},
        "found": found,
        "rows": _by_party(request, found) if found else [],
        "why": WHY,
        "rules": rules,
        "funds": [each for each in queries.funds(today) if not each.fund.personal],
        "products": product_choices(),
        "error": error,
        "may": actor.can("funds.protect"),
        "tab": "protection",
    }
    table, rows = _table(), queries.reliefs(actor)
    if error is not None:
        context["t"] = table.bind(request, rows)
        return render(request, "funds/protection.html", context, status=409)
    return table.respond(request, rows, "funds/protection.html", context)


def _codes(text: str) -> list[int]:
    codes = [part for part in text.replace(",", " ").replace("，", " ").split() if part]
    return [product_of(code) for code in dict.fromkeys(codes)]


def _numbers(form: dict[str, str]) -> dict[str, int | None]:
    return {
        "window_days": whole_of(form["window"], "window") if form["window"] else None,
        "cap": whole_of(form["cap"], "cap") if form["cap"] else None,
    }


def _preview(request: Request, form: dict[str, str]) -> queries.Preview:
    on = on_of(form["on"])
    currency = queries.fund(form["fund"], on).fund.currency if form["fund"] else "CNY"
    return queries.preview(
        request.actor, on=on, product_ids=_codes(form["products"]), currency=currency, **_numbers(form)
    )


def _draw(request: Request, form: dict[str, str]) -> int:
    on = typed.day(form["on"], "on")
    return actions.protect(
        request.actor,
        fund=form["fund"],
        title=form["title"],
        on=on,
        product_ids=_codes(form["products"]),
        **_numbers(form),
    )


def _by_party(request: Request, found: queries.Preview) -> list[Row]:
    """What everybody gets, the most first, with his lots."""
    held: dict[int, list[queries.Lot]] = {}
    for each in found.lots:
        held.setdefault(each.party_id, []).append(each)
    known = {row.pk: row for row in parties.parties(request.actor).filter(pk__in=held)}
    rows = [
        Row(
            known[party],
            sum(x.of.units for x in lots),
            sum(x.of.eligible for x in lots),
            sum(x.of.on_hand for x in lots),
            sum(x.of.amount_minor for x in lots),
            _named(lots),
        )
        for party, lots in held.items()
    ]
    return sorted(rows, key=lambda row: -row.amount_minor)[:MOST_SHOWN]


def _named(lots: Iterable[queries.Lot]) -> Any:
    """Lots with their product and why not more."""
    held = list(lots)[:50]
    names = {row.pk: row for row in goods.products().filter(pk__in={each.product_id for each in held})}
    return [(names[each.product_id], each, WHY[each.of.why]) for each in held]


@page(needs="funds.view")
def relief(request: Request, relief_id: int) -> HttpResponse:
    """One credit by formula: every lot or sale with its units and amount, and the decision."""
    actor, error = request.actor, None
    row: Relief = queries.relief(actor, relief_id)
    if request.method == "POST":
        try:
            post = request.POST
            actions.settle_relief(
                actor, relief_id=row.pk, verdict=post.get("verdict", ""), answer=post.get("answer", "")
            )
            messages.success(request, say("Saved."))
            return redirect("funds:relief", relief_id=row.pk)
        except Refused as no:
            error = no
    table = Table(
        "relief_lines",
        [
            Column("party", _("Distributor"), lambda r: label(r.party), sort="party__code"),
            Column("product", _("Product"), lambda r: label(r.product), sort="product__code", phone=False),
            Column("lot", _("Lot or document"), lambda r: r.lot or r.document or "–", phone=False),
            Column("day", _("Day"), lambda r: r.day, "date", "day", phone=False),
            Column("on_hand", _("On hand or sold"), lambda r: r.on_hand, "num", "on_hand", phone=False),
            Column("units", _("Paid for"), lambda r: r.units, "num", "units"),
            Column("gap", _("A unit"), lambda r: (r.gap.scaleb(exponent(row.currency)), row.currency), "money", "gap", phone=False),
            Column("amount", _("Amount"), lambda r: (r.amount_minor, row.currency), "money", "amount_minor"),
            Column("why", _("Why not more"), lambda r: WHY.get(r.why, r.why), phone=False),
        ],
        sort="-amount",
        search=lambda rows, q: rows.filter(party__name__icontains=q) | rows.filter(party__code__icontains=q) | rows.filter(product__code__icontains=q) | rows.filter(lot__icontains=q),
        empty=_("No lines."),
    )  # fmt: skip
    context = {
        "row": row,
        "error": error,
        "may": row.state == "proposed" and actor.can("funds.settle") and not same(actor, row.made_by),
        "portal": own(actor) is not None,
        "tab": "protection",
    }
    rows = queries.relief_lines(actor, row)
    if error is not None:
        return render(request, "funds/relief.html", context | {"t": table.bind(request, rows)}, status=409)
    return table.respond(request, rows, "funds/relief.html", context)


def _agreements(portal: bool) -> Table:
    return Table(
        "debits",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("debit", r.pk)),
            *([] if portal else [Column("party", _("Distributor"), lambda r: pick(r.party.name, r.party.name_en), sort="party__code")]),
            Column("customer", _("End customer"), lambda r: r.customer, sort="customer"),
            Column("product", _("Product"), lambda r: label(r.product), sort="product__code", phone=False),
            Column("units", _("At most"), lambda r: r.units, "num", "units", phone=False),
            Column("to", _("To, not included"), lambda r: r.end, "date", "end", phone=False),
            Column("state", _("State"), lambda r: r.state, "state", "state"),
        ],
        sort="-number",
        search=lambda rows, q: rows.filter(number__icontains=q) | rows.filter(customer__icontains=q) | rows.filter(party__name__icontains=q) | rows.filter(product__code__icontains=q),
        views=[(_("To decide"), "state=requested")],
        filters=[Filter("state", _("State"), [(s, _(s)) for s in ("requested", "approved", "rejected")], lambda rows, v: rows.filter(state=v))],
        empty=_("Nobody has asked for an agreement yet."),
    )  # fmt: skip


@page(needs="funds.view")
def debits(request: Request) -> HttpResponse:
    """Ship-and-debit agreements in scope."""
    portal = own(request.actor) is not None
    rows = queries.agreements(request.actor)
    return _agreements(portal).respond(request, rows, "funds/debits.html", {"portal": portal, "tab": "debits"})


FIELDS = ("party", "product", "customer", "fund", "acquisition", "agreed", "units", "from", "to", "reason")


@page(needs="funds.request")
def ask_debit(request: Request) -> HttpResponse:
    """The form that asks for a ship-and-debit agreement."""
    actor, today, error = request.actor, timezone.localdate(), None
    company = own(actor)
    form = {name: request.POST.get(name, "").strip()[:400] for name in FIELDS}
    form["from"] = form["from"] or today.isoformat()
    if company is not None:
        form["party"] = parties.party(actor, company).code
    if request.method == "POST":
        try:
            made = actions.ask_debit(
                actor, party_id=party_of(actor, form["party"]), product_id=product_of(form["product"]),
                customer=form["customer"], fund=form["fund"], acquisition=decimal_of(form["acquisition"], "acquisition"),
                agreed=decimal_of(form["agreed"], "agreed"), units=whole_of(form["units"], "units"),
                start=typed.day(form["from"], "from"), end=typed.day(form["to"], "to"), reason=form["reason"],
            )  # fmt: skip
            messages.success(request, say("Saved."))
            return redirect("funds:debit", agreement_id=made)
        except Refused as no:
            error = no
    context = {
        "form": form,
        "error": error,
        "portal": company is not None,
        "funds": queries.funds_for(company, today) if company is not None else queries.funds(today),
        "parties": [] if company is not None else party_choices(actor),
        "products": product_choices(),
    }
    return render(request, "funds/ask_debit.html", context, status=409 if error else 200)


@page(needs="funds.view")
def debit(request: Request, agreement_id: int) -> HttpResponse:
    """One agreement: prices, what was sold to the customer and not claimed yet, the pool it must fit into, what was claimed."""
    actor, today, error = request.actor, timezone.localdate(), None
    row: DebitAgreement = queries.agreement(actor, agreement_id)
    if request.method == "POST":
        try:
            made = _act(request, row)
            messages.success(request, say("Saved."))
            return (
                redirect("funds:relief", relief_id=made) if made else redirect("funds:debit", agreement_id=row.pk)
            )
        except Refused as no:
            error = no
    until = min(row.end, today)
    found = (
        queries.debit_preview(actor, row, row.start, until)
        if row.state == "approved" and until > row.start
        else None
    )
    scale = exponent(row.currency)
    context = {
        "row": row,
        "found": found,
        "acquisition": row.acquisition.scaleb(scale),
        "agreed": row.agreed.scaleb(scale),
        "gap": (row.acquisition - row.agreed).scaleb(scale),
        "most": ((row.acquisition - row.agreed) * row.units).scaleb(scale),
        "claims": queries.reliefs(actor).filter(agreement=row),
        "may_decide": row.state == "requested" and actor.can("funds.settle") and not same(actor, row.made_by),
        "may_claim": row.state == "approved" and actor.can("funds.request"),
        "portal": own(actor) is not None,
        "until": until,
        "error": error,
    }
    return render(request, "funds/debit.html", context, status=409 if error else 200)


def _act(request: Request, row: DebitAgreement) -> int:
    post, actor = request.POST, request.actor
    if post.get("what") == "claim":
        since, until = typed.day(post.get("from", ""), "from"), typed.day(post.get("to", ""), "to")
        return actions.claim_debit(actor, agreement_id=row.pk, start=since, end=until)
    actions.decide_debit(actor, agreement_id=row.pk, verdict=post.get("verdict", ""), answer=post.get("answer", ""))
    return 0
