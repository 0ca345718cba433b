"""Commitments: the list, the form that asks, one activity with its claims and what it brought."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core.approvals import read as approvals
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.ui import links, typed
from gongying.core.ui.flow import path_of
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import actions, queries
from ..models import Commitment
from .shared import decimal_of, own, party_choices, party_of

STATES = ("requested", "approved", "closed", "rejected", "withdrawn")
STATIONS = (
    ("requested", _("Requested")),
    ("approved", _("Committed")),
    ("claimed", _("Claimed")),
    ("closed", _("Closed")),
)


def _table(portal: bool) -> Table:
    names, today = queries.fund_names(), timezone.localdate()
    kinds = queries.type_names(today)
    return Table(
        "commitments",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("commitment", r.pk)),
            *([] if portal else [Column("party", _("Distributor"), lambda r: pick(r.party.name, r.party.name_en), sort="party__code")]),
            Column("title", _("What is done"), lambda r: r.title, sort="title", phone=portal),
            Column("fund", _("Fund"), lambda r: names.get(r.budget.fund, r.budget.fund), sort="budget__fund", phone=False),
            Column("kind", _("Type"), lambda r: kinds.get(r.type_code, r.type_code), sort="type_code", phone=False),
            Column("start", _("From"), lambda r: r.start, "date", "start", phone=False),
            Column("cost", _("Cost"), lambda r: (r.cost_minor, r.currency), "money", "cost_minor", phone=False),
            Column("amount", _("Fund's part"), lambda r: (r.amount_minor, r.currency), "money", "amount_minor"),
            Column("left", _("Not claimed"), lambda r: (queries.free(r), r.currency), "money", phone=False),
            Column("submit", _("Claim by"), lambda r: r.submit_by, "date", "submit_by", phone=False),
            Column("state", _("State"), lambda r: r.state, "state", "state"),
        ],
        sort="-number",
        search=lambda rows, q: rows.filter(number__icontains=q) | rows.filter(title__icontains=q) | rows.filter(party__name__icontains=q) | rows.filter(party__code__icontains=q),
        filters=[
            Filter("state", _("State"), [(s, _(s)) for s in STATES], lambda rows, v: rows.filter(state=v)),
            Filter("fund", _("Fund"), queries.fund_choices(), lambda rows, v: rows.filter(budget__fund=v)),
            Filter("kind", _("Type"), list(kinds.items()), lambda rows, v: rows.filter(type_code=v)),
            Filter("late", _("Deadline"), [("over", _("last day to claim is over"))], lambda rows, v: rows.filter(state="approved", submit_by__lt=today)),
        ],
        views=[(_("To decide"), "state=requested"), (_("Running"), "state=approved"), (_("Too late to claim"), "late=over")],
        empty=_("Nobody has asked for money of a fund yet."),
    )  # fmt: skip


@page(needs="funds.view")
def commitments(request: Request) -> HttpResponse:
    """Activities in scope."""
    portal = own(request.actor) is not None
    rows = queries.commitments(request.actor)
    return _table(portal).respond(request, rows, "funds/commitments.html", {"portal": portal, "tab": "commitments"})


FIELDS = (
    "party", "fund", "kind", "title", "cost", "from", "to", "reason", "place", "outlet", "latitude", "longitude", "category", "goal",
)  # fmt: skip


@page(needs="funds.request")
def ask(request: Request) -> HttpResponse:
    """The form that asks for money of a fund."""
    actor, today, error = request.actor, timezone.localdate(), None
    company = own(actor)
    given = request.POST if request.method == "POST" else request.GET
    form = {name: given.get(name, "").strip()[:400] for name in FIELDS}
    form["from"] = form["from"] or today.isoformat()
    if company is not None:
        form["party"] = parties.party(actor, company).code
    if request.method == "POST":
        try:
            made = _ask(request, form)
            messages.success(request, say("Asked: the money is held until somebody decides."))
            return redirect("funds:commitment", commitment_id=made)
        except Refused as no:
            error = no
    context = {
        "form": form,
        "error": error,
        "portal": company is not None,
        "funds": queries.funds_for(company, today) if company is not None else queries.funds(today),
        "kinds": list(queries.type_names(today).items()),
        "parties": [] if company is not None else party_choices(actor),
        "groups": goods.category_choices(),
    }
    return render(request, "funds/ask.html", context, status=409 if error else 200)


def _ask(request: Request, form: dict[str, str]) -> int:
    """The request that was made. Raises Refused naming the field."""
    actor = request.actor
    start, end = typed.day(form["from"], "from"), typed.day(form["to"], "to")
    held = queries.fund(form["fund"], start)
    where: dict[str, Decimal | None] = {"latitude": None, "longitude": None}
    if form["latitude"] or form["longitude"]:
        where = {name: decimal_of(form[name], name) for name in where}
    currency = held.fund.currency
    return actions.request(
        actor,
        party_id=party_of(actor, form["party"]),
        fund=form["fund"],
        kind=form["kind"],
        title=form["title"],
        cost_minor=typed.money(form["cost"], currency, "cost"),
        start=start,
        end=end,
        reason=form["reason"],
        place=form["place"],
        outlet=form["outlet"],
        category=form["category"],
        goal_minor=typed.money(form["goal"], currency, "goal", empty=0),
        **where,
    )


@page(needs="funds.view")
def commitment(request: Request, commitment_id: int) -> HttpResponse:
    """One activity: what was asked and why, the decision, its claims, what is left, what it brought."""
    actor = request.actor
    row = queries.commitment(actor, commitment_id)
    error = None
    if request.method == "POST":
        try:
            _decide(request, row)
            messages.success(request, say("Saved."))
            return redirect("funds:commitment", commitment_id=row.pk)
        except Refused as no:
            error = no
    context = {"row": row, "error": error} | _record(request, row)
    return render(request, "funds/commitment.html", context, status=409 if error else 200)


def _record(request: Request, row: Commitment) -> dict[str, Any]:
    actor, today = request.actor, timezone.localdate()
    verdict = None
    if row.state == "requested" and actor.can("funds.commit"):
        verdict = approvals.may(
            actor, "funds.commit", amount_minor=row.asked_minor, currency=row.currency, on=today,
            party_id=row.party_id, made_by=(row.made_by,),
        )  # fmt: skip
    portal = own(actor) is not None
    held = queries.version(row.version_id)
    claims = list(queries.claims(actor).filter(commitment=row))
    at = "claimed" if row.state == "approved" and claims else row.state
    stopped = _(row.state) if row.state in ("rejected", "withdrawn") else ""
    running = row.state in ("approved", "closed")
    return {
        "held": held,
        "kind": queries.type_names(today).get(row.type_code, row.type_code),
        "claims": claims,
        "free": queries.free(row),
        "verdict": verdict,
        "mine": same(actor, row.made_by),
        "portal": portal,
        "path": path_of(STATIONS, "requested" if stopped else at, stopped=stopped),
        "may_claim": row.state == "approved" and actor.can("funds.claim") and today >= row.start,
        "may_close": row.state == "approved" and actor.can("funds.close"),
        "effect": queries.effect(actor, row, today)
        if running and not portal and actor.can("funds.view_funds")
        else None,
        "sold": queries.sold(row) if running and row.goal_minor else None,
        "late": (today - row.submit_by).days if row.state == "approved" else 0,
        "policy": links.to("policy", row.version_id) if actor.can("control.policies") else "",
        "today": today,
    }


def _decide(request: Request, row: Commitment) -> None:
    what, post, actor = request.POST.get("what", ""), request.POST, request.actor
    answer = post.get("answer", "")
    if what == "approve":
        amount = typed.money(post.get("amount", ""), row.currency, "amount", empty=row.asked_minor)
        actions.approve_request(actor, commitment_id=row.pk, amount_minor=amount, answer=answer)
    elif what == "reject":
        actions.reject_request(actor, commitment_id=row.pk, answer=answer)
    elif what == "close":
        actions.close(actor, commitment_id=row.pk)
    else:
        actions.withdraw_request(actor, commitment_id=row.pk)
