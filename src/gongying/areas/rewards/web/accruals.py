"""Accrued rebates: what moved in a month, what accruing would move, runs and their approval, how an amount comes about."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import call
from gongying.core.people.access import same
from gongying.core.ui import links, nav, todo
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label

from ..actions import accruing
from ..models import AccrualRun
from ..queries import accruals, estimating, titles
from ..queries.accrual_words import accrual_told

SHOWN = 18  # months to choose from
STATES = [(state, _(state)) for state in ("pending", "posted", "void")]
KINDS = (("month", _("month end")), ("use", _("use by a settlement")))
PARTS = ("opening", "accrued", "used", "released", "closing")
HEADS = (_("Opening"), _("Accrued"), _("Used by settlements"), _("Released unused"), _("Closing"))


def _months() -> list[str]:
    """The months that are over, newest first, before them the running one."""
    codes, day = list[str](), timezone.localdate()
    for _place in range(SHOWN):
        codes.append(calendar.month_of(day).code)
        day = calendar.month_of(day).start - timedelta(days=1)
    return codes


def _amounts(sorts: Callable[[str], Any]) -> list[Column]:
    """Opening + accrued + used + released = closing as columns, each sorted by what `sorts` says of its name."""
    return [
        Column(name, head, partial(_of_row, name=name), "money", sorts(name), phone=name == "closing")
        for name, head in zip(PARTS, HEADS, strict=True)
    ]


def _by_value(name: str) -> Callable[[Any], int]:
    """Lists are sorted by the amount itself."""
    return lambda row: _of_row(row, name)[0]


def _of_row(row: Any, name: str) -> tuple[int, str]:
    return getattr(row, f"{name}_minor"), row.currency


def _programmes(rows: Sequence[Any]) -> Filter:
    names = {row.programme: row.title for row in rows}
    return Filter(
        "programme",
        _("Programme"),
        sorted(names.items()),
        lambda rows, v: [row for row in rows if row.programme == v],
    )


def _searched(rows: Sequence[Any], q: str) -> list[Any]:
    return [row for row in rows if q.lower() in f"{row.code} {row.name}".lower()]


def _movement(rows: Sequence[accruals.Moved]) -> Table:
    return Table(
        "accruals",
        [
            Column("code", _("Code"), lambda r: r.code, sort=lambda r: r.code, phone=False),
            Column("name", _("Distributor"), lambda r: r.name, sort=lambda r: r.name, href=lambda r: links.to("accrual", r.line_id), panel=True),
            Column("title", _("Programme"), lambda r: r.title, sort=lambda r: r.title, phone=False),
            Column("period", _("Period"), lambda r: r.period, sort=lambda r: r.period),
            *_amounts(_by_value),
        ],
        sort="-closing",
        search=_searched,
        filters=[_programmes(rows)],
        views=[(_("Largest first"), "sort=-closing"), (_("Used first"), "sort=used")],
        key=lambda r: r.line_id,
        empty=_("Nothing is accrued in this month. Look above at what accruing it would book."),
    )  # fmt: skip


def _totals(rows: Sequence[Any]) -> list[tuple[str, dict[str, int]]]:
    """The sums of a movement by currency."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(PARTS, 0))
    for row in rows:
        for name in PARTS:
            found[row.currency][name] += getattr(row, f"{name}_minor")
    return sorted(found.items())


@page(needs="rewards.accruals")
def accrued(request: Request) -> HttpResponse:
    """The movement of a month by programme, period and distributor; every closing amount opens its derivation."""
    actor, months = request.actor, _months()
    newest = estimating.last_day()
    asked = request.GET.get("month", "")
    start = calendar.month_of(newest).code if newest else months[1]
    month = asked if asked in months else start
    rows = accruals.movement(actor, month)
    following = accruals.next_month(timezone.localdate())
    context = {
        "month": month,
        "months": months if month in months else [*months, month],
        "totals": _totals(rows),
        "waiting": accruals.accrual_runs(actor).filter(state="pending"),
        "following": following,
        "unused": accruals.unused()[:SHOWN] if actor.can("rewards.accrue") else [],
        "may_accrue": actor.can("rewards.accrue"),
    }
    return _movement(rows).respond(request, rows, "rewards/accruals.html", context)


