"""Everybody's credit, and one distributor's: what is left and why."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label
from gongying.core.ui.typed import day
from gongying.engines.money import exponent, minor_of

from .. import actions, queries
from .turnover import pairs, told

MOST = 100  # rows of a short list on the page
NARROWED = {
    "over": lambda rows: [r for r in rows if r.standing.available_minor < 0],
    "late": lambda rows: [r for r in rows if r.standing.overdue_minor > 0],
    "full": lambda rows: [r for r in rows if r.used is not None and r.used >= Decimal("0.8")],
}


EVERYBODY = Table(
    "credit",
    [
        Column("code", _("Code"), lambda r: r.party.code, sort=lambda r: r.party.code, phone=False),
        Column("party", _("Distributor"), lambda r: label(r.party), sort=lambda r: r.party.code, href=lambda r: f"{links.to('credit', r.party.pk)}?currency={r.standing.currency}"),
        Column("limit", _("Limit"), lambda r: (r.standing.limit_minor + r.standing.temporary_minor, r.standing.currency), "money", lambda r: r.standing.limit_minor + r.standing.temporary_minor, phone=False),
        Column("owed", _("Owed"), lambda r: (r.standing.owed_minor, r.standing.currency), "money", lambda r: r.standing.owed_minor, phone=False),
        Column("held", _("Held by orders"), lambda r: (r.standing.held_minor, r.standing.currency), "money", lambda r: r.standing.held_minor, phone=False),
        Column("overdue", _("Overdue"), lambda r: (r.standing.overdue_minor, r.standing.currency), "money", lambda r: r.standing.overdue_minor, phone=False),
        Column("days", _("Days late"), lambda r: r.standing.overdue_days or None, "days", lambda r: r.standing.overdue_days, phone=False),
        Column("left", _("Left"), lambda r: (r.standing.available_minor, r.standing.currency), "money", lambda r: r.standing.available_minor),
        Column("used", _("Used"), lambda r: r.used, "bar", lambda r: r.used),
    ],
    sort="left",
    search=lambda rows, q: [r for r in rows if q.lower() in f"{r.party.code} {r.party.name} {r.party.name_en} {r.party.initials}".lower()],
    filters=[
        Filter("look", _("Look at"), [("over", _("above the limit")), ("late", _("overdue")), ("full", _("80 % used and more"))], lambda rows, v: NARROWED[v](rows)),
    ],
    views=[(_("Above the limit"), "look=over"), (_("Overdue first"), "look=late&sort=-overdue"), (_("Nearly used up"), "look=full")],
    key=lambda r: r.party.pk,
    empty=_("Nobody has a limit or owes anything yet."),
)  # fmt: skip


@page(needs="credit.desk")
def distributors(request: Request) -> HttpResponse:
    """Everybody's limit, what is used of it and what is left."""
    actor = request.actor
    rows = queries.everybody(actor, timezone.localdate())
    return EVERYBODY.respond(request, rows, "credit/distributors.html", {"today": timezone.localdate()})


@page(needs="credit.mine")
def mine(request: Request) -> HttpResponse:
    """A distributor's people come to their own credit."""
    own = parties.parties(request.actor).first()
    if own is None:
        raise Missing("no distributor of his")
    return redirect("credit:distributor", party_id=own.pk)


@page(needs="credit.view")
def distributor(request: Request, party_id: int) -> HttpResponse:
    """One distributor's credit in a currency: what is left and what it is made of, each figure with its rows; head office
    proposes limits here."""
    actor, today, error = request.actor, timezone.localdate(), None
    party = parties.party(actor, party_id)
    known = sorted({code for _party, code in money.exposures(actor) if _party == party.pk} | {party.currency})
    currency = request.GET.get("currency", "")
    currency = currency if currency in known else party.currency
    if request.method == "POST":
        try:
            propose(actor, party.pk, currency, request.POST)
            messages.success(request, say("Proposed: a second person decides."))
            return redirect("credit:distributor", party_id=party.pk)
        except Refused as no:
            error = no
    now = queries.standing(actor, party_id=party.pk, currency=currency, on=today)
    held = [
        (row, row.document.removeprefix("order/"))
        for row in money.held_by(actor, holder_id=party.pk, currency=currency)[:MOST]
    ]
    portal = actor.role in PORTAL
    context = {
        "party": party,
        "today": today,
        "currency": currency,
        "currencies": known,
        "standing": now,
        "parts": queries.parts(now),
        "bars": queries.bars(now),
        "held": [(row, number, links.to("order_number", number)) for row, number in held],
        "items": money.open_items(actor, on=today, holder_id=party.pk, currency=currency)[:MOST],
        "accounts": [(kind, name, getattr(now, f"{kind}_minor")) for kind, name in ACCOUNTS],
        "entries": {
            kind: money.postings(actor, kind=kind, holder_id=party.pk, currency=currency)[:8]
            for kind, _n in ACCOUNTS
        },
        "grants": queries.grants(actor).filter(party_id=party.pk, currency=currency)[:30],
        "revisions": told(list(queries.revisions(actor).filter(party_id=party.pk)[:6])),
        "rule": pairs(rule[0]) if (rule := queries.rule_for(party.pk, today)) else [],
        "times": queries.plain(now.factor),
        "waiting": queries.holds(actor).filter(party_id=party.pk, state="open")[:20],
        "portal_page": portal,
        "may_propose": actor.can("credit.propose"),
        "error": error,
        "posted": request.POST,
        "scale": exponent(currency),
    }
    return render(request, "credit/distributor.html", context, status=409 if error else 200)


ACCOUNTS = [("prepaid", _("Prepayment")), ("deposit", _("Deposit")), ("rebate", _("Rebate balance"))]


def propose(actor: Actor, party_id: int, currency: str, form: Any) -> int:
    """A limit as it is typed. Raises Refused naming the field."""
    amount = typed(form.get("amount", ""), currency)
    since = day(form.get("since", ""), "since")
    given = {"party_id": party_id, "currency": currency, "amount_minor": amount, "reason": form.get("reason", "")}
    if form.get("kind") == "temporary":
        until = day(form.get("until", ""), "until")
        return actions.grant_temporary(actor, valid_from=since, valid_to=until, **given)
    terms = form.get("terms", "").strip()
    if terms and not terms.isdecimal():
        raise Refused(_("Payment terms are 0 to 365 days."), field="terms")
    return actions.set_limit(actor, valid_from=since, terms_days=int(terms) if terms else None, **given)


def typed(text: str, currency: str) -> int:
    """An amount in major units as minor units. Raises Refused where it is none."""
    try:
        return minor_of(text.replace(",", "").replace("，", "").strip(), currency)
    except (InvalidOperation, OverflowError, ValueError) as fault:
        raise Refused(_("Write the amount as a number, such as 125000."), field="amount") from fault
