"""Propose a decision, and approve it or give it back."""

import json
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.posting import digest_of
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines import ratios

from .. import facts, queries
from ..models import Dossier, Memo
from ..rules import DECISIONS, LACKS
from .shared import LARGEST, WORKERS, locked, note

KEPT = ("current", "quick", "debt", "net_margin", "roe", "dso", "dio", "dpo", "ccc", "runway")


@action(needs="diligence.propose", roles=WORKERS)
def propose(
    actor: Actor, *, dossier_id: int, verdict: str, reason: str, told: str, deposit_minor: int = 0, limit_minor: int = 0,
    conditions: str = "",
) -> int:  # fmt: skip
    """Propose to accept, to accept on conditions or to reject, with every figure it rests on. Returns the memo's id.

    Raises Refused naming what the file lacks for that decision (see docs/algorithms/diligence.md).
    """
    row = locked(actor, dossier_id, "open")
    if verdict not in DECISIONS:
        raise Refused(_("Choose one of the list."), code="choice", field="verdict")
    if len(reason.strip()) < 10:
        raise Refused(_("Give the reasons in a sentence or two."), field="reason")
    if len(told.strip()) < 5:
        raise Refused(_("Say what the applicant is told."), field="told")
    if not (0 <= deposit_minor <= LARGEST and 0 <= limit_minor <= LARGEST):
        raise Refused(_("This amount cannot stand here."), code="amount", field="deposit")
    today = timezone.localdate()
    rules, version = queries.rules(today)
    sheet = queries.sheet(row, rules)
    named = bool(deposit_minor or limit_minor or conditions.strip())
    held = queries.standing(row, rules, today, named=named, found=sheet)
    missing = queries.lacking(verdict, held, rules)
    if missing:
        raise Refused(LACKS[missing[0]], code=missing[0], field="verdict")
    figures = figures_of(row, rules, sheet) | {"rules": version}
    text = json.dumps(figures, ensure_ascii=False, sort_keys=True)
    made = Memo.objects.create(
        number=next_number("JC", on=today), dossier=row, verdict=verdict, currency=row.currency, deposit_minor=deposit_minor,
        limit_minor=limit_minor, conditions=conditions.strip()[:1000], reason=reason.strip()[:1000], told=told.strip()[:400],
        figures=text, digest=digest_of([text, verdict, deposit_minor, limit_minor, conditions.strip(), reason.strip()]),
        made_by=actor.name, made_on=today,
    )  # fmt: skip
    row.state = "proposed"
    row.save()
    note(row, "proposed", actor, made.number)
    book.record(actor, facts.MemoProposed(made.pk, made.number, row.pk, verdict, made.digest))
    return int(made.pk)


def figures_of(row: Dossier, rules: Any, sheet: queries.Sheet) -> dict[str, Any]:
    """The figures a memo keeps, as texts: they are printed as they were, whatever is reckoned later."""
    marks, agreement = queries.rated(row, rules, sheet)
    weighed = queries.weighed(row, rules, marks)
    shown = {
        code: str(ratios.shown(found))
        for code, found in sheet.ratios.get(sheet.newest or 0, {}).items()
        if code in KEPT
    }
    score = sheet.score
    return {
        "score": None if weighed.score is None else str(weighed.score),
        "weights": {code: str(weight) for code, weight, _level, _part in weighed.parts},
        "levels": {code: str(ratios.decimal_of(level)) for code, _w, level, _p in weighed.parts if level is not None},
        "consistency": f"{weighed.ahp.ratio:.4f}",
        "kappa": None if agreement.kappa is None else str(ratios.decimal_of(agreement.kappa)),
        "stable": None if weighed.stability is None else [weighed.stability.same_first, weighed.stability.tried],
        "year": sheet.newest,
        "ratios": shown,
        "z": None if score is None else str(ratios.decimal_of(score.value)),
        "zones": {} if score is None else {each.source: each.zone for each in score.readings},
        "stress": {
            each.outcome.shock.code: [each.outcome.breach, str(each.chance.share), str(each.chance.low), str(each.chance.high)]
            for each in sheet.stressed
        },
        "seed": sheet.seed,
        "wrong": len(sheet.wrong),
        "differing": len(sheet.differing),
        "checks": {code: [each.verdict, each.sha256] for code, each in sorted(queries.newest(row).items())},
        "papers": {each.kind: each.sha256 for each in row.papers.filter(state="verified").order_by("id")},
        "risks": [
            [each.category, each.title, each.likelihood, each.impact, each.likelihood_after, each.impact_after, each.answer]
            for each, _before, _after in queries.risks(row)
        ],
    }  # fmt: skip


@action(needs="diligence.decide", roles=("admin", "director"))
def decide(actor: Actor, *, memo_id: int, approve: bool, answer: str = "") -> str:
    """Approve a proposed memo, or give it back with what is missing; never the one who proposed it. Returns the verdict that holds
    now ("" when it was given back)."""
    found = queries.memo(actor, memo_id)
    row = locked(actor, found.dossier_id, "proposed")
    held = one(Memo.objects.select_for_update().filter(state="proposed"), pk=memo_id)
    if same(actor, held.made_by):
        raise Refused(_("Somebody else must approve what you made."), code="same")
    if not approve and len(answer.strip()) < 5:
        raise Refused(_("Say in a few words why."), field="answer")
    held.state = "approved" if approve else "returned"
    held.decided_by, held.decided_at, held.answer = actor.name, timezone.now(), answer.strip()[:400]
    held.save()
    row.state = "decided" if approve else "open"
    row.save()
    note(row, held.state, actor, held.number)
    told = facts.MemoDecided(
        held.pk,
        held.number,
        row.pk,
        row.subject,
        held.verdict,
        approve,
        held.deposit_minor,
        held.limit_minor,
        held.currency,
    )
    book.record(actor, told)
    return held.verdict if approve else ""
