"""Pages of statements of account: the list, one statement, the distributor's ledger, differences."""

from collections.abc import Iterator
from datetime import date

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, words
from gongying.core.ui import links, nav, todo

from .. import queries
from . import differences, files, ledgers, statement, statements
from . import policies as policies

urlpatterns = [
    path("", statements.statements, name="statements"),
    path("draw/", statements.draw, name="draw"),
    path("send/", statements.send, name="send"),
    path("template/", ledgers.template, name="template"),
    path("differences/", differences.differences, name="differences"),
    path("differences/take/", differences.take, name="take"),
    path("differences/<int:difference_id>/", differences.difference, name="difference"),
    path("<int:soa_id>/", statement.statement, name="statement"),
    path("<int:soa_id>/ledger/", ledgers.ledger, name="ledger"),
    path("<int:soa_id>/ledger/<int:soa_file_id>/", ledgers.check, name="check"),
    path("files/<int:soa_file_id>/", files.file, name="file"),
    path("lines/<int:soa_line_id>/", statement.line, name="line"),
]


def _waiting(actor: Actor) -> Iterator[todo.Todo]:
    """Statements that wait for the distributor; differences whose turn is ours, late answers and what is to be sent for us."""
    if not actor.can("reconciliation.view"):
        return
    today, portal = timezone.localdate(), actor.role in PORTAL
    found: dict[str, list[date | None]] = {"soa": [], "house": [], "party": []}
    for kind, day in queries.waiting(actor, today):
        found[kind].append(day)
    late = {kind: sum(day is not None and day < today for day in days) for kind, days in found.items()}
    if portal:
        first = min((day for day in found["soa"] if day), default=None)
        note = f"{say('Answer due by')} {first}" if first else ""
        tone = "bad" if late["soa"] else ""
        text = _("statements of account to confirm")
        yield todo.Todo(text, len(found["soa"]), "/reconciliation/?state=waiting", "scale", tone, note)
        text, link = _("differences that wait for you"), "/reconciliation/differences/?turn=party"
        yield todo.Todo(text, len(found["party"]), link, "alert", "warn")
    elif actor.can("reconciliation.work"):
        note = say("%(count)s of them are late.") % {"count": late["house"]} if late["house"] else ""
        text, link = _("account differences for head office"), "/reconciliation/differences/?turn=house"
        yield todo.Todo(text, len(found["house"]), link, "scale", "bad" if late["house"] else "warn", note)
        text = _("statements of account without an answer in time")
        yield todo.Todo(text, len(found["soa"]), "/reconciliation/?state=late", "clock", "bad")


todo.register(_waiting)
links.home("soa", "reconciliation:statement")
links.home("soas", "reconciliation:statements")
links.home("account_difference", "reconciliation:difference")
nav.register(
    nav.NavItem(_("Statements of account"), "/reconciliation/", "reconciliation.view", 24, "accounts", "scale"),
    nav.NavItem(
        _("Account differences"),
        "/reconciliation/differences/",
        "reconciliation.view",
        25,
        "accounts",
        "alert",
        portal=False,  # a distributor comes to them from his statement
    ),
)
words(
    "reconciliation",
    _("Statements of account"),
    {
        "view": _("Read statements of account and differences"),
        "draw": _("Draw and send statements of account"),
        "match": _("Match both ledgers"),
        "work": _("Work on differences: assign, agree, accept, tell apart"),
        "say": _("Write to differences"),
        "waive": _("Let differences stand"),
        "reopen": _("Take confirmations of statements of account back"),
        "tick": _("Do the day's work of reconciliation"),
        "confirm": _("Confirm statements of account for the distributor"),
        "answer": _("Answer statements of account line by line for the distributor"),
        "ledger": _("Send the distributor's ledger"),
    },
)
