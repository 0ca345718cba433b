"""Funds: the list, one fund with its budgets, what a distributor has."""

from typing import Any

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import links, typed
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Table
from gongying.core.ui.templatetags.ui import label
from gongying.core.words import pick

from .. import actions, queries
from ..models import Budget
from .shared import own, party_choices, party_of

SOURCE_WORDS: dict[str, Any] = {
    "policy": _("by the policy"),
    "by hand": _("by hand"),
    "sell_in": _("share of purchases"),
    "over_target": _("above the target"),
    "points": _("points"),
}


def share(part: int, whole: int) -> str:
    """A part of a bar in per cent, as a style wants it."""
    return f"{max(0, min(100, 100 * part / whole)) if whole else 0:.2f}"


def drawn(bar: queries.Bar) -> list[tuple[str, Any, int, str]]:
    """The parts of a bar: name, words, amount, width."""
    return [(name, words, amount, share(amount, bar.granted)) for name, words, amount in bar.parts]


@page(needs="funds.view_funds")
def board(request: Request) -> HttpResponse:
    """Every fund with its bar, what waits, and the way to everything else."""
    actor, today = request.actor, timezone.localdate()
    names, shown = queries.fund_names(), []
    held = {each.key: each for each in queries.funds(today)}
    for key in sorted(names):
        rows = list(queries.of_fund(actor, key))
        known = queries.bars([row.pk for row in rows])
        now = held.get(key)
        period = now.period(today) if now else ""
        mine = [row for row in rows if not period or row.period == period]
        bar = sum((known[row.pk] for row in mine), queries.Bar())
        currency = now.fund.currency if now else rows[0].currency if rows else "CNY"
        shown.append((key, names[key], now, period, currency, bar, drawn(bar), len(mine)))
    totals: dict[str, queries.Bar] = {}
    for _key, _name, _now, _period, currency, bar, *_more in shown:
        totals[currency] = totals.get(currency, queries.Bar()) + bar
    context = {"funds": shown, "totals": list(totals.items()), "waits": queries.waiting(actor), "today": today}
    return render(request, "funds/board.html", context)


def _budget_table(known: dict[int, queries.Bar]) -> Table:
    def of(name: str) -> Any:
        return lambda r: (getattr(known[r.pk], name), r.currency)

    def sort(name: str) -> Any:
        return lambda r: getattr(known[r.pk], name)

    return Table(
        "fund_budgets",
        [
            Column("period", _("Period"), lambda r: r.period, sort=lambda r: r.period),
            Column("party", _("Distributor"), lambda r: label(r.party) if r.party else str(_("everybody")), sort=lambda r: r.party.code if r.party else ""),
            Column("granted", _("Budget"), of("granted"), "money", sort("granted")),
            Column("requested", _("Requested"), of("requested"), "money", sort("requested"), phone=False),
            Column("committed", _("Committed"), of("committed"), "money", sort("committed"), phone=False),
            Column("claimed", _("Claimed"), of("claimed"), "money", sort("claimed"), phone=False),
            Column("paid", _("Paid"), of("paid"), "money", sort("paid"), phone=False),
            Column("free", _("Available"), of("free"), "money", sort("free")),
        ],
        sort="-period",
        search=lambda rows, q: [r for r in rows if r.party and q.lower() in f"{r.party.code} {r.party.name} {r.party.name_en}".lower()],
        empty=_("Nothing was put into this fund yet."),
    )  # fmt: skip


