"""Pages of due diligence."""

from collections.abc import Iterator
from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import words
from gongying.core.ui import links, nav, search, todo

from .. import queries
from . import files, memos, statements
from . import policies as policies

urlpatterns = [
    path("", files.files, name="files"),
    path("new/", files.new, name="new"),
    path("<int:dossier_id>/", files.record, name="file"),
    path("<int:dossier_id>/statements/", statements.enter, name="statements"),
    path("<int:dossier_id>/sheet/", statements.sheet, name="sheet"),
    path("<int:dossier_id>/rate/", files.rate, name="rate"),
    path("papers/<int:paper_id>/", files.paper, name="paper"),
    path("snapshots/<int:snapshot_id>/", files.snapshot, name="snapshot"),
    path("memos/<int:memo_id>/", memos.memo, name="memo"),
]


def _waiting(actor: Actor) -> Iterator[Any]:
    """Papers to be checked, files to be rated, memos a second person decides."""
    if not actor.can("diligence.work"):
        return
    waits = queries.waiting(actor)
    yield todo.Todo(_("papers of applicants to check"), waits["papers"], "/diligence/", "paperclip")
    yield todo.Todo(_("companies to rate"), waits["unrated"], "/diligence/?state=open", "star")
    if actor.can("diligence.decide"):
        yield todo.Todo(
            _("decision memos to approve"), waits["memos"], "/diligence/?state=proposed", "check", "warn"
        )


def _found(actor: Actor, wanted: str) -> Iterator[search.Hit]:
    """Files by number, company or credit code, for the palette."""
    if not actor.can("diligence.view"):
        return
    rows = queries.dossiers(actor)
    for row in (rows.filter(number__icontains=wanted) | rows.filter(company__icontains=wanted))[: search.MOST]:
        yield search.Hit(_("Due diligence"), row.company, links.to("dossier", row.pk), "shield", row.number)


todo.register(_waiting)
search.register(_found)
links.home("dossier", "diligence:file")
links.home("memo", "diligence:memo")
nav.register(
    nav.NavItem(_("Due diligence"), "/diligence/", "diligence.view", 75, "network", "shield", portal=False)
)
words(
    "diligence",
    _("Due diligence"),
    {
        "view": _("Read files of one's own regions"),
        "work": _("Keep papers, registry answers, statements and risks"),
        "rate": _("Rate companies, write down and sign interviews"),
        "propose": _("Propose decisions"),
        "decide": _("Approve decision memos"),
    },
)
