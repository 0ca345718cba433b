"""Replays: a version on the company's own history, kept, published, and shared distributor by distributor."""

from decimal import Decimal

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.policies import actions as policy_actions
from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import actions, queries


def _changes(currency: str) -> Table:
    return Table(
        "replay",
        [
            Column("code", _("Code"), lambda r: r.code, sort=lambda r: r.code, phone=False),
            Column("name", _("Distributor"), lambda r: r.name, sort=lambda r: r.code, href=lambda r: links.to("party", r.party_id)),
            Column("before", _("In force"), lambda r: (r.before_minor, currency), "money", lambda r: r.before_minor),
            Column("after", _("This draft"), lambda r: (r.after_minor, currency), "money", lambda r: r.after_minor),
            Column("change", _("Change"), lambda r: (r.change_minor, currency), "money", lambda r: r.change_minor),
        ],
        sort="change",
        search=lambda rows, q: [r for r in rows if q.lower() in f"{r.code} {r.name}".lower()],
        filters=[
            Filter("who", _("Change"), [("up", _("gains")), ("down", _("loses"))], lambda rows, v: [r for r in rows if (r.change_minor > 0) == (v == "up") and r.change_minor]),
        ],
        views=[(_("Losers"), "who=down&sort=change"), (_("Winners"), "who=up&sort=-change")],
        key=lambda r: r.party_id,
        empty=_("Nobody would have earned anything in this period."),
    )  # fmt: skip


@page(needs="rewards.replay")
def replay(request: Request, version_id: int) -> HttpResponse:
    """What a version would have paid in a period of the past, against what was in force; kept, and then published."""
    row = queries.programme_row(version_id)
    period = (
        request.POST.get("period")
        or request.GET.get("period")
        or queries.last_period(queries.document_of_version(row), timezone.localdate())
    )
    error = None
    if request.method == "POST":
        try:
            if request.POST.get("what") == "publish":
                policy_actions.publish(request.actor, version_id=row.pk)
                messages.success(request, say("Published."))
                return redirect("rewards:programme", version_id=row.pk)
            actions.replay(request.actor, version_id=row.pk, period=period)
            messages.success(request, say("The replay is kept with this version."))
            return redirect(f"{request.path}?period={period}")
        except Refused as no:
            error = no
    view = queries.replayed(request.actor, row, period)
    today = timezone.localdate()
    before, after = (sum(getattr(r, name) for r in view) for name in ("before_minor", "after_minor"))
    context = {
        "row": row,
        "period": period,
        "error": error,
        "before": before,
        "after": after,
        "grown": None if not before else Decimal(after - before) / before,
        "winners": sum(r.change_minor > 0 for r in view),
        "losers": sum(r.change_minor < 0 for r in view),
        "currency": queries.document_of_version(row).currency,
        "band": [sum(r.answers[place] for r in view) for place in range(3)],
        "net": sum(r.net_minor for r in view),
        "spans": [(months, queries.months_before(today, months)) for months in (12, 24)],
        "kept": queries.replays(row)[:5],
        "ready": queries.is_replayed(row),
    }
    return _changes(context["currency"]).respond(request, view, "rewards/replay.html", context)


def _lines(currency: str) -> Table:
    return Table(
        "sheet",
        [
            Column("code", _("Code"), lambda r: r.party.code, sort="party__code", phone=False),
            Column("name", _("Distributor"), lambda r: pick(r.party.name, r.party.name_en), sort="party__code", href=lambda r: links.to("party", r.party_id)),
            Column("before", _("In force"), lambda r: (r.before_minor, currency), "money", "before_minor"),
            Column("after", _("This version"), lambda r: (r.after_minor, currency), "money", "after_minor"),
            Column("change", _("Change"), lambda r: (r.change_minor, currency), "money", "change_minor"),
        ],
        sort="change",
        search=lambda rows, q: rows.filter(party__code__icontains=q) | rows.filter(party__name__icontains=q),
        filters=[
            Filter("who", _("Change"), [("up", _("gains")), ("down", _("loses"))], lambda rows, v: rows.filter(change_minor__gt=0) if v == "up" else rows.filter(change_minor__lt=0)),
        ],
        empty=_("Nobody would have earned anything in this period."),
    )  # fmt: skip


@page(needs="rewards.view")
def sheet(request: Request, replay_id: int) -> HttpResponse:
    """A kept replay; head office shares it, a distributor reads his own line of one that was shared."""
    kept, rows = queries.sheet(request.actor, replay_id)
    error = None
    if request.method == "POST":
        try:
            count = actions.share(request.actor, replay_id=replay_id)
            messages.success(request, say("%(count)s distributors read their own line now.") % {"count": count})
            return redirect("rewards:sheet", replay_id=replay_id)
        except Refused as no:
            error = no
    row = queries.programme_row(kept.version_id)
    currency = queries.document_of_version(row).currency
    sums = rows.order_by().aggregate(before=Sum("before_minor", default=0), after=Sum("after_minor", default=0))
    whole = request.actor.whole_network or request.actor.role == "regional"
    context = {"kept": kept, "title": pick(row.title, row.title_en), "currency": currency, "error": error, "whole": whole} | sums  # fmt: skip
    return _lines(currency).respond(request, rows, "rewards/sheet.html", context)
