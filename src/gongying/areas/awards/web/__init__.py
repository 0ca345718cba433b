"""Pages of awards: honours for everybody, rounds, nominations, the jury's ballot."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, words
from gongying.core.files import shelf
from gongying.core.files.models import StoredFile
from gongying.core.people.access import same
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import flow, links, nav, todo
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Table
from gongying.core.words import pick

from .. import actions, queries
from ..models import Nomination, Round
from ..rules import Category
from . import policies as policies

STATIONS = [("open", _("nominations")), ("judging", _("the jury judges")), ("decided", _("decided")), ("published", _("published"))]  # fmt: skip
PLAIN = ("image/png", "image/jpeg", "image/webp", "application/pdf")


def _rounds(titles: dict[str, str]) -> Table:
    return Table(
        "award_rounds",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("award", r.pk)),
            Column("title", _("Title"), lambda r: pick(r.title, r.title_en), sort="title", href=lambda r: links.to("award", r.pk)),
            Column("category", _("Award"), lambda r: titles.get(r.category, r.category), sort="category", phone=False),
            Column("year", _("Year"), lambda r: str(r.year), sort="year", phone=False),
            Column("until", _("Nominations until"), lambda r: r.nominate_until, "date", "nominate_until"),
            Column("judge", _("Judged until"), lambda r: r.judge_until, "date", "judge_until", phone=False),
            Column("state", _("State"), lambda r: dict(STATIONS).get(r.state, say("cancelled")), sort="state"),
        ],
        sort="-number",
        empty=_("No round yet."),
    )  # fmt: skip


@page(needs="awards.view")
def awards(request: Request) -> HttpResponse:
    """Honours for everybody, and the rounds."""
    actor, on = request.actor, timezone.localdate()
    known = queries.categories(on)
    titles = {key: each.title for key, each in known.items()}
    context = {"winners": queries.winners(actor)[:12], "titles": titles, "may_open": actor.can("awards.open")}
    return _rounds(titles).respond(request, queries.rounds(actor), "awards/awards.html", context)


@page(needs="awards.view")
def honours(request: Request) -> HttpResponse:
    """Every winner that was published, for the whole network."""
    titles = {key: each.title for key, each in queries.categories(timezone.localdate()).items()}
    return render(request, "awards/honours.html", {"winners": queries.winners(request.actor), "titles": titles})


@page(needs="awards.open")
def new(request: Request) -> HttpResponse:
    """The form that opens a round."""
    on, error = timezone.localdate(), None
    if request.method == "POST":
        try:
            return redirect("awards:round", round_id=_opened(request))
        except Refused as no:
            error = no
    context = {
        "categories": queries.categories(on).values(),
        "judges": [each for each in queries.judges() if each.pk != request.actor.user_id],
        "chosen": request.POST.getlist("jurors"),
        "given": request.POST,
        "year": on.year,
        "error": error,
    }
    return render(request, "awards/new.html", context, status=409 if error else 200)


def _opened(request: Request) -> int:
    given = request.POST
    until, judged = calendar.typed(given.get("nominate_until", "")), calendar.typed(given.get("judge_until", ""))
    if until is None or judged is None:
        raise Refused(
            _("Write the date as 2026-01-31."), field="nominate_until" if until is None else "judge_until"
        )
    if not given.get("year", "").isdecimal():
        raise Refused(_("Write the year in four digits."), field="year")
    return actions.open_round(
        request.actor,
        category=given.get("category", ""),
        year=int(given["year"]),
        title=given.get("title", ""),
        title_en=given.get("title_en", ""),
        nominate_until=until,
        judge_until=judged,
        jurors=[int(each) for each in given.getlist("jurors") if each.isdecimal()],
    )


@page(needs="awards.view")
def round_(request: Request, round_id: int) -> HttpResponse:
    """One round: for its jurors the ballot, for the others the nominations in scope, and the result when it may be seen."""
    actor, row = request.actor, queries.round_row(request.actor, round_id)
    document = queries.category_of(row)
    juror = queries.juror_of(actor, row)
    blind = not queries.sees_names(actor, row)
    portal = actor.role in PORTAL
    at = "open" if row.state == "cancelled" else row.state
    context = {
        "row": row,
        "doc": document,
        "criteria": _criteria(document),
        "path": flow.path_of(STATIONS, at, stopped=_("cancelled") if row.state == "cancelled" else ""),
        "juror": juror,
        "blind": blind,
        "ballot": _ballot(document, queries.ballot(actor, row)) if juror and row.state == "judging" else [],
        "nominations": [] if blind else list(queries.nominations(actor, row)[:300]),
        "results": [(each, queries.score_text(each.score)) for each in queries.results(actor, row)],
        "jurors": [] if portal else list(row.jurors.order_by("shown")),
        "left": None if portal or row.state != "judging" else queries.outstanding(row),
        "may_open": actor.can("awards.open") and juror is None,
        "may_publish": row.state == "decided" and actor.can("awards.publish") and not same(actor, row.closed_by),
        "may_nominate": row.state == "open" and timezone.localdate() <= row.nominate_until and actor.can("awards.nominate") and not juror,
        "over": timezone.localdate() > row.nominate_until,
        "portal": portal,
    }  # fmt: skip
    return render(request, "awards/round.html", context)


def _criteria(document: Category) -> list[dict[str, Any]]:
    total = sum(each.weight for each in document.criteria)
    return [
        {
            "code": each.code,
            "name": pick(each.name, each.name_en),
            "share": each.weight / total,
            "low": pick(each.low, each.low_en),
            "high": pick(each.high, each.high_en),
        }
        for each in document.criteria
    ]


def _ballot(document: Category, rows: list[queries.Blind]) -> list[dict[str, Any]]:
    """The ballot as it is filled in: for each nomination every criterion with the marks to choose from."""
    names = _criteria(document)
    scale = range(1, document.scale + 1)
    return [
        {
            "n": each,
            "files": range(each.files),
            "lines": [
                {**line, "marks": [(value, each.given.get(line["code"]) == value) for value in scale]}
                for line in names
            ],
        }
        for each in rows
    ]


STEPS: dict[str, Callable[[Request, int], Any]] = {
    "begin": lambda request, pk: actions.begin_judging(request.actor, round_id=pk),
    "close": lambda request, pk: actions.close(request.actor, round_id=pk),
    "publish": lambda request, pk: actions.publish(request.actor, round_id=pk),
    "cancel": lambda request, pk: actions.cancel(request.actor, round_id=pk, reason=request.POST.get("reason", "")),
}


@require_POST
@page(needs="awards.view")
def step(request: Request, round_id: int) -> HttpResponse:
    """The next step of a round; whether it may be taken is for the verb to say."""
    row = queries.round_row(request.actor, round_id)
    verb = STEPS.get(request.POST.get("step", ""))
    try:
        if verb is None:
            raise Refused(_("This step is over or not yet due for this round."), code="state")
        verb(request, row.pk)
        messages.success(request, say("Saved."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("awards:round", round_id=row.pk)


@page(needs="awards.nominate")
def nominate(request: Request, round_id: int) -> HttpResponse:
    """The form of a nomination: whom, what was done, what shows it."""
    actor, row, error = request.actor, queries.round_row(request.actor, round_id), None
    if request.method == "POST":
        try:
            made = actions.nominate(
                actor, round_id=row.pk, party_id=_whom(request), summary=request.POST.get("summary", ""), file_ids=_kept(request)
            )  # fmt: skip
            messages.success(request, say("Nominated."))
            return redirect("awards:nomination", nomination_id=made)
        except Refused as no:
            error = no
    people = list(parties.parties(actor)[:2000])
    context = {"row": row, "people": people, "given": request.POST, "error": error}
    return render(request, "awards/nominate.html", context, status=409 if error else 200)


def _whom(request: Request) -> int:
    number = request.POST.get("party_id", "")
    return int(number) if number.isdecimal() else 0


def _kept(request: Request) -> list[int]:
    """The attachments, stored for the distributor they are about. Raises Missing for one out of scope."""
    party = parties.party(request.actor, _whom(request))
    found = []
    for sent in request.FILES.getlist("files")[: actions.MOST_FILES]:
        stored = shelf.store(
            request.actor, name=sent.name or "file", chunks=sent.chunks(), purpose="award", content_type=sent.content_type or "", party_id=party.pk
        )  # fmt: skip
        found.append(stored.pk)
    return found


@page(needs="awards.view")
def nomination(request: Request, nomination_id: int) -> HttpResponse:
    """One nomination in scope: what it says, and its result when it may be seen."""
    actor, row = request.actor, queries.nomination(request.actor, nomination_id)
    result = queries.results(actor, row.round).filter(nomination=row).first()
    document = queries.category_of(row.round)
    names = {each["code"]: each["name"] for each in _criteria(document)}
    parts = queries.parts_of(result) if result else {}
    context = {
        "n": row,
        "result": result,
        "score": queries.score_text(result.score) if result else "",
        "criteria": [(names.get(code, code), value) for code, value in parts.get("criteria", {}).items()],
        "scores": [] if actor.role in PORTAL else [(name, value, name in parts["left_out"]) for name, value in parts.get("scores", {}).items()],
        "mean": parts.get("mean", ""),
        "tied": parts.get("tied", False),
        "doc": document,
        "files": list(enumerate(_files(row))),
        "portal": actor.role in PORTAL,
    }  # fmt: skip
    return render(request, "awards/nomination.html", context)


def _files(row: Nomination) -> list[StoredFile]:
    held = {each.pk: each for each in StoredFile.objects.filter(pk__in=json.loads(row.files))}
    return [held[pk] for pk in json.loads(row.files) if pk in held]


@page(needs="awards.view")
def file(request: Request, nomination_id: int, place: int) -> HttpResponse:
    """An attachment of a nomination: in scope under its name, for a juror of its round under the alias."""
    try:
        row, alias = queries.nomination(request.actor, nomination_id), ""
    except Missing:
        row, _juror = queries.judged_one(request.actor, nomination_id)
        alias = row.alias
    files = _files(row)
    if place >= len(files):
        raise Missing("no such file")
    kept = files[place]
    suffix = kept.name.rsplit(".", 1)[-1] if "." in kept.name else "bin"
    name = f"{alias}-{place + 1}.{suffix}" if alias else kept.name
    kind = kept.content_type if kept.content_type in PLAIN else "application/octet-stream"
    answer = HttpResponse(shelf.path_of(kept).read_bytes(), content_type=kind)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer


@require_POST
@page(needs="awards.judge")
def judge(request: Request, nomination_id: int) -> HttpResponse:
    """A juror's marks for a nomination, or that he keeps out of it."""
    actor, given = request.actor, request.POST
    row, _juror = queries.judged_one(actor, nomination_id)
    try:
        if given.get("what") == "conflict":
            actions.declare_conflict(actor, nomination_id=row.pk, note=given.get("note", ""))
        else:
            marks = {
                key[5:]: int(value)
                for key in given
                if key.startswith("mark.") and (value := given.get(key, "")).isdecimal()
            }
            actions.mark(actor, nomination_id=row.pk, given=marks, note=given.get("note", ""))
        messages.success(request, say("Saved."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("awards:round", round_id=row.round_id)


def _waiting(actor: Actor) -> Any:
    """Rounds to judge, to publish, and (for a distributor) to take part in."""
    if actor.can("awards.judge") and actor.user_id:
        count = Round.objects.filter(state="judging", jurors__user_id=actor.user_id).count()
        yield todo.Todo(_("awards to judge"), count, "/awards/", "star", "", "")
    if actor.can("awards.publish"):
        count = Round.objects.filter(state="decided").exclude(closed_by=actor.name).count()
        yield todo.Todo(_("awards to publish"), count, "/awards/", "star", "warn", _("They were closed by somebody else."))  # fmt: skip


urlpatterns = [
    path("", awards, name="awards"),
    path("honours/", honours, name="honours"),
    path("new/", new, name="new"),
    path("<int:round_id>/", round_, name="round"),
    path("<int:round_id>/step/", step, name="step"),
    path("<int:round_id>/nominate/", nominate, name="nominate"),
    path("nominations/<int:nomination_id>/", nomination, name="nomination"),
    path("nominations/<int:nomination_id>/judge/", judge, name="judge"),
    path("nominations/<int:nomination_id>/files/<int:place>/", file, name="file"),
]
todo.register(_waiting)
links.home("award", "awards:round")
nav.register(
    nav.NavItem(_("Awards"), "/awards/", "awards.view", 35, "rewards", "star"),
    nav.NavItem(_("Honours"), "/awards/honours/", "awards.view", 35, "rewards", "star", under="/awards/"),
)
words(
    "awards",
    _("Awards"),
    {
        "view": _("Read awards and honours"),
        "open": _("Open, close and cancel rounds of an award"),
        "nominate": _("Nominate distributors"),
        "judge": _("Sit in a jury"),
        "publish": _("Publish what others closed, and post the prizes"),
    },
)
