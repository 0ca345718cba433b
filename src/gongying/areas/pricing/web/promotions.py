"""Promotions: all versions, one with what it costs, its uses, and its replay on the past."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core import calendar
from gongying.core.policies import actions as policy_actions
from gongying.core.policies import read as policies
from gongying.core.policies.lists import standing
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import queries
from ..rules import sentence, unit_word
from .shared import scope_word

KIND = "prices.promotion"
FORMS = (
    ("buy_get", _("Buy and get"), _("Of every so many bought, some are free: buy 10, get 1.")),
    ("steps", _("Steps"), _("The more is bought, the more comes off, or the more is given.")),
    ("bundle", _("Set"), _("Certain products together bring a discount or a gift.")),
)
FORM_WORDS = {code: label for code, label, _about in FORMS}


def _promotions(today: date) -> Table:
    stands, by_state = standing(KIND, today)
    regions, names = queries.scope_names(), queries.names()
    return Table(
        "promotions",
        [
            Column("title", _("Title"), lambda r: pick(r.title, r.title_en), sort="title", href=lambda r: links.to("promotion", r.pk)),
            Column("says", _("What it gives"), lambda r: sentence(queries.terms_of(r), names)[:90], phone=False),
            Column("key", _("Key"), lambda r: f"{r.key} v{r.version}", sort="key", phone=False),
            Column("scope", _("For whom"), lambda r: scope_word(r.scope_kind, r.scope_key, regions), sort="scope_key", phone=False),
            Column("from", _("From"), lambda r: r.effective_from, "date", "effective_from", phone=False),
            Column("to", _("To, not included"), lambda r: r.effective_to, "date", "effective_to"),
            Column("state", _("State"), stands, "state"),
        ],
        sort="-from",
        search=lambda rows, q: rows.filter(title__icontains=q) | rows.filter(title_en__icontains=q) | rows.filter(key__icontains=q),
        filters=[
            by_state,
            Filter("form", _("Form"), [(code, label) for code, label, _about in FORMS], lambda rows, v: rows.filter(document__contains=f'"form":"{v}"')),
        ],
        views=[(_("Now in force"), "state=in_force"), (_("To come"), "state=to_come"), (_("Drafts"), "state=draft")],
        empty=_("No promotion yet. Draft the first one: a trial basket shows what it gives while you type."),
    )  # fmt: skip


@page(needs="pricing.performance")
def promotions(request: Request) -> HttpResponse:
    """All versions of all promotions that this actor may read."""
    rows = queries.visible_rows(request.actor)
    return _promotions(timezone.localdate()).respond(request, rows, "pricing/promotions.html", {"forms": FORMS})


def _costs(currency: str, row: PolicyVersion) -> Table:
    return Table(
        "promotion_costs",
        [
            Column("name", _("Distributor"), lambda r: r.name, sort=lambda r: r.code, href=lambda r: f"/pricing/promotions/{row.pk}/uses/?party={r.party_id}"),
            Column("code", _("Code"), lambda r: r.code, sort=lambda r: r.code, phone=False),
            Column("orders", _("Orders"), lambda r: r.orders, "num", lambda r: r.orders, phone=False),
            Column("base", _("Goods"), lambda r: (r.base_minor, currency), "money", lambda r: r.base_minor, phone=False),
            Column("discount", _("Discount"), lambda r: (r.discount_minor, currency), "money", lambda r: r.discount_minor, phone=False),
            Column("units", _("Free pieces"), lambda r: r.units or None, "num", lambda r: r.units, phone=False),
            Column("cost", _("Cost"), lambda r: (r.cost_minor, currency), "money", lambda r: r.cost_minor),
        ],
        sort="-cost",
        search=lambda rows, q: [r for r in rows if q.lower() in f"{r.code} {r.name}".lower()],
        key=lambda r: r.party_id,
        empty=_("No order has used it yet."),
    )  # fmt: skip


@page(needs="pricing.view")
def promotion(request: Request, promotion_id: int) -> HttpResponse:
    """One version: what it gives in words, its limits and what is left, its cost by distributor, what the linter says."""
    actor, today = request.actor, timezone.localdate()
    row = queries.visible_row(actor, promotion_id)
    error = None
    if request.method == "POST":
        try:
            withdraw = request.POST.get("what") == "withdraw"
            (policy_actions.withdraw if withdraw else policy_actions.publish)(actor, version_id=row.pk)
            messages.success(request, say("Saved."))
            return redirect("pricing:promotion", promotion_id=row.pk)
        except Refused as no:
            error = no
    terms, newest = queries.terms_of(row), policies.holding(KIND, today)
    found = queries.performance(actor, row)
    context = {
        "row": row,
        "error": error,
        "state": policies.state_of(row, today, newest),
        "terms": terms,
        "says": sentence(terms, queries.names()),
        "form": FORM_WORDS[terms.form],
        "unit": unit_word(terms.unit),
        "scope": scope_word(row.scope_kind, row.scope_key, queries.scope_names()),
        "last": row.effective_to - timedelta(days=1) if row.effective_to else None,
        "cost": found,
        "findings": policy_actions.findings(row) if actor.can("policies.draft") else [],
        "versions": [
            (each, policies.state_of(each, today, newest))
            for each in queries.visible_rows(actor).filter(key=row.key)[:20]
        ],
        "portal": not actor.can("pricing.performance"),
    }
    status = 409 if error else 200
    if context["portal"]:
        return render(request, "pricing/promotion.html", context, status=status)
    answer = _costs(found.currency, row).respond(request, found.rows, "pricing/promotion.html", context)
    answer.status_code = status
    return answer


def _uses(currency: str) -> Table:
    return Table(
        "promotion_uses",
        [
            Column("document", _("Document"), lambda r: r.document, sort="document", href=lambda r: links.to("order_number", r.document)),
            Column("party", _("Distributor"), lambda r: pick(r.party.name, r.party.name_en), sort="party__code"),
            Column("on", _("Day"), lambda r: r.on, "date", "on", phone=False),
            Column("base", _("Goods"), lambda r: (r.base_minor, r.currency), "money", "base_minor", phone=False),
            Column("discount", _("Discount"), lambda r: (r.discount_minor, r.currency), "money", "discount_minor"),
            Column("units", _("Free pieces"), lambda r: r.units or None, "num", "units"),
            Column("gifts", _("Gifts at list"), lambda r: (r.gift_value_minor, r.currency), "money", "gift_value_minor", phone=False),
            Column("back", _("State"), lambda r: "withdrawn" if r.reverses_id else "posted", "state", phone=False),
        ],
        sort="-on",
        search=lambda rows, q: rows.filter(document__icontains=q) | rows.filter(party__code__icontains=q),
        empty=_("No order has used it yet."),
    )  # fmt: skip


@page(needs="pricing.performance")
def uses(request: Request, promotion_id: int) -> HttpResponse:
    """The documents that used a promotion, of everybody in scope or of one distributor."""
    row, party = queries.visible_row(request.actor, promotion_id), request.GET.get("party", "")
    rows = queries.uses_of(request.actor, row, int(party[:18]) if party.isascii() and party.isdecimal() else None)
    return _uses("").respond(request, rows, "pricing/uses.html", {"row": row})


def _changes(currency: str) -> Table:
    return Table(
        "promotion_replay",
        [
            Column("name", _("Distributor"), lambda r: r.name, sort=lambda r: r.code, href=lambda r: links.to("party", r.party_id)),
            Column("code", _("Code"), lambda r: r.code, sort=lambda r: r.code, phone=False),
            Column("orders", _("Baskets"), lambda r: r.orders, "num", lambda r: r.orders, phone=False),
            Column("base", _("Goods"), lambda r: (r.base_minor, currency), "money", lambda r: r.base_minor, phone=False),
            Column("units", _("Free pieces"), lambda r: r.units or None, "num", lambda r: r.units, phone=False),
            Column("before", _("In force"), lambda r: (r.before_minor, currency), "money", lambda r: r.before_minor, phone=False),
            Column("after", _("This version"), lambda r: (r.after_minor, currency), "money", lambda r: r.after_minor),
            Column("change", _("Change"), lambda r: (r.change_minor, currency), "money", lambda r: r.change_minor),
        ],
        sort="-after",
        search=lambda rows, q: [r for r in rows if q.lower() in f"{r.code} {r.name}".lower()],
        filters=[
            Filter("who", _("Change"), [("up", _("gains")), ("down", _("loses"))], lambda rows, v: [r for r in rows if (r.change_minor > 0) == (v == "up") and r.change_minor]),
        ],
        views=[(_("Losers"), "who=down&sort=change"), (_("Winners"), "who=up&sort=-change")],
        key=lambda r: r.party_id,
        empty=_("Nobody would have got anything in these days."),
    )  # fmt: skip


def span_of(since: str, until: str, today: date) -> tuple[date, date]:
    """[start, end) as typed, both days included; without a start the last complete quarter."""
    last = calendar.quarter_of(calendar.quarter_of(today).start - timedelta(days=1))
    start, end = calendar.typed(since) or last.start, calendar.typed(until)
    return start, (end + timedelta(days=1)) if end else (
        last.end if start == last.start else start + timedelta(days=92)
    )


@page(needs="pricing.replay")
def replay(request: Request, promotion_id: int) -> HttpResponse:
    """What a version would have cost on the past, with whom, beside what was in force. Nothing is written."""
    row = queries.visible_row(request.actor, promotion_id)
    start, end = span_of(request.GET.get("from", ""), request.GET.get("to", ""), timezone.localdate())
    rows = queries.replayed(request.actor, row, start, end)
    currency = queries.terms_of(row).currency or "CNY"
    sums = {
        name: sum(getattr(each, name) for each in rows)
        for name in ("before_minor", "after_minor", "base_minor", "units")
    }
    context: dict[str, Any] = {
        "row": row,
        "start": start,
        "last": end - timedelta(days=1),
        "currency": currency,
        "sums": sums,
        "share": Decimal(sums["after_minor"]) / sums["base_minor"] if sums["base_minor"] else None,
        "winners": sum(each.change_minor > 0 for each in rows),
        "losers": sum(each.change_minor < 0 for each in rows),
        "span": f"from={start.isoformat()}&to={(end - timedelta(days=1)).isoformat()}",
    }
    return _changes(currency).respond(request, rows, "pricing/replay.html", context)
