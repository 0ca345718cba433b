"""Pages of oversight: audit log, policies, background jobs."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core import calendar
from gongying.core.doors import words
from gongying.core.policies import actions as policy_actions
from gongying.core.policies import read as policies
from gongying.core.policies.kinds import KINDS
from gongying.core.policies.lists import standing
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import links, nav
from gongying.core.ui.listing import page_of
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import queries
from . import editor

AUDIT = Table(
    "audit",
    [
        Column("at", _("Time"), lambda r: r.at, "time", "at"),
        Column("actor", _("Who"), lambda r: r.actor, sort="actor"),
        Column("via", _("Through"), lambda r: r.via, phone=False),
        Column("action", _("Verb"), lambda r: r.action, sort="action"),
        Column("outcome", _("Outcome"), lambda r: r.outcome, "state", "outcome"),
        Column("detail", _("Words"), lambda r: r.detail[:60], phone=False),
        Column("inputs", _("Inputs"), lambda r: r.inputs[:70], phone=False),
    ],
    sort="-at",
    search=lambda rows, q: rows.filter(actor__icontains=q) | rows.filter(action__icontains=q),
    filters=[
        Filter(
            "outcome",
            _("Outcome"),
            [("done", _("done")), ("refused", _("refused")), ("forbidden", _("forbidden"))],
            lambda rows, v: rows.filter(outcome=v),
        )
    ],
    views=[(_("Refusals"), "outcome=refused"), (_("Forbidden"), "outcome=forbidden")],
    empty=_("Nothing happened yet."),
)


def _policies(today: date) -> Table:
    """All versions, and where each stands today."""
    stands, by_state = standing("", today)
    return Table(
        "policies",
        [
            Column("title", _("Title"), lambda r: pick(r.title, r.title_en), sort="title", href=lambda r: links.to("policy", r.pk)),
            Column("kind", _("Kind"), lambda r: KINDS[r.kind].label if r.kind in KINDS else r.kind, sort="kind", phone=False),
            Column("key", _("Key"), lambda r: f"{r.key} v{r.version}", sort="key"),
            Column("scope", _("Scope"), lambda r: r.scope_key or _("Whole network"), sort="scope_key", phone=False),
            Column("from", _("From"), lambda r: r.effective_from, "date", "effective_from", phone=False),
            Column("to", _("To, not included"), lambda r: r.effective_to, "date", "effective_to", phone=False),
            Column("state", _("State"), stands, "state"),
        ],
        sort="title",
        search=lambda rows, q: rows.filter(title__icontains=q) | rows.filter(key__icontains=q),
        filters=[
            Filter("kind", _("Kind"), [(code, kind.label) for code, kind in KINDS.items()], lambda rows, v: rows.filter(kind=v)),
            by_state,
        ],
        empty=_("No policy yet."),
    )  # fmt: skip


JOBS = Table(
    "jobs",
    [
        Column("title", _("Job"), lambda j: j.title, sort="title", href=lambda j: j.link),
        Column("kind", _("Kind"), lambda j: j.kind, sort="kind", phone=False),
        Column("percent", _("Progress"), lambda j: j.percent / 100, "bar"),
        Column("done", _("Rows done"), lambda j: j.done, "num", "done", phone=False),
        Column("started", _("Started"), lambda j: j.started_at, "time", "started_at", phone=False),
        Column("ended", _("Ended"), lambda j: j.ended_at, "time", "ended_at", phone=False),
        Column("state", _("State"), lambda j: j.state, "state", "state"),
        Column("error", _("What is wrong"), lambda j: j.error[:80], phone=False),
    ],
    sort="-started",
    views=[(_("Failed"), "state=failed")],
    filters=[
        Filter("state", _("State"), [(s, _(s)) for s in ("queued", "running", "done", "failed")], lambda rows, v: rows.filter(state=v)),
    ],
    empty=_("No background work yet. Imports and other long work appear here with their progress."),
)  # fmt: skip


@page(needs="control.audit")
def audit(request: Request) -> HttpResponse:
    """The audit log with the state of the seal."""
    actor = request.actor
    return AUDIT.respond(request, queries.audit(actor), "control/audit.html", {"seal": queries.seal(actor)})


@page(needs="control.policies")
def policy_list(request: Request) -> HttpResponse:
    """All versions of all policies."""
    rows = queries.policy_versions(request.actor)
    return _policies(timezone.localdate()).respond(request, rows, "control/policies.html")


@page(needs="control.policies")
def policy(request: Request, version_id: int) -> HttpResponse:
    """One version: its parameters, what changed, what the linter says; publish or withdraw it."""
    actor = request.actor
    error = None
    if request.method == "POST":
        withdraw = request.POST.get("what") == "withdraw"
        try:
            (policy_actions.withdraw if withdraw else policy_actions.publish)(actor, version_id=version_id)
            messages.success(request, _("Saved."))
            return redirect("control:policy", version_id=version_id)
        except Refused as no:
            error = no
    view, today = queries.policy(actor, version_id=version_id), timezone.localdate()
    context = {
        "v": view,
        "state": policies.state_of(view.row, today, policies.holding("", today)),
        "error": error,
        "may_publish": actor.can("policies.publish"),
        "may_draft": actor.can("policies.draft"),
        "try_it": links.to(f"try {view.row.kind}", version_id),
        "today": today,
    }
    return render(request, "control/policy.html", context, status=409 if error else 200)


@page(needs="control.policies")
def where(request: Request) -> HttpResponse:
    """Which value of a policy holds for a distributor on a day, and which ones it won over."""
    asked = {name: request.GET.get(name, "").strip() for name in ("of", "party", "on")}
    asked["on"] = asked["on"] or timezone.localdate().isoformat()
    kind, _slash, key = asked["of"].partition("/")
    on, found, error = calendar.typed(asked["on"]), None, None
    if on is None:
        error = _("Write the date as 2026-01-31.")
    elif kind:
        try:
            found = queries.holds(request.actor, kind=kind, key=key, on=on, party=asked["party"])
        except Missing:
            error = _("Nothing holds there on this day.")
    context = {
        "asked": asked,
        "keys": [(f"{each}/{name}", label, name) for each, name, label in queries.published_keys()],
        "found": found,
        "lines": queries.read_out(found.kind, found.parameters) if found else [],
        "error": error,
    }
    return render(request, "control/where.html", context, status=409 if error else 200)


@page(needs="ui.keep")
def jobs(request: Request) -> HttpResponse:
    """Background work with its progress; the list renews itself while something runs."""
    actor = request.actor
    rows = queries.jobs(actor)
    running = page_of(request, rows.filter(state__in=("queued", "running")), 10)
    if request.headers.get("X-Panel"):
        return render(request, "control/_running.html", {"running": running})
    return JOBS.respond(request, rows, "control/jobs.html", {"running": running})


links.home("policy", "control:policy")
links.home("new_policy", "control:new")
urlpatterns = [
    path("audit/", audit, name="audit"),
    path("policies/", policy_list, name="policies"),
    path("policies/where/", where, name="where"),
    path("policies/new/", editor.edit, name="new"),
    path("policies/<int:version_id>/", policy, name="policy"),
    path("policies/<int:version_id>/edit/", editor.edit, name="edit"),
    path("jobs/", jobs, name="jobs"),
]
nav.register(
    nav.NavItem(_("Policies"), "/control/policies/", "control.policies", 79, "house", "book"),
    nav.NavItem(_("Background work"), "/control/jobs/", "ui.keep", 65, "data", "clock"),
    nav.NavItem(_("Audit log"), "/control/audit/", "control.audit", 90, "house", "shield"),
)
words(
    "control",
    _("Oversight"),
    {
        "audit": _("Read the audit log and the state of the seal"),
        "policies": _("Read all policies and their versions"),
    },
)
