"""The page that joins an application, its file and the memo."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.doors import words
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import links, typed
from gongying.core.ui.pages import Request, page

from . import actions, queries

VERDICTS: dict[str, Any] = {
    "accepted": _("Accepted by memo"), "conditional": _("Accepted on conditions by memo"), "rejected": _("Rejected by memo"),
}  # fmt: skip
NAMES = ("code", "supplier", "since", "name_en", "met")


@page(needs="onboarding.view")
def application(request: Request, application_id: int) -> HttpResponse:
    """From the application over the file and the memo to the distributor, with the next step."""
    actor, error = request.actor, None
    row = queries.joined(actor, application_id=application_id)
    if request.method == "POST":
        try:
            return _act(request, row)
        except Refused as no:
            error = no
    made = parties.parties(actor).filter(uscc=row.uscc).first() if row.uscc else None
    context = {
        "row": row, "error": error, "typed": {name: request.POST.get(name, "") for name in NAMES},
        "verdict": VERDICTS.get(row.verdict, ""), "made": made, "today": timezone.localdate(),
        "may_examine": actor.can("onboarding.examine") and not row.file and row.state in ("application", "examination"),
        "may_admit": actor.can("onboarding.admit") and row.memo and row.state in ("examination", "decision", "conditional"),
        "makes": row.verdict == "accepted" or row.state == "conditional",
    }  # fmt: skip
    return render(request, "onboarding/application.html", context, status=409 if error else 200)


def _act(request: Request, row: queries.Joined) -> HttpResponse:
    """Open the file, or carry the memo out. Raises Refused."""
    post, what = request.POST, request.POST.get("what", "")
    if what == "examine":
        made = actions.examine(request.actor, application_id=row.application)
        return redirect(links.to("dossier", made))
    if what != "carry_out":
        raise Missing("no such form")
    given = {name: post.get(name, "") for name in ("code", "supplier", "name_en", "met")}
    since = typed.day(post.get("since", ""), "since") if post.get("since") else None
    actions.carry_out(request.actor, application_id=row.application, since=since, **given)
    messages.success(request, say("Saved."))
    return redirect("onboarding:application", application_id=row.application)


urlpatterns = [path("<int:application_id>/", application, name="application")]
links.home("onboarding", "onboarding:application")
words(
    "onboarding",
    _("Onboarding"),
    {
        "view": _("Read what came of an application"),
        "examine": _("Open the file of an application"),
        "admit": _("Carry an approved memo out"),
    },
)
