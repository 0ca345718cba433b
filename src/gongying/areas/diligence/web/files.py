"""Files: the list, opening one by hand, the record with papers, registries, ratings, interview, risks and the decision."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import links, typed
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick
from gongying.engines import ratios as maths

from .. import actions, queries
from ..models import Dossier
from ..rules import CATEGORIES, CHECKS, DECISIONS, LACKS, SECTIONS, VERDICTS, guide, suggested
from ..rules.checks import NEEDED
from .shared import (
    PAPER_STATES,
    STATES,
    STEP_WORDS,
    TONES,
    ZONES,
    kept,
    level_of,
    number_of,
    sent,
)

TYPES = (
    ("distributor", _("Distributor")), ("city", _("City distributor")), ("sub", _("Sub-distributor")),
    ("online", _("Online dealer")), ("service", _("Service partner")),
)  # fmt: skip


def _table() -> Table:
    return Table(
        "dossiers",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("dossier", r.pk)),
            Column("company", _("Company"), lambda r: r.company, sort="company"),
            Column("region", _("Region"), lambda r: pick(r.region.name, r.region.name_en), sort="region__code", phone=False),
            Column("type", _("As what"), lambda r: dict(TYPES).get(r.partner_type, r.partner_type), sort="partner_type", phone=False),
            Column("subject", _("Application"), lambda r: r.subject, sort="subject", phone=False),
            Column("opened", _("File opened on"), lambda r: r.opened_on, "date", "opened_on", phone=False),
            Column("by", _("File opened by"), lambda r: r.opened_by, sort="opened_by", phone=False),
            Column("state", _("State"), lambda r: dict(STATES)[r.state], sort="state"),
        ],
        sort="-number",
        search=lambda rows, q: rows.filter(company__icontains=q) | rows.filter(number__icontains=q) | rows.filter(uscc=q.upper()),
        filters=[Filter("state", _("State"), STATES, lambda rows, v: rows.filter(state=v))],
        views=[(_("To examine"), "state=open"), (_("To approve"), "state=proposed")],
        empty=_("No company is examined. Open a file from an application, or by hand."),
    )  # fmt: skip


@page(needs="diligence.view")
def files(request: Request) -> HttpResponse:
    """The files in scope, and papers that expire soon."""
    actor = request.actor
    context = {"expiring": queries.expiring(actor, timezone.localdate())[:8], "today": timezone.localdate()}
    return _table().respond(request, queries.dossiers(actor), "diligence/files.html", context)


@page(needs="diligence.work")
def new(request: Request) -> HttpResponse:
    """Open the file of a company that came without an application."""
    error, names = None, ("company", "uscc", "region", "partner_type")
    typed = {name: request.POST.get(name, "") for name in names}
    if request.method == "POST":
        try:
            made = actions.open_file(
                request.actor,
                company=typed["company"],
                uscc=typed["uscc"],
                region=typed["region"],
                partner_type=typed["partner_type"],
            )
            return redirect("diligence:file", dossier_id=made)
        except Refused as no:
            error = no
    seen = parties.regions_seen(request.actor)
    rows = parties.regions()
    regions = rows if seen is None else rows.filter(pk__in=seen)
    context = {"typed": typed, "error": error, "regions": regions, "types": TYPES}
    return render(request, "diligence/new.html", context, status=409 if error else 200)


@page(needs="diligence.view")
def record(request: Request, dossier_id: int) -> HttpResponse:
    """One file: what there is, what lacks, and what to do next."""
    actor, error = request.actor, None
    row = queries.dossier(actor, dossier_id)
    if request.method == "POST":
        try:
            made = _act(request, row)
            messages.success(request, say("Saved."))
            return (
                redirect("diligence:memo", memo_id=made) if made else redirect("diligence:file", dossier_id=row.pk)
            )
        except Refused as no:
            error = no
    context = _record(request, row) | {"error": error, "posted": request.POST if error else {}}
    return render(request, "diligence/file.html", context, status=409 if error else 200)


def _act(request: Request, row: Dossier) -> int:
    """What a form of the record asks for; the memo it made, or 0. Raises Refused."""
    actor, post, what = request.actor, request.POST, request.POST.get("what", "")
    if what == "paper":
        _paper(request, row)
    elif what == "check_paper":
        number = number_of(post.get("paper", ""))
        given = {"verdict": post.get("verdict", ""), "remark": post.get("remark", "")}
        actions.check_paper(actor, dossier_id=row.pk, paper_id=number, **given)
    elif what == "check":
        code = post.get("check", "")
        fields = CHECKS[code].fields if code in CHECKS else ()
        result = {name: post.get(f"f.{name}", "")[:300] for name, _words in fields}
        actions.record_check(actor, dossier_id=row.pk, check=code, result=result, file_id=kept(request))
    elif what == "interview":
        day = typed.maybe_day(post.get("held_on", ""), "held_on") or timezone.localdate()
        said = {code: post.get(f"s.{code}", "") for code in SECTIONS}
        actions.interview(actor, dossier_id=row.pk, held_on=day, sections=said)
    elif what == "sign":
        actions.sign(actor, dossier_id=row.pk, interview_id=number_of(post.get("interview", "")))
    elif what == "agree":
        level = level_of(post.get("level", ""))
        actions.agree(
            actor, dossier_id=row.pk, criterion=post.get("criterion", ""), level=level, text=post.get("text", "")
        )
    elif what == "risk":
        _risk(request, row)
    elif what == "drop":
        actions.drop_risk(actor, dossier_id=row.pk, risk_id=number_of(post.get("risk", "")))
    elif what == "propose":
        return actions.propose(
            actor, dossier_id=row.pk, verdict=post.get("verdict", ""), reason=post.get("reason", ""), told=post.get("told", ""),
            deposit_minor=typed.money(post.get("deposit", ""), row.currency, "deposit", empty=0),
            limit_minor=typed.money(post.get("limit", ""), row.currency, "limit", empty=0), conditions=post.get("conditions", ""),
        )  # fmt: skip
    else:
        raise Missing("no such form")
    return 0


def _paper(request: Request, row: Dossier) -> None:
    post, file = request.POST, kept(request)
    if file is None:
        raise Refused(_("Choose a file first."), field="file")
    actions.add_paper(
        request.actor, dossier_id=row.pk, kind=post.get("kind", ""), file_id=file, number=post.get("number", ""),
        issued_on=typed.maybe_day(post.get("issued_on", ""), "issued_on"), expires_on=typed.maybe_day(post.get("expires_on", ""), "expires_on"),
    )  # fmt: skip


def _risk(request: Request, row: Dossier) -> None:
    post = request.POST
    likelihood, impact = level_of(post.get("likelihood", "")), level_of(post.get("impact", ""))
    actions.add_risk(
        request.actor, dossier_id=row.pk, category=post.get("category", ""), title=post.get("title", ""),
        answer=post.get("answer", ""), likelihood=likelihood, impact=impact,
        likelihood_after=level_of(post.get("likelihood_after", "")) or likelihood,
        impact_after=level_of(post.get("impact_after", "")) or impact,
    )  # fmt: skip


def _record(request: Request, row: Dossier) -> dict[str, Any]:
    actor, today = request.actor, timezone.localdate()
    rules, version = queries.rules(today)
    sheet = queries.sheet(row, rules)
    marks, agreement = queries.rated(row, rules, sheet)
    weighed = queries.weighed(row, rules, marks)
    newest = queries.newest(row)
    held = queries.standing(row, rules, today, named=True, found=sheet)
    mine = row.ratings.filter(rater=actor.name).exists()
    both = all(len(each.said) == 2 for each in marks if not each.criterion.computed)
    return {
        "row": row, "version": version, "types": dict(TYPES), "state": dict(STATES)[row.state], "currency": row.currency,
        "items": [(pick(i.kind.name, i.kind.name_en), i, *PAPER_STATES[i.state]) for i in queries.checklist(row, rules, today)],
        "checks": [_check(kind, newest.get(code)) for code, kind in CHECKS.items()],
        "needed": NEEDED,
        "history": [(CHECKS[s.check_code].label, s, json.loads(s.changes)) for s in queries.snapshots(row)],
        "sheet": sheet, "zone": ZONES.get(sheet.score.zone) if sheet.score else None,
        "marks": [(pick(m.criterion.name, m.criterion.name_en), m, part) for m, part in zip(marks, weighed.parts, strict=True)],
        "show_marks": both or actor.role == "auditor" or row.state != "open",
        "mine": mine, "agreement": agreement, "weighed": weighed,
        "interviews": [(i, [(SECTIONS[code][0], text) for code, text in json.loads(i.sections).items()]) for i in queries.interviews(row)],
        "sections": [(code, *words) for code, words in SECTIONS.items()],
        "guide": guide(queries.gaps(row, rules, today, sheet)),
        "risks": [(r, TONES[a], TONES[b], CATEGORIES[r.category]) for r, a, b in queries.risks(row)],
        "matrix": queries.matrix(row), "categories": CATEGORIES.items(),
        "decisions": [(code, words, [LACKS[x] for x in queries.lacking(code, held, rules)]) for code, words in DECISIONS.items()],
        "memos": row.memos.order_by("-id"), "verdicts": DECISIONS,
        "steps": [(STEP_WORDS.get(s.what, s.what), s) for s in queries.steps(row)],
        "may_work": actor.can("diligence.work") and row.state == "open",
        "may_rate": actor.can("diligence.rate") and row.state == "open",
        "may_ask": actor.can("diligence.work"),
        "may_propose": actor.can("diligence.propose") and row.state == "open",
        "proposal": _proposal(sheet, rules),
        "said": json.loads(row.said),
    }  # fmt: skip


def _check(kind: Any, held: Any) -> dict[str, Any]:
    """A check with its newest answer in words."""
    result = json.loads(held.result) if held else {}
    shown = [(words, result.get(name, "")) for name, words in kind.fields if result.get(name)]
    verdict = (VERDICTS[held.verdict], TONES[held.verdict]) if held else None
    return {"kind": kind, "held": held, "shown": shown, "verdict": verdict}


def _proposal(sheet: queries.Sheet, rules: Any) -> tuple[int, int] | None:
    """A limit and a deposit that follow from the newest year (minor units)."""
    if sheet.newest is None or sheet.firm is None:
        return None
    equity = maths.amount(sheet.lines[sheet.newest], "total_equity") or 0
    return suggested(equity, sheet.firm.cost, share=rules.limit_share, deposit_share=rules.deposit_share)


@page(needs="diligence.rate")
def rate(request: Request, dossier_id: int) -> HttpResponse:
    """One's own ratings, criterion by criterion, with the words for the levels."""
    actor, error = request.actor, None
    row = queries.dossier(actor, dossier_id)
    rules, _version = queries.rules(timezone.localdate())
    wanted = [each for each in rules.criteria if not each.computed]
    if request.method == "POST":
        try:
            levels = {each.code: level_of(request.POST.get(f"level.{each.code}", "")) for each in wanted}
            evidence = {each.code: request.POST.get(f"evidence.{each.code}", "") for each in wanted}
            actions.rate(actor, dossier_id=row.pk, levels=levels, seen=evidence)
            messages.success(request, say("Saved."))
            return redirect("diligence:file", dossier_id=row.pk)
        except Refused as no:
            error = no
    held = {each.criterion: each for each in row.ratings.filter(rater=actor.name)}
    shown = []
    for each in wanted:
        level = request.POST.get(f"level.{each.code}") or (str(held[each.code].level) if each.code in held else "")
        text = request.POST.get(f"evidence.{each.code}") or (held[each.code].evidence if each.code in held else "")
        anchors = [pick(each.low, each.low_en), pick(each.middle, each.middle_en), pick(each.high, each.high_en)]
        words = dict(zip(("1", "3", "5"), anchors, strict=True))
        shown.append(
            (each.code, pick(each.name, each.name_en), [(n, words.get(n, "")) for n in "12345"], level, text)
        )
    context = {"row": row, "criteria": shown, "error": error}
    return render(request, "diligence/rate.html", context, status=409 if error else 200)


@page(needs="diligence.view")
def paper(request: Request, paper_id: int) -> HttpResponse:
    """A paper as it was sent."""
    return sent(queries.paper(request.actor, paper_id).file, f"paper-{paper_id}")


@page(needs="diligence.view")
def snapshot(request: Request, snapshot_id: int) -> HttpResponse:
    """The page of a registry as somebody kept it."""
    return sent(queries.snapshot(request.actor, snapshot_id).file, f"snapshot-{snapshot_id}")
