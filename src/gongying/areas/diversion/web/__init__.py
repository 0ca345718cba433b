"""Pages of diversion: the desk, a case, the forms of both sides."""

from collections.abc import Iterator

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, words
from gongying.core.ui import links, nav, todo
from gongying.core.ui.templatetags.ui import TONES

from .. import queries
from . import case, desk, reporting
from . import policies as policies

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", desk.cases, name="cases"),
    path("mine/", desk.mine, name="mine"),
    path("report/", reporting.report, name="report"),
    path("tell/", reporting.tell, name="tell"),
    path("<int:diversion_id>/", case.case, name="case"),
    path("pictures/<int:evidence_line>/", case.picture, name="picture"),
    path("files/<int:diversion_step>/", case.paper, name="paper"),
]


def _waiting(actor: Actor) -> Iterator[todo.Todo]:
    """What a distributor has to answer, and what head office has to open and to rule on."""
    if not actor.can("diversion.view"):
        return
    found = queries.counts(actor, timezone.localdate())
    if actor.role in PORTAL:
        note = _("Say what you know; bring what shows it.")
        yield todo.Todo(
            _("diversion cases to answer"),
            found["opened"] + found["late"],
            "/diversion/mine/",
            "alert",
            "bad",
            note,
        )
        yield todo.Todo(_("rulings you may object to"), found["ruled"], "/diversion/mine/", "scale", "warn")
        return
    if actor.can("diversion.open"):
        yield todo.Todo(
            _("diversion reports to look at"), found["reported"], "/diversion/?state=reported", "alert", "warn"
        )
    if actor.can("diversion.rule"):
        wait = found["ruling"] + found["late"]
        yield todo.Todo(_("diversion cases to rule on"), wait, "/diversion/?look=rule", "scale", "warn")


TONES["wait"] |= {"reported", "opened", "ruled", "objected"}
todo.register(_waiting)
links.home("diversion", "diversion:case")
links.home("diversion_cases", "diversion:cases")
nav.register(
    nav.NavItem(_("Diversion cases"), "/diversion/", "diversion.desk", 72, "compliance", "alert"),
    nav.NavItem(_("Diversion cases"), "/diversion/mine/", "diversion.mine", 72, "compliance", "alert"),
)
words(
    "diversion",
    _("Diversion"),
    {
        "view": _("Read the diversion cases of one's own scope"),
        "mine": _("See the cases against the own company and what it reported"),
        "desk": _("See the desk of diversion cases"),
        "report": _("Report diversion and add evidence"),
        "tell": _("Tell head office of goods found in the own territory"),
        "open": _("Open diversion cases, or set reports aside"),
        "answer": _("Answer cases against the own company, and object to rulings"),
        "rule": _("Rule on diversion cases somebody else opened"),
        "close": _("Close cases nobody objects to any more"),
    },
)
