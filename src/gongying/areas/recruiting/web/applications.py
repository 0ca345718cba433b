"""Applications: the board, the list, one of them with its conflicts, sample file, referees and what to do next."""

from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.files import shelf
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import flow, links
from gongying.core.ui.listing import attachment
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick
from gongying.engines import creditcode

from .. import actions, queries
from ..models import Application
from ..rules import CHANNELS, FEEDS, OPEN, QUESTIONS, RELATIONS, SYSTEMS, lacks, may_move
from ..rules.profile import shown
from ..rules.readiness import PARTS
from .campaigns import link_of
from .shared import LEVELS, SOURCES, STATE_WORDS, STEP_WORDS, VERDICTS

LANES = ("lead", "application", "examination", "decision", "conditional", "accepted")
ON_LANE = 8
GRADES = tuple((grade, grade) for grade in "ABCDE")
PATH = [(code, STATE_WORDS[code]) for code in ("lead", "application", "examination", "decision", "accepted")]
PROFILE: tuple[tuple[str, Any], ...] = (
    ("founded", _("founded in")), ("people", _("people")), ("sellers", _("of them in sales")), ("outlets", _("outlets served")),
    ("sales", _("sales of last year")), ("warehouse_m2", _("warehouse, m²")), ("warehouse_units", _("pieces the warehouse holds")),
    ("vehicles", _("vehicles")), ("engineers", _("service engineers")), ("response_hours", _("answers customers within hours")),
    ("service_days", _("service days a week")),
)  # fmt: skip


def _owned(rows: Any, value: str, name: str) -> Any:
    return rows.filter(owner="" if value == "none" else name)


def _table(name: str) -> Table:
    return Table(
        "applications",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("application", r.pk)),
            Column("company", _("Company"), lambda r: r.company, sort="company"),
            Column("campaign", _("Campaign"), lambda r: pick(r.campaign.name, r.campaign.name_en), sort="campaign__name", phone=False),
            Column("region", _("Region"), lambda r: pick(r.region.name, r.region.name_en), sort="region__code", phone=False),
            Column("source", _("Came"), lambda r: shown(SOURCES, r.source), sort="source", phone=False),
            Column("received", _("Came in on"), lambda r: r.received_on, "date", "received_on"),
            Column("grade", _("Data"), lambda r: r.grade, sort="grade", phone=False),
            Column("blocked", _("Blocking"), lambda r: r.blocked, "num", "blocked", phone=False),
            Column("told", _("Referees"), lambda r: r.told, "num", "told", phone=False),
            Column("owner", _("Looked after by"), lambda r: r.owner, sort="owner", phone=False),
            Column("state", _("State"), lambda r: STATE_WORDS[r.state], sort="state"),
        ],
        sort="-number",
        search=lambda rows, q: rows.filter(Q(company__icontains=q) | Q(number__icontains=q) | Q(uscc=q.upper())),
        filters=[
            Filter("state", _("State"), list(STATE_WORDS.items()), lambda rows, v: rows.filter(state=v)),
            Filter("owner", _("Looked after by"), [("mine", _("me")), ("none", _("nobody"))], lambda rows, v: _owned(rows, v, name)),
            Filter("conflicts", _("Conflicts"), [("open", _("unanswered"))], lambda rows, v: rows.filter(blocked__gt=0)),
            Filter("grade", _("Data"), GRADES, lambda rows, v: rows.filter(grade=v)),
        ],
        views=[
            (_("New"), "state=application&owner=none"), (_("Mine"), "owner=mine"), (_("To decide"), "state=decision"),
            (_("Applicant not accepted"), "state=rejected"),
        ],
        empty=_("Nobody has applied yet. Open a campaign and share its link."),
    )  # fmt: skip


@page(needs="recruiting.view")
def board(request: Request) -> HttpResponse:
    """The pipeline, a lane a state."""
    rows, counts = queries.applications(request.actor), queries.counts(request.actor)
    lanes = []
    for state in LANES:
        cards = [
            flow.BoardCard(
                row.company, links.to("application", row.pk), f"{pick(row.region.name, row.region.name_en)} · {row.number}",
                row.grade, "bad" if row.blocked else "",
            )
            for row in rows.filter(state=state)[:ON_LANE]
        ]  # fmt: skip
        lanes.append(
            flow.Lane(STATE_WORDS[state], counts[state], f"/recruiting/applications/?state={state}", cards)
        )
    ended = [(STATE_WORDS[state], counts[state], state) for state in ("rejected", "withdrawn")]
    won = counts["accepted"] + counts["conditional"]
    closed = won + counts["rejected"] + counts["withdrawn"]
    context = {
        "tab": "board", "lanes": lanes, "ended": ended, "open": sum(counts[state] for state in OPEN),
        "rate": won / closed if closed else None, "running": queries.campaigns(request.actor).filter(state="open").count(),
    }  # fmt: skip
    return render(request, "recruiting/board.html", context)


