"""One case: what is held against the distributor, the finds, what happened; what each side may do now."""

from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.files import pictures, shelf
from gongying.core.people.access import same
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import typed
from gongying.core.ui.pages import Request, page

from .. import actions, queries
from ..models import Case
from ..rules import may_be_ruled
from .desk import STATES
from .reporting import MOST, PURPOSE, found

WHAT = {
    "reported": _("Reported"),
    "set_aside": _("No case made of it"),
    "opened": _("Case opened"),
    "evidence": _("Evidence added"),
    "answered": _("Answered"),
    "ruled": _("Ruling"),
    "objected": _("Objection"),
    "accepted": _("Ruling accepted"),
    "closed": _("Case closed"),
}
SIDES = {"house": _("head office"), "distributor": _("the distributor"), "reporter": _("another distributor")}
VERDICTS = {"upheld": _("upheld"), "dismissed": _("dismissed")}


@page(needs="diversion.view")
def case(request: Request, diversion_id: int) -> HttpResponse:
    """One case: head office opens it, adds evidence and rules; the distributor answers and may object once."""
    actor, error = request.actor, None
    row = queries.case(actor, diversion_id)
    if request.method == "POST":
        try:
            _do(request, actor, row)
            messages.success(request, say("Saved."))
            return redirect("diversion:case", diversion_id=row.pk)
        except Refused as no:
            error = no
    context = _context(request, actor, row) | {"error": error, "posted": request.POST}
    return render(request, "diversion/case.html", context, status=409 if error else 200)


def _do(request: Request, actor: Actor, row: Case) -> None:
    """What the form asks for."""
    form, what = request.POST, request.POST.get("what", "")
    if what == "open":
        party = (
            int(text) if (text := form.get("party", "")).isascii() and text.isdigit() and len(text) < 18 else None
        )
        actions.open_case(
            actor, case_id=row.pk, ground=form.get("ground", ""), summary=form.get("summary", ""), party_id=party
        )
    elif what == "aside":
        actions.set_aside(actor, case_id=row.pk, reason=form.get("reason", ""))
    elif what == "evidence":
        actions.add_evidence(actor, case_id=row.pk, evidence=found(request, actor, None))
    elif what == "answer":
        file = typed.copy_sent(request, actor, purpose=PURPOSE, party_id=row.party_id)
        actions.answer(actor, case_id=row.pk, text=form.get("text", ""), file_id=file)
    elif what == "object":
        file = typed.copy_sent(request, actor, purpose=PURPOSE, party_id=row.party_id)
        actions.object_to(actor, case_id=row.pk, reason=form.get("reason", ""), file_id=file)
    elif what == "accept":
        actions.accept_ruling(actor, case_id=row.pk)
    else:
        actions.rule(actor, case_id=row.pk, verdict=form.get("verdict", ""), reasons=form.get("reasons", ""))


def _context(request: Request, actor: Actor, row: Case) -> dict[str, Any]:
    today, portal = timezone.localdate(), actor.role in PORTAL
    names = queries.ground_names(row.party_id, row.opened_on or today)
    ruled = list(queries.rulings(actor, row))
    mine = same(actor, row.opened_by) or (bool(row.made_by) and same(actor, row.made_by)) or any(same(actor, r.by) for r in ruled)  # fmt: skip
    ready = may_be_ruled(row.state, row.answer_by, today)
    may_open = row.state == "reported" and actor.can("diversion.open")
    return {
        "row": row,
        "state": row.state.replace("_", " "),
        "state_name": STATES[row.state],
        "ground": names.get(row.ground, row.ground),
        "grounds": list(names.items()),
        "evidence": queries.evidence(actor, row)[:200],
        "steps": [(WHAT[each.what], SIDES[each.side], each) for each in queries.steps(actor, row)],
        "rulings": [(VERDICTS[each.verdict], each) for each in ruled],
        "report": queries.report_of(actor, row),
        "distributors": parties.parties(actor)[:MOST] if may_open and row.party_id is None else [],
        "late": (today - row.answer_by).days if row.state == "opened" and row.answer_by and today > row.answer_by else 0,
        "may_open": may_open,
        "may_add": row.state in ("reported", "opened", "answered") and actor.can("diversion.report"),
        "may_rule": ready and actor.can("diversion.rule") and not mine,
        "own_case": ready and actor.can("diversion.rule") and mine,
        "may_answer": row.state in ("opened", "answered") and actor.can("diversion.answer"),
        "may_object": row.state == "ruled" and actor.can("diversion.answer"),
        "regions": parties.region_choices(),
        "portal_page": portal,
        "today": today,
    }  # fmt: skip


@page(needs="diversion.view")
def picture(request: Request, evidence_line: int) -> HttpResponse:
    """The picture of a find. Whom the case is against sees it without what the camera wrote into it: that could say whose it is."""
    file = queries.picture_of(request.actor, evidence_line)
    kind = typed.PICTURES.get(PurePath(file.name).suffix.lower())
    if kind is None:
        raise Missing("no picture")
    data = shelf.path_of(file).read_bytes()
    if request.actor.role in PORTAL:
        data, kind = pictures.bare(data), "image/jpeg"
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'inline; filename="evidence-{evidence_line}"'
    return response


@page(needs="diversion.view")
def paper(request: Request, diversion_step: int) -> HttpResponse:
    """The file that came with an answer or an objection."""
    file = queries.file_of(request.actor, diversion_step)
    suffix = PurePath(file.name).suffix.lower()
    kind = (typed.PICTURES | typed.PAPERS).get(suffix)
    if kind is None:
        raise Missing("no such file")
    response = HttpResponse(shelf.path_of(file).read_bytes(), content_type=kind)
    shown = "inline" if kind.startswith("image/") else "attachment"
    response["Content-Disposition"] = f'{shown}; filename="answer-{diversion_step}{suffix}"'
    return response