def _preview(rows: Sequence[accruals.AccrualView]) -> Table:
    return Table(
        "accrual-preview",
        [
            Column("code", _("Code"), lambda r: r.code, sort=lambda r: r.code, phone=False),
            Column("name", _("Distributor"), lambda r: r.name, sort=lambda r: r.name, href=lambda r: links.to("party", r.party_id)),
            Column("programme", _("Programme"), lambda r: r.title, sort=lambda r: r.title, phone=False),
            Column("period", _("Period"), lambda r: r.period, sort=lambda r: r.period, phone=False),
            Column("expected", _("Rebate expected"), lambda r: _of_row(r, "expected"), "money", lambda r: r.expected_minor, phone=False),
            Column("earned", _("Earned so far"), lambda r: _of_row(r, "earned"), "money", lambda r: r.earned_minor, phone=False),
            Column("settled", _("Settled"), lambda r: _of_row(r, "settled"), "money", lambda r: r.settled_minor, phone=False),
            *_amounts(_by_value),
        ],
        sort="",
        search=_searched,
        filters=[_programmes(rows)],
        key=lambda r: f"{r.programme}/{r.period}/{r.party_id}",
        empty=_("Nothing moves: what stands is what is owed."),
    )  # fmt: skip


@page(needs="rewards.accruals")
def accrual_trial(request: Request) -> HttpResponse:
    """What accruing a month would book; nothing is written before it is submitted."""
    actor, today = request.actor, timezone.localdate()
    month = request.GET.get("month", "").strip() or accruals.next_month(today)
    found = estimating.estimated(month)
    rows = accruals.shown(actor, found)
    pending = AccrualRun.objects.filter(state="pending").first()
    context = {
        "month": month,
        "on": found.on,
        "policy": found.policy,
        "watermark": found.watermark,
        "totals": _totals(rows),
        "count": len(rows),
        "pending": pending,
        "over": found.on < today,
        "may_accrue": actor.can("rewards.accrue") and pending is None,
    }
    return _preview(rows).respond(request, rows, "rewards/accrual_trial.html", context)


@require_POST
@page(needs="rewards.accrue")
def accrual_submit(request: Request) -> HttpResponse:
    """Submit the accrual of a month, or what a settlement has used up."""
    actor, month, run = request.actor, request.POST.get("month", ""), request.POST.get("run", "")
    if run.isdigit():
        done = call("rewards.reverse_accrual", actor, {"run_id": int(run)})
    else:
        done = call("rewards.accrue", actor, {"month": month})
    if done.run_id:
        return redirect("rewards:accrual_run", run_id=done.run_id)
    messages.success(request, say("Nothing moves: what stands is what is owed."))
    return redirect("rewards:accruals")


def _runs() -> Table:
    return Table(
        "accrual-runs",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("accrual_run", r.pk)),
            Column("kind", _("Kind"), lambda r: dict(KINDS)[r.kind], sort="kind", phone=False),
            Column("day", _("Dated"), lambda r: r.business_date, "date", "business_date"),
            Column("count", _("Lines"), lambda r: r.count, "num", "count", phone=False),
            Column("change", _("Adds to the expense"), lambda r: (r.change, r.currency) if r.moneys == 1 else None, "money", "change"),
            Column("state", _("State"), lambda r: r.state, "state", "state"),
            Column("by", _("submitted by"), lambda r: r.created_by, phone=False),
        ],
        filters=[
            Filter("state", _("State"), STATES, lambda rows, v: rows.filter(state=v)),
            Filter("kind", _("Kind"), KINDS, lambda rows, v: rows.filter(kind=v)),
        ],
        search=lambda rows, q: rows.filter(Q(number__icontains=q) | Q(document__icontains=q)),
        views=[(_("Awaiting approval"), "state=pending")],
        empty=_("No accrual yet."),
    )  # fmt: skip


@page(needs="rewards.accruals")
def accrual_runs(request: Request) -> HttpResponse:
    """Every accrual, what it added and where it stands."""
    return _runs().respond(request, accruals.accrual_runs(request.actor), "rewards/accrual_runs.html")