@page(needs="recruiting.view")
def applications(request: Request) -> HttpResponse:
    """Applications of one's own regions."""
    table = _table(request.actor.name)
    return table.respond(
        request, queries.applications(request.actor), "recruiting/applications.html", {"tab": "applications"}
    )


@page(needs="recruiting.view")
def application(request: Request, application_id: int) -> HttpResponse:
    """One application: where it stands and what lacks, conflicts, figures, sample file, referees, what happened."""
    actor, error, link = request.actor, None, ""
    row = queries.application(actor, application_id)
    if request.method == "POST":
        try:
            link = _act(request, row)
            if not link:
                messages.success(request, say("Saved."))
                return redirect("recruiting:application", application_id=row.pk)
        except Refused as no:
            error = no
        row = queries.application(actor, application_id)
    context = _record(request, row) | {"error": error, "link": link, "posted": request.POST if error else {}}
    return render(request, "recruiting/application.html", context, status=409 if error else 200)


def _act(request: Request, row: Application) -> str:
    """What a form of the record asks for; gives a link that is shown once. Raises Refused."""
    actor, post, what = request.actor, request.POST, request.POST.get("what", "")
    if what == "assign":
        actions.assign(actor, application_id=row.pk, owner=post.get("owner", ""))
    elif what == "move":
        actions.move(actor, application_id=row.pk, after=post.get("after", ""))
    elif what == "recheck":
        actions.recheck(actor, application_id=row.pk)
    elif what == "conflict":
        number = post.get("conflict", "")
        given = {"verdict": post.get("verdict", ""), "reason": post.get("reason", "")}
        actions.answer_conflict(actor, application_id=row.pk, conflict_id=_number(number), **given)
    elif what == "ask":
        secret = actions.ask_reference(
            actor, application_id=row.pk, reference_id=_number(post.get("reference", ""))
        )
        return link_of(request, "recruiting:reference", secret)
    elif what == "reject":
        actions.reject(actor, application_id=row.pk, answer=post.get("answer", ""))
    elif what == "erase":
        actions.erase(actor, application_id=row.pk)
    else:
        raise Missing("no such form")
    return ""


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise Missing("no such row")
    return int(text)


def _record(request: Request, row: Application) -> dict[str, Any]:
    actor, today = request.actor, timezone.localdate()
    profile, ready, held = queries.profile(row), queries.readiness(row), queries.standing(row)
    ended = row.state in ("rejected", "withdrawn")
    now = row.state if row.state in dict(PATH) else "accepted" if row.state == "conditional" else "decision"
    following = next((after for after in ("examination", "decision") if may_move(row.state, after)), "")
    following = "" if row.state == "decision" else following
    code = creditcode.check(row.uscc) if row.uscc else None
    return {
        "row": row,
        "state": STATE_WORDS[row.state],
        "path": flow.path_of(PATH, now, stopped=STATE_WORDS[row.state] if ended else ""),
        "campaign": pick(row.campaign.name, row.campaign.name_en),
        "channel": shown(CHANNELS, row.channel),
        "source": shown(SOURCES, row.source),
        "code": code,
        "figures": [(words, getattr(profile, name)) for name, words in PROFILE if getattr(profile, name) is not None],
        "profile": profile,
        "system": shown(SYSTEMS, profile.system),
        "feed": shown(FEEDS, profile.feed),
        "contact": queries.contact(row) if actor.can("recruiting.contacts") else None,
        "clashes": [(each, *LEVELS[each.row.level], shown(VERDICTS, each.row.verdict)) for each in queries.clashes(actor, row, today)],
        "verdicts": VERDICTS,
        "ready": ready,
        "parts": [(PARTS[part.code], part) for part in ready.parts] if ready else [],
        "references": [
            (each, shown(RELATIONS, each.relation), said, [(words, said.levels.get(code)) for code, words in QUESTIONS] if said else [])
            for each, said in queries.references(row)
        ],
        "steps": [(STEP_WORDS.get(step.what, step.what), step) for step in queries.steps(row)],
        "following": following,
        "following_words": STATE_WORDS.get(following, ""),
        "lacks": lacks(following, held) if following else [],
        "may_reject": may_move(row.state, "rejected") and actor.can("recruiting.work"),
        "may_work": actor.can("recruiting.work") and row.state in OPEN,
        "ended": ended,
    }  # fmt: skip


@page(needs="recruiting.view")
def sample(request: Request, application_id: int) -> HttpResponse:
    """The sample file of an application."""
    row = queries.application(request.actor, application_id)
    place = shelf.path_of(row.sample) if row.sample is not None else None
    if row.sample is None or place is None or not place.exists():
        raise Missing("no sample")
    suffix = PurePath(row.sample.name).suffix.lower()[:6]
    return attachment(place.read_bytes(), f"{row.number}{suffix}", "application/octet-stream")