@page(needs="funds.view_funds")
def fund(request: Request, fund: str) -> HttpResponse:
    """One fund: where its money is by period, what was put in, and the form that puts money in."""
    actor, today, error = request.actor, timezone.localdate(), None
    names = queries.fund_names()
    if fund not in names:
        raise Missing("no such fund")
    if request.method == "POST":
        error = typed.tried(request, lambda: _put(request, fund))
        if error is None:
            return redirect("funds:fund", fund=fund)
    held = next((each for each in queries.funds(today) if each.key == fund), None)
    rows: list[Budget] = list(queries.of_fund(actor, fund))
    known = queries.bars([row.pk for row in rows])
    period = held.period(today) if held else ""
    now = sum((known[row.pk] for row in rows if not period or row.period == period), queries.Bar())
    context = {
        "key": fund,
        "name": names[fund],
        "held": held,
        "period": period,
        "bar": now,
        "parts": drawn(now),
        "currency": held.fund.currency if held else rows[0].currency if rows else "CNY",
        "grants": [(each, SOURCE_WORDS.get(each.source, each.source)) for each in queries.grants(actor, fund)[:15]],
        "steps": held.fund.steps if held else [],
        "policy": links.to("policy", held.version_id) if held else "",
        "may_budget": held is not None and actor.can("funds.budget"),
        "may_grant": held is not None and held.fund.personal and actor.can("funds.grant"),
        "accrues": held is not None and held.fund.source in ("sell_in", "over_target"),
        "parties": party_choices(actor) if held and held.fund.personal else [],
        "posted": request.POST,
        "today": today,
        "error": error,
    }
    if error is not None:
        return render(
            request, "funds/fund.html", context | {"t": _budget_table(known).bind(request, rows)}, status=409
        )
    return _budget_table(known).respond(request, rows, "funds/fund.html", context)


def _put(request: Request, fund: str) -> None:
    """Put money in, as the form says. Raises Refused."""
    actor, post = request.actor, request.POST
    on = typed.day(post.get("on", "") or timezone.localdate().isoformat(), "on")
    held = queries.fund(fund, on)
    what, reason = post.get("what", ""), post.get("reason", "")
    if what == "accrue":
        actions.accrue(actor, fund=fund, on=on)
    elif what == "grant":
        amount = typed.money(post.get("amount", ""), held.fund.currency, "amount")
        whom = party_of(actor, post.get("party", ""))
        actions.grant(
            actor, fund=fund, party_id=whom, amount_minor=amount, currency=held.fund.currency, source="by hand",
            reason=reason, on=on,
        )  # fmt: skip
    elif what == "budget":
        amount = typed.money(post.get("amount", ""), held.fund.currency, "amount", empty=0)
        if amount < 0:
            raise Refused(_("Write the amount as a number, such as 125000."), field="amount")
        actions.budget(actor, fund=fund, on=on, reason=reason, amount_minor=amount)
    else:
        raise Refused(_("Choose one of the list."), code="choice", field="what")


@page(needs="funds.own")
def mine(request: Request) -> HttpResponse:
    """A distributor's side of it: what he has, what he may ask for, what runs, what was claimed and paid."""
    actor, today = request.actor, timezone.localdate()
    party = own(actor)
    if party is None:
        raise Missing("nobody's funds")
    rows = list(queries.budgets(actor).filter(party_id=party))
    known = queries.bars([row.pk for row in rows])
    names = queries.fund_names()
    open_ = [
        (row, queries.free(row), (row.submit_by - today).days)
        for row in queries.commitments(actor).filter(state="approved")[:30]
    ]
    claims = queries.claims(actor)
    paid = claims.filter(state="paid", paid_on__year=today.year).order_by().values_list("currency")
    context = {
        "party": parties.party(actor, party),
        "purses": [(row, names.get(row.fund, row.fund), known[row.pk], drawn(known[row.pk])) for row in rows],
        "funds": queries.funds_for(party, today),
        "asked": queries.commitments(actor).filter(state="requested")[:10],
        "open": open_,
        "claims": claims[:8],
        "waiting": claims.filter(state__in=("submitted", "approved")).count(),
        "paid": list(paid.annotate(total=Sum("paid_minor"))),
        "credits": [
            (each.relief.title, each.amount_minor, each.relief.currency, each.relief.pk, pick(each.product.name, each.product.name_en))
            for each in queries.relief_lines(actor).exclude(amount_minor=0).order_by("-relief_id")[:8]
        ],
        "rotation": queries.rotation(actor, party_id=party, on=today),
        "today": today,
    }  # fmt: skip
    return render(request, "funds/mine.html", context)
