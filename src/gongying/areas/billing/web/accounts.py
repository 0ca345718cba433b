"""Receivables of everybody by lateness, and one distributor's account."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.refusal import Missing, Refused
from gongying.core.scope import one
from gongying.core.ui import charts, links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label
from gongying.core.ui.templatetags.ui import money as shown
from gongying.core.words import is_chinese
from gongying.engines.money import exponent

from .. import actions, queries
from . import typed

MOST = 200  # documents of one account on the page


def _table(bounds: list[int]) -> Table:
    def late(place: int) -> Any:
        return lambda r: r.aged.late_minor[place]

    def with_currency(place: int) -> Any:
        return lambda r: (r.aged.late_minor[place], r.aged.currency)

    names = queries.buckets(bounds)
    columns = [
        Column(f"late{place}", name, with_currency(place), "money", late(place), phone=False)
        for place, name in enumerate(names)
    ]  # fmt: skip
    return Table(
        "receivables",
        [
            Column("code", _("Code"), lambda r: r.party.code, sort=lambda r: r.party.code, phone=False),
            Column("party", _("Distributor"), lambda r: label(r.party), sort=lambda r: r.party.code, href=lambda r: f"{links.to('receivable', r.party.pk)}?currency={r.aged.currency}"),
            Column("later", _("Not due yet"), lambda r: (r.aged.due_later_minor, r.aged.currency), "money", lambda r: r.aged.due_later_minor, phone=False),
            *columns,
            Column("credit", _("To his credit"), lambda r: (r.aged.credit_minor, r.aged.currency), "money", lambda r: r.aged.credit_minor, phone=False),
            Column("overdue", _("Overdue"), lambda r: (r.aged.overdue_minor, r.aged.currency), "money", lambda r: r.aged.overdue_minor),
            Column("total", _("Owed"), lambda r: (r.aged.total_minor, r.aged.currency), "money", lambda r: r.aged.total_minor),
        ],
        sort="-overdue",
        search=lambda rows, q: [r for r in rows if q.lower() in f"{r.party.code} {r.party.name} {r.party.name_en} {r.party.initials}".lower()],
        filters=[Filter("late", _("Overdue"), [("yes", _("overdue"))], lambda rows, v: [r for r in rows if r.aged.overdue_minor])],
        views=[(_("Overdue"), "late=yes")],
        key=lambda r: f"{r.party.pk}-{r.aged.currency}",
        empty=_("Nobody owes anything."),
    )  # fmt: skip


def _heaps(rows: list[queries.AgedRow], bounds: list[int], currency: str) -> list[tuple[str, int]]:
    mine = [row.aged for row in rows if row.aged.currency == currency]
    named = [(say("Not due yet"), sum(each.due_later_minor for each in mine))]
    return named + [
        (name, sum(each.late_minor[place] for each in mine)) for place, name in enumerate(queries.buckets(bounds))
    ]


def _chart(heaps: list[tuple[str, int]], currency: str) -> Any:
    unit = 10 ** exponent(currency)
    bars = [charts.Bar(name, total / unit, note=f"{name}: {shown(total, currency)}") for name, total in heaps]
    return charts.columns(bars, title=say("Receivables by lateness"), chinese=is_chinese())


@page(needs="billing.view_all")
def receivables(request: Request) -> HttpResponse:
    """What everybody in scope owes on a day, by how late it is."""
    on = calendar.typed(request.GET.get("on", "")) or timezone.localdate()
    rows, bounds = queries.ageing_rows(request.actor, on)
    currencies = list(dict.fromkeys(row.aged.currency for row in rows))
    heaps = {code: _heaps(rows, bounds, code) for code in currencies}
    context = {
        "on": on,
        "today": timezone.localdate(),
        "drawn": [(code, _chart(found, code), sum(total for _n, total in found)) for code, found in heaps.items()],
    }
    return _table(bounds).respond(request, rows, "billing/receivables.html", context)


@page(needs="billing.mine")
def mine(request: Request) -> HttpResponse:
    """A distributor's people come to their own account."""
    own = parties.parties(request.actor).first()
    if own is None:
        raise Missing("no distributor of his")
    return redirect("billing:account", party_id=own.pk)


@page(needs="billing.view")
def item(request: Request, item_id: int) -> HttpResponse:
    """An open document leads to its paper."""
    actor = request.actor
    row = one(money.items(actor), pk=item_id)
    paper = queries.invoice_of_item(actor, [row.pk]).get(row.pk)
    if paper is not None:
        return redirect("billing:invoice", invoice_id=paper.pk)
    paid = queries.payments(actor).filter(number=row.document).first()
    if paid is not None:
        return redirect("billing:payment", payment_id=paid.pk)
    return redirect("billing:account", party_id=row.holder_id)


@page(needs="billing.view")
def account(request: Request, party_id: int) -> HttpResponse:
    """One distributor's account in a currency: what is open by lateness, what he has with us; offset a rebate, ask for a
    refund or a write-off."""
    actor, today, error = request.actor, timezone.localdate(), None
    party = parties.party(actor, party_id)
    known = sorted({code for holder, code in money.exposures(actor) if holder == party.pk} | {party.currency})
    currency = request.GET.get("currency", "")
    currency = currency if currency in known else party.currency
    if request.method == "POST":
        try:
            _do(actor, party.pk, currency, request.POST)
            messages.success(request, say("Saved."))
            return redirect(f"{request.path}?currency={currency}")
        except Refused as no:
            error = no
    rules, _version = queries.rules_on(today)
    found = money.open_items(actor, on=today, holder_id=party.pk, currency=currency)
    aged = money.age(found, rules.buckets)
    place = money.exposures(actor, currency).get((party.pk, currency), money.Exposure())
    heaps = [(say("Not due yet"), aged[0].due_later_minor), *zip(queries.buckets(rules.buckets), aged[0].late_minor, strict=True)] if aged else []  # fmt: skip
    context = {
        "party": party,
        "currency": currency,
        "currencies": known,
        "items": found[:MOST],
        "more": max(0, len(found) - MOST),
        "aged": aged[0] if aged else None,
        "heaps": heaps,
        "place": place,
        "payments": queries.payments(actor).filter(party_id=party.pk, currency=currency)[:10],
        "requests": queries.requests(actor).filter(party_id=party.pk, currency=currency)[:10],
        "letters": queries.letters(actor).filter(party_id=party.pk, currency=currency)[:5],
        "entries": money.postings(actor, kind="receivable", holder_id=party.pk, currency=currency)[:12],
        "portal_page": actor.role in PORTAL,
        "may_match": actor.can("billing.match"),
        "may_give": actor.can("billing.give"),
        "may_receive": actor.can("billing.receive"),
        "credit_url": links.to("credit", party.pk),
        "error": error,
    }
    return render(request, "billing/account.html", context, status=409 if error else 200)


def _do(actor: Actor, party_id: int, currency: str, form: Any) -> None:
    """What a form of the account asks for."""
    amount, reason = typed.amount(form.get("amount", ""), currency), form.get("reason", "")
    what, number = form.get("what", ""), form.get("item", "")
    if what == "rebate":
        actions.offset_rebate(actor, party_id=party_id, currency=currency, amount_minor=amount)
    elif what == "writeoff" and number.isdecimal():
        actions.ask_writeoff(actor, item_id=int(number), amount_minor=amount, reason=reason)
    else:
        actions.ask_refund(
            actor, party_id=party_id, currency=currency, amount_minor=amount, source=what, reason=reason
        )
