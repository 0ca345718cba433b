"""Settlement runs: try, submit, approve, and what a run came to."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.core.doors import call
from gongying.core.people.access import same
from gongying.core.policies import read as policies
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.core.ui import charts, links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label, money
from gongying.core.words import is_chinese
from gongying.engines.money import exponent
from gongying.engines.rebates import MONEY

from .. import actions, queries
from ..models import Run, Statement
from ..rules import PROGRAMME
from .statements import narrowed, state_of, states

SHOWN = 12
STATES = [(state, _(state)) for state in ("pending", "posted", "void")]


def _runs(rows: Any, titles: dict[int, str], names: dict[str, str]) -> Table:
    held = sorted(set(rows.order_by().values_list("programme", "period")))
    programmes = [(key, names.get(key, key)) for key in sorted({key for key, _period in held})]
    periods = [(code, code) for code in sorted({code for _key, code in held}, reverse=True)]
    return Table(
        "runs",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("run", r.pk)),
            Column("programme", _("Programme"), lambda r: titles.get(r.version_id, r.programme), sort="programme", phone=False),
            Column("period", _("Period"), lambda r: r.period, sort="period"),
            Column("day", _("Dated"), lambda r: r.business_date, "date", "business_date", phone=False),
            Column("count", _("Statements"), lambda r: r.count, "num", "count", phone=False),
            Column("due", _("Due"), lambda r: (r.due, r.currency or "CNY"), "money", "due"),
            Column("state", _("State"), lambda r: r.state, "state", "state", phone=False),
            Column("by", _("submitted by"), lambda r: r.created_by, phone=False),
        ],
        filters=[
            Filter("state", _("State"), STATES, lambda rows, v: rows.filter(state=v)),
            Filter("of", _("Programme"), programmes, lambda rows, v: rows.filter(programme=v)),
            Filter("in", _("Period"), periods, lambda rows, v: rows.filter(period=v)),
        ],
        search=lambda rows, q: rows.filter(number__icontains=q),
        views=[(_("Awaiting approval"), "state=pending"), (_("Largest first"), "sort=-due")],
        empty=_("No run yet. Choose a programme and a period above and look at what it would pay."),
    )  # fmt: skip


@page(needs="rewards.preview")
def runs(request: Request) -> HttpResponse:
    """Settlement runs, and the form that tries one."""
    actor = request.actor
    chosen, period = request.GET.get("programme", ""), request.GET.get("period", "").strip()
    if chosen and period:
        return redirect("rewards:trial", programme=chosen, period=period)
    rows, (titles, names) = queries.runs(actor), queries.titles()
    keys = sorted(set(policies.versions(PROGRAMME.code).filter(status="published").values_list("key", flat=True)))
    waiting = rows.filter(state="pending")
    context = {"keys": [(key, names.get(key, key)) for key in keys], "waiting": waiting, "actor_name": actor.name}
    return _runs(rows, titles, names).respond(request, rows, "rewards/runs.html", context)


def _trial(document: Any) -> Table:
    kind = "money" if document.basis in MONEY else "num"

    def base(row: queries.Due) -> Any:
        return (row.base, row.currency) if kind == "money" else row.base

    return Table(
        "trial",
        [
            Column("code", _("Code"), lambda d: d.code, sort=lambda d: d.code, phone=False),
            Column("name", _("Distributor"), lambda d: d.name, sort=lambda d: d.name, href=lambda d: links.to("party", d.party_id)),
            Column("lines", _("Lines"), lambda d: d.lines, "num", lambda d: d.lines, phone=False),
            Column("base", _("Base"), base, kind, lambda d: d.base, phone=False),
            Column("tier", _("Tier"), lambda d: queries.tier_text(document, d.tier), sort=lambda d: -1 if d.tier is None else d.tier, phone=False),
            Column("entitled", _("Entitled"), lambda d: (d.entitled_minor, d.currency), "money", lambda d: d.entitled_minor),
            Column("settled", _("Settled before"), lambda d: (d.settled_minor, d.currency), "money", lambda d: d.settled_minor, phone=False),
            Column("due", _("Due"), lambda d: (d.due_minor, d.currency), "money", lambda d: d.due_minor),
        ],
        sort="-due",
        search=lambda rows, q: [d for d in rows if q.lower() in f"{d.code} {d.name}".lower()],
        filters=[
            Filter(
                "what",
                _("What happens"),
                [("pay", _("paid")), ("back", _("taken back")), ("none", _("nothing changes"))],
                lambda rows, v: [d for d in rows if (d.due_minor > 0) - (d.due_minor < 0) == {"pay": 1, "back": -1, "none": 0}[v]],
            )
        ],
        views=[(_("Taken back"), "what=back&sort=due")],
        key=lambda d: d.party_id,
        empty=_("No invoice line of the period counts in this programme yet."),
    )  # fmt: skip


@page(needs="rewards.preview")
def trial(request: Request, programme: str, period: str) -> HttpResponse:
    """What settling a programme for a period would pay now; nothing is written before it is submitted."""
    actor = request.actor
    rows = queries.preview(actor, programme=programme, period=period)
    found = queries.bound(programme, period)
    version, document, period = found.version_id, found.document, found.period.code
    changed = [d for d in rows if d.due_minor]
    pending = Run.objects.filter(programme=programme, period=period, state="pending").first()
    context = {
        "programme": programme,
        "title": queries.titles()[0].get(version, programme),
        "period": period,
        "version": version,
        "currency": document.currency,
        "due": sum(d.due_minor for d in rows),
        "back": sum(d.due_minor for d in rows if d.due_minor < 0),
        "entitled": sum(d.entitled_minor for d in rows),
        "changed": changed,
        "largest": max(changed, key=lambda d: d.due_minor, default=None),
        "pending": pending,
        "may_settle": actor.can("rewards.settle") and pending is None,
        "closes": timezone.localdate() >= found.period.end + timedelta(days=document.wait_days),
    }
    return _trial(document).respond(request, rows, "rewards/trial.html", context)


@require_POST
@page(needs="rewards.settle")
def settle(request: Request) -> HttpResponse:
    """Submit a settlement for approval."""
    actor = request.actor
    key = request.POST.get("csrfmiddlewaretoken", "")[:32]
    inputs: dict[str, Any] = {name: request.POST.get(name, "") for name in ("programme", "period")}
    inputs["final"] = request.POST.get("final") == "yes"
    done = call("rewards.settle", actor, inputs, idempotency_key=f"settle/{key}")
    if done.run_id:
        return redirect("rewards:run", run_id=done.run_id)
    messages.success(request, say("Nothing to settle."))
    return redirect("rewards:runs")


@require_POST
@page(needs="rewards.reopen")
def reopen(request: Request, run_id: int) -> HttpResponse:
    """Open a period again that was settled for good; the reason is asked for."""
    try:
        actions.reopen(request.actor, run_id=run_id, reason=request.POST.get("reason", ""))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("rewards:run", run_id=run_id)


def _statements(document: Any) -> Table:
    kind = "money" if document.basis in MONEY else "num"

    def base(row: Statement) -> Any:
        return (row.base, row.currency) if kind == "money" else row.base

    return Table(
        "run",
        [
            Column("code", _("Code"), lambda r: r.party.code, sort="party__code", phone=False),
            Column("name", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: links.to("statement", r.pk)),
            Column("base", _("Base"), base, kind, "base", phone=False),
            Column("tier", _("Tier"), lambda r: queries.tier_text(document, r.tier), sort="tier", phone=False),
            Column("entitled", _("Entitled"), lambda r: (r.entitled_minor, r.currency), "money", "entitled_minor", phone=False),
            Column("settled", _("Settled before"), lambda r: (r.settled_minor, r.currency), "money", "settled_minor", phone=False),
            Column("due", _("Due"), lambda r: (r.due_minor, r.currency), "money", "due_minor", lambda r: links.to("explain", r.pk), panel=True),
            Column("state", _("State"), state_of, "state", phone=False),
        ],
        sort="-due",
        search=narrowed,
        filters=[Filter("state", _("State"), states(False), lambda rows, v: rows.filter(state=v))],
        views=[(_("In dispute"), "state=disputed"), (_("Taken back first"), "sort=due")],
        empty=_("No statement of this run is in your scope."),
    )  # fmt: skip


@page(needs="rewards.preview")
def run(request: Request, run_id: int) -> HttpResponse:
    """One run: its figures, its largest statements, what happened, and every statement in scope."""
    actor = request.actor
    row = one(Run.objects.all(), pk=run_id)
    rows = queries.statements(actor).filter(run=row)
    document = queries.document_of_run(row)
    view = queries.run_view(actor, row, rows)
    scale = 10 ** exponent(view.currency)
    bars = [
        charts.Bar(r.party.code, r.due_minor / scale, note=f"{label(r.party)} {money(r.due_minor, r.currency)}")
        for r in rows.order_by("-due_minor", "id")[:SHOWN]
    ]
    context = {
        "run": row,
        "title": queries.titles()[0].get(row.version_id, row.programme),
        "v": view,
        "own": same(actor, row.created_by),
        "may_decide": actor.can("rewards.approve"),
        "chart": charts.columns(bars, title=say("The largest amounts due"), chinese=is_chinese()) if bars else "",
        "capitals": queries.in_capitals(view.due_minor, view.currency),
    }
    return _statements(document).respond(request, rows, "rewards/run.html", context)


@require_POST
@page(needs="rewards.approve")
def decide(request: Request, run_id: int) -> HttpResponse:
    """Approve or turn down."""
    actor = request.actor
    (actions.approve if request.POST.get("verdict") == "approve" else actions.void)(actor, run_id=run_id)
    return redirect("rewards:run", run_id=run_id)
