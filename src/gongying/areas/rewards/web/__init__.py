"""Pages of rewards: programmes, replays, runs, the statement with its explanation."""

from collections.abc import Iterator

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import words
from gongying.core.ui import links, nav, todo

from .. import queries
from ..models import Run
from . import accrual_forms as accrual_forms
from . import accruals, explain, programmes, readers, replays, runs, statements, vat, watch
from . import policies as policies

urlpatterns = [
    path("programmes/", programmes.programmes, name="programmes"),
    path("programmes/new/", programmes.edit, name="new"),
    path("programmes/preview/", programmes.preview, name="preview"),
    path("programmes/<int:version_id>/", programmes.programme, name="programme"),
    path("programmes/<int:version_id>/edit/", programmes.edit, name="edit"),
    path("programmes/<int:version_id>/replay/", replays.replay, name="replay"),
    path("replays/<int:replay_id>/", replays.sheet, name="sheet"),
    path("runs/", runs.runs, name="runs"),
    path("runs/settle/", runs.settle, name="settle"),
    path("runs/trial/<str:programme>/<str:period>/", runs.trial, name="trial"),
    path("runs/<int:run_id>/", runs.run, name="run"),
    path("runs/<int:run_id>/decide/", runs.decide, name="decide"),
    path("runs/<int:run_id>/reopen/", runs.reopen, name="reopen"),
    path("statements/", statements.statements, name="statements"),
    path("statements/<int:statement_id>/", statements.statement, name="statement"),
    path("statements/<int:statement_id>/explain/", explain.explain, name="explain"),
    path("statements/<int:statement_id>/lines/<int:line_id>/", explain.invoice, name="invoice"),
    path("statements/<int:statement_id>/disputes/<int:dispute_id>/", statements.rule, name="rule"),
    *readers.paths,
    *accruals.paths,
    *vat.paths,
    *watch.paths,
]


def _waiting(actor: Actor) -> Iterator[todo.Todo]:
    """Runs to approve, objections to rule on; for a distributor the statements to confirm and the answers it waits for."""
    if actor.can("rewards.approve"):
        count = Run.objects.filter(state="pending").exclude(created_by=actor.name).count()
        note = _("They were submitted by somebody else.")
        yield todo.Todo(_("settlements to approve"), count, "/rewards/runs/", "calc", "warn", note)
    if actor.can("rewards.view"):
        yield _objections(actor)
    if actor.role == "owner" and actor.can("rewards.acknowledge"):
        count = queries.acknowledgements(actor).filter(read_at__isnull=True).order_by().count()
        note = _("Your owner says that they were read.")
        yield todo.Todo(_("published terms to read"), count, "/rewards/terms/?state=waiting", "book", "warn", note)
    if actor.can("rewards.confirm") and not actor.whole_network:
        count = queries.statements(actor).filter(state="open").count()
        yield todo.Todo(
            _("statements to confirm"),
            count,
            "/rewards/statements/?state=open",
            "bill",
            "",
            _("Read them, confirm them or object to a line."),
        )


def _objections(actor: Actor) -> todo.Todo:
    """Objections without an answer, by the clock: late ones are bad, the others say when the next is due."""
    today = timezone.localdate()
    days = list(queries.unanswered(actor).values_list("due_on", flat=True))
    late = sum(day < today for day in days)
    note = ""
    if late:
        note = say("%(count)s answers are overdue, the oldest since %(day)s.") % {"count": late, "day": days[0]}
    elif days:
        note = say("The next answer is due by %(day)s.") % {"day": days[0]}
    text = _("objections to answer") if actor.can("rewards.preview") else _("objections awaiting an answer")
    tone = "bad" if late else "warn" if actor.can("rewards.preview") else ""
    return todo.Todo(text, len(days), "/rewards/statements/?state=disputed", "alert", tone, note)


todo.register(_waiting)
links.home("statement", "rewards:statement")
links.home("programme", "rewards:programme")
links.home("terms", "rewards:terms")
links.home("draft rewards.programme", "rewards:new")
links.home("run", "rewards:run")
links.home("explain", "rewards:explain")
links.home("statements", "rewards:statements")
nav.register(
    nav.NavItem(_("Programmes"), "/rewards/programmes/", "rewards.preview", 30, "rewards", "gift"),
    nav.NavItem(_("Settlement"), "/rewards/runs/", "rewards.preview", 31, "rewards", "calc"),
    nav.NavItem(_("Statements"), "/rewards/statements/", "rewards.view", 32, "rewards", "bill"),
    nav.NavItem(
        _("Published terms"), "/rewards/terms/", "rewards.view", 38, "rewards", "book", under="/rewards/statements/"
    ),
)
words(
    "rewards",
    _("Rebates"),
    {
        "view": _("Read statements, and export them"),
        "preview": _("See programmes and runs, and try what a settlement would pay"),
        "settle": _("Submit settlements"),
        "approve": _("Approve settlements of others, or turn them down"),
        "replay": _("Replay drafts on the company's own history"),
        "rule": _("Answer objections"),
        "share": _("Share a replay with the distributors"),
        "reopen": _("Reopen a period that was settled for good"),
        "pay_out": _("Keep what a statement was paid with"),
        "accruals": _("See accrued rebates and what accruing would book"),
        "accrue": _("Submit accruals"),
        "hand_over": _("Hand the entries of rebates to the general ledger"),
        "watch": _("See who is close to a tier or about to miss one"),
        "confirm": _("Confirm statements for the distributor"),
        "dispute": _("Object to statements and lines for the distributor"),
        "acknowledge": _("Say for the distributor that published terms were read"),
        "ask_to_read": _("Put a published programme before those it is for"),
    },
)
