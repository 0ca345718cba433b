"""The list of payments, one payment and what it settles, and the form that records one."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import TONES, label
from gongying.core.ui.typed import day
from gongying.engines.money import exponent

from .. import actions, queries
from ..models import Payment
from . import typed

KINDS = [("payment", _("payment")), ("deposit", _("deposit")), ("refund", _("paid back"))]
TONES["wait"].add("unmatched")
WORDS = (_("unmatched"), _("matched"))
LEFT = [("yes", _("not used up"))]
WHY = {"named": _("the payer names it"), "exact": _("the amount fits exactly"), "oldest": _("the oldest first")}


def state_of(row: Payment) -> str:
    """The word of the badge: how much of it settles something."""
    if row.kind != "payment":
        return "posted"
    if not row.left_minor:
        return "matched"
    return "unmatched" if row.left_minor == row.amount_minor else "partly"


def _found(rows: Any, q: str) -> Any:
    named = Q(party__name__icontains=q) | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
    said = Q(number__icontains=q) | Q(reference__icontains=q) | Q(text__icontains=q)
    return rows.filter(said | Q(party__code__icontains=q) | named)


def _table(portal: bool) -> Table:
    party = [] if portal else [
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: links.to("receivable", r.party_id))
    ]  # fmt: skip
    return Table(
        "payments",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("payment", r.pk)),
            *party,
            Column("kind", _("Kind"), lambda r: dict(KINDS)[r.kind], sort="kind", phone=False),
            Column("on", _("Received on"), lambda r: r.received_on, "date", "received_on", phone=portal),
            Column("amount", _("Amount"), lambda r: (r.amount_minor, r.currency), "money", "amount_minor"),
            Column("left", _("Not used yet"), lambda r: (r.left_minor, r.currency), "money", "left_minor", phone=False),
            Column("text", _("Text of the payer"), lambda r: r.text, phone=False),
            Column("state", _("State"), state_of, "state", phone=False),
        ],
        search=_found,
        filters=[
            Filter("kind", _("Kind"), KINDS, lambda rows, v: rows.filter(kind=v)),
            Filter("left", _("Not used yet"), LEFT, lambda rows, v: rows.filter(left_minor__gt=0)),
        ],
        views=[(_("To be matched"), "left=yes"), (_("Deposits"), "kind=deposit")],
        empty=_("No payment yet. Record one, or read a file of the bank."),
    )  # fmt: skip


@page(needs="billing.view")
def payments(request: Request) -> HttpResponse:
    """Payments, deposits and refunds in scope."""
    portal = request.actor.role in ("owner", "clerk")
    return _table(portal).respond(request, queries.payments(request.actor), "billing/payments.html")


def _party(actor: Actor, text: str) -> Any:
    """A distributor as he is typed: his code, or code and name. Raises Refused where there is none."""
    code = text.strip().split(" ")[0]
    found = parties.parties(actor).filter(code=code).first()
    if found is None:
        raise Refused(_("There is no distributor %(code)s.") % {"code": code or "–"}, field="party")
    return found


@page(needs="billing.receive")
def record(request: Request) -> HttpResponse:
    """Record a payment or a deposit."""
    actor, error = request.actor, None
    if request.method == "POST":
        form = request.POST
        try:
            party, currency = _party(actor, form.get("party", "")), form.get("currency", "CNY").strip().upper()
            made = actions.record_payment(
                actor,
                party_id=party.pk,
                currency=currency,
                amount_minor=typed.amount(form.get("amount", ""), currency),
                on=day(form.get("on", ""), "on"),
                kind=form.get("kind", "payment"),
                method=form.get("method", ""),
                reference=form.get("reference", ""),
                text=form.get("text", ""),
                advance=form.get("advance") == "1",
            )
            messages.success(request, say("Saved."))
            return redirect("billing:payment", payment_id=made.id)
        except Refused as no:
            error = no
    context = {
        "error": error,
        "posted": request.POST,
        "today": timezone.localdate(),
        "choices": parties.parties(actor)[:2000],
        "asked": request.GET.get("party", ""),
    }
    return render(request, "billing/record.html", context, status=409 if error else 200)


@page(needs="billing.view")
def payment(request: Request, payment_id: int) -> HttpResponse:
    """One payment: what it settled, and what it might settle with the reason of each proposal; match it, or take that back."""
    actor, error = request.actor, None
    row = queries.payment(actor, payment_id)
    if request.method == "POST":
        try:
            back = request.POST.get("back", "")
            if back.isdecimal():
                actions.unmatch(actor, payment_id=payment_id, item_id=int(back))
            else:
                actions.match(actor, payment_id=payment_id, uses=typed.uses(request.POST, row.currency))
            messages.success(request, say("Saved."))
            return redirect("billing:payment", payment_id=payment_id)
        except Refused as no:
            error = no
    may = actor.can("billing.match") and row.kind == "payment"
    context = {
        "row": row,
        "state": state_of(row),
        "kind": dict(KINDS)[row.kind],
        "settled": queries.documents_of(actor, row),
        "proposed": _proposed(actor, row) if may and row.left_minor else [],
        "may": may,
        "error": error,
        "portal_page": actor.role in ("owner", "clerk"),
    }
    return render(request, "billing/payment.html", context, status=409 if error else 200)


def _proposed(actor: Actor, row: Payment) -> list[tuple[money.OpenItem, str, Any]]:
    """Open documents of the payer with how much the proposal takes and why; those it names first."""
    found, ids = queries.proposal(actor, row)
    wanted = {ids[use.document]: use for use in found.uses}
    today = timezone.localdate()
    day = max(today, row.received_on)
    items = [
        item for holder in queries.owing(row) for item in queries.open_documents(actor, holder, row.currency, day)
    ]
    places = exponent(row.currency)
    rows: list[tuple[money.OpenItem, str, Any]] = [
        (item, f"{Decimal(wanted[item.id].amount).scaleb(-places):.{places}f}", WHY[wanted[item.id].why])
        for item in items
        if item.id in wanted
    ]
    return [*rows, *((item, "", "") for item in items if item.id not in wanted)][:100]
