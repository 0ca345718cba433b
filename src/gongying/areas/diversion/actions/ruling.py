"""Open a case or set a report aside; rule on it; close it."""

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.people.access import same
from gongying.core.refusal import Refused

from .. import facts, queries
from ..models import Case, Ruling
from ..rules import VERDICTS, may_be_ruled
from .base import KEEPERS, locked, said, step

RULERS = ("admin", "director")


@action(needs="diversion.open", roles=KEEPERS)
def open_case(actor: Actor, *, case_id: int, ground: str, summary: str, party_id: int | None = None) -> None:
    """Open a case of what was reported, against the distributor it names or `party_id`, and ask him to answer by a day of the
    policy. `summary` is what he reads, in the words of the house: it must not give away who reported."""
    case = locked(actor, case_id)
    if case.state != "reported":
        raise Refused(_("This was already decided."), code="state")
    party = parties.party(actor, case.party_id or party_id or 0)
    if queries.reporter_of(case) == party.pk:
        raise Refused(_("It was this distributor who reported it."), code="reporter", field="party")
    today = timezone.localdate()
    rules, version = queries.rules_for(party.pk, today)
    if rules.ground(ground) is None:
        raise Refused(_("Choose what the case is about."), code="ground", field="ground")
    case.summary = said(summary, "summary", _("Say what is held against the distributor."))[:1000]
    case.party, case.ground, case.version_id, case.state = party, ground, version, "opened"
    case.opened_by, case.opened_on, case.answer_by = actor.name, today, today + timedelta(days=rules.answer_days)
    case.save(
        update_fields=["summary", "party", "ground", "version_id", "state", "opened_by", "opened_on", "answer_by"]
    )
    step(actor, case, "opened", case.summary)
    told = (case.pk, case.number, party.pk, ground, case.answer_by.isoformat())
    book.record(actor, facts.CaseOpened(*told))
    _tell(case, f"窜货案件 {case.number} 已立案，请于 {case.answer_by} 前答复", f"Diversion case {case.number} was opened: answer by {case.answer_by}", "warning")  # fmt: skip


@action(needs="diversion.open", roles=KEEPERS)
def set_aside(actor: Actor, *, case_id: int, reason: str) -> None:
    """Make no case of what was reported, and say why. The distributor it names learns nothing of it."""
    case = locked(actor, case_id)
    if case.state != "reported":
        raise Refused(_("This was already decided."), code="state")
    words = said(reason, "reason", _("Say why."))
    case.state = "no_case"
    case.save(update_fields=["state"])
    step(actor, case, "set_aside", words)
    book.record(actor, facts.CaseSetAside(case.pk, case.number))


@action(needs="diversion.rule", roles=RULERS)
def rule(actor: Actor, *, case_id: int, verdict: str, reasons: str) -> str:
    """Uphold or dismiss a case, with reasons the distributor reads. Whoever opened or reported it does not rule, nor does whoever
    gave the first ruling give the second. Dismissed, or ruled on for the second time, it is closed; upheld, the
    distributor may object once. Returns the state of the case."""
    case, today = locked(actor, case_id), timezone.localdate()
    if verdict not in VERDICTS:
        raise Refused(_("A ruling is upheld or dismissed."), code="choice", field="verdict")
    if not may_be_ruled(case.state, case.answer_by, today):
        raise Refused(_("The distributor is heard first: he has until %(day)s to answer.") % {"day": case.answer_by or "–"}, code="state")  # fmt: skip
    earlier = list(queries.rulings(actor, case))
    if same(actor, case.opened_by) or (case.made_by and same(actor, case.made_by)):
        raise Refused(_("Whoever reported or opened a case does not rule on it."), code="four_eyes")
    if any(same(actor, each.by) for each in earlier):
        raise Refused(_("Somebody else rules on an objection."), code="four_eyes")
    words = said(reasons, "reasons", _("Give the reasons: the distributor reads them."))
    last = Ruling.objects.create(
        case=case, round=len(earlier) + 1, verdict=verdict, reasons=words, by=actor.name, on=today
    )
    step(actor, case, "ruled", words)
    party = case.party_id or 0
    book.record(actor, facts.CaseRuled(case.pk, case.number, party, verdict, last.round))
    zh, en = ("成立", "upheld") if verdict == "upheld" else ("不成立", "dismissed")
    if verdict == "dismissed" or last.round == 2:
        case.state = "ruled"
        _close(actor, case, verdict, today)
        _tell(case, f"窜货案件 {case.number} 裁定{zh}，已结案", f"Diversion case {case.number} was {en} and is closed", "good" if verdict == "dismissed" else "warning")  # fmt: skip
        return case.state
    rules, _version = queries.rules_for(party, today)
    case.state, case.object_by = "ruled", today + timedelta(days=rules.objection_days)
    case.save(update_fields=["state", "object_by"])
    _tell(case, f"窜货案件 {case.number} 裁定{zh}，可于 {case.object_by} 前提出异议", f"Diversion case {case.number} was {en}: you may object until {case.object_by}", "warning")  # fmt: skip
    return case.state


@action(needs="diversion.close", roles=("admin", "director", "planner"))
def close_due(actor: Actor) -> int:
    """Close the cases in scope whose last day to object is over. Returns how many."""
    today = timezone.localdate()
    rows = queries.unobjected(actor, today)
    for case in rows:
        _close(actor, case, "upheld", today)
    return len(rows)


def finish(actor: Actor, case: Case, on: date) -> None:
    """Close a case the distributor accepts the ruling of."""
    _close(actor, case, "upheld", on)


def _close(actor: Actor, case: Case, verdict: str, on: date) -> None:
    case.state, case.closed_on = "closed", on
    case.save(update_fields=["state", "closed_on"])
    step(actor, case, "closed", side="house")
    book.record(actor, facts.CaseClosed(case.pk, case.number, case.party_id or 0, verdict))


def _tell(case: Case, zh: str, en: str, level: str) -> None:
    bell.tell(party_id=case.party_id, link=f"/diversion/{case.pk}/", level=level, title=zh, title_en=en)