def _lines() -> Table:
    names = titles()[0]
    return Table(
        "accrual-run",
        [
            Column("code", _("Code"), lambda r: r.party.code, sort="party__code", phone=False),
            Column("name", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: links.to("accrual", r.pk), panel=True),
            Column("programme", _("Programme"), lambda r: names.get(r.version_id, r.programme), sort="programme", phone=False),
            Column("period", _("Period"), lambda r: r.period, sort="period", phone=False),
            Column("earned", _("Earned so far"), lambda r: _of_row(r, "earned"), "money", "earned_minor", phone=False),
            Column("settled", _("Settled"), lambda r: _of_row(r, "settled"), "money", "settled_minor", phone=False),
            *_amounts(lambda name: f"{name}_minor"),
        ],
        sort="-closing",
        search=lambda rows, q: rows.filter(Q(party__code__icontains=q) | Q(party__name__icontains=q) | Q(party__name_en__icontains=q)),
        empty=_("No line of this run is in your scope."),
    )  # fmt: skip


@page(needs="rewards.accruals")
def accrual_run(request: Request, run_id: int) -> HttpResponse:
    """One accrual: its sums, what happened, every line; approve or turn down."""
    actor = request.actor
    run = accruals.accrual_run(actor, run_id)
    rows = accruals.accrual_lines(actor, run)
    context = {
        "run": run,
        "kind": dict(KINDS)[run.kind],
        "totals": sorted(accruals.currencies_of(rows).items()),
        "own": same(actor, run.created_by),
        "may_decide": actor.can("rewards.approve"),
        "month": f"{run.business_date:%Y-%m}",
        "entries": links.to("rebate_journal", f"{run.business_date:%Y-%m}"),
    }
    return _lines().respond(request, rows, "rewards/accrual_run.html", context)


@require_POST
@page(needs="rewards.approve")
def accrual_decide(request: Request, run_id: int) -> HttpResponse:
    """Approve or turn down."""
    verb = accruing.approve_accrual if request.POST.get("verdict") == "approve" else accruing.void_accrual
    verb(request.actor, run_id=run_id)
    return redirect("rewards:accrual_run", run_id=run_id)


@page(needs="rewards.accruals")
def accrual(request: Request, line_id: int) -> HttpResponse:
    """How an accrued amount comes about, and every movement of it; a panel, and a page of its own without script."""
    actor = request.actor
    line = accruals.accrual_line(actor, line_id)
    context = {
        "line": line,
        "view": {"words": accrual_told(line)},
        "title": titles()[0].get(line.version_id, line.programme),
        "history": accruals.accrual_history(actor, line),
    }
    inside = "rewards/_accrual.html" if request.headers.get("X-Panel") else "rewards/accrual.html"
    return render(request, inside, context)


def _waiting(actor: Actor) -> Iterator[todo.Todo]:
    """Accruals to approve."""
    if actor.can("rewards.approve"):
        count = AccrualRun.objects.filter(state="pending").exclude(created_by=actor.name).count()
        note = _("They were submitted by somebody else.")
        yield todo.Todo(
            _("accruals to approve"), count, "/rewards/accruals/runs/?state=pending", "scale", "warn", note
        )


paths = [
    path("accruals/", accrued, name="accruals"),
    path("accruals/preview/", accrual_trial, name="accrual_trial"),
    path("accruals/submit/", accrual_submit, name="accrual_submit"),
    path("accruals/runs/", accrual_runs, name="accrual_runs"),
    path("accruals/runs/<int:run_id>/", accrual_run, name="accrual_run"),
    path("accruals/runs/<int:run_id>/decide/", accrual_decide, name="accrual_decide"),
    path("accruals/lines/<int:line_id>/", accrual, name="accrual"),
]
todo.register(_waiting)
links.home("accrual", "rewards:accrual")
links.home("accrual_run", "rewards:accrual_run")
nav.register(
    nav.NavItem(_("Accruals"), "/rewards/accruals/", "rewards.accruals", 33, "rewards", "scale", portal=False),
    nav.NavItem(_("Accrual runs"), "/rewards/accruals/runs/", "rewards.accruals", 33, "rewards", "scale", portal=False, under="/rewards/accruals/"),
)  # fmt: skip
