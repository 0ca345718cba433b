"""Report a find: the house names the distributor, a distributor only says what he found and where."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused

from .. import facts
from ..models import Case, Report
from .base import KEEPERS, Found, keep, locked, said, step


@action(needs="diversion.report", roles=KEEPERS)
def report(actor: Actor, *, party_id: int, text: str, evidence: Found) -> int:
    """Report that goods sold for the territory of a distributor in scope were found elsewhere. Somebody opens a case of it or
    sets it aside. Returns the id of the case."""
    party, words = parties.party(actor, party_id), said(text, "text", _("Say what was found."))
    case = _new(actor.name, party.pk)
    keep(actor, case, evidence, "house")
    step(actor, case, "reported", words)
    book.record(actor, facts.CaseReported(case.pk, case.number))
    return int(case.pk)


@action(needs="diversion.tell", roles=PORTAL)
def tell(actor: Actor, *, party_id: int, text: str, evidence: Found) -> str:
    """A distributor tells the house of goods that were found in his territory. He names nobody; whom a case is opened against never
    learns who told. Returns the number of the report."""
    own, words = parties.party(actor, party_id), said(text, "text", _("Say what was found."))
    case = _new("", None)
    keep(actor, case, evidence, "reporter")
    step(actor, case, "reported", side="reporter")
    number = next_number("JB", on=timezone.localdate())
    Report.objects.create(
        number=number, party=own, case=case, text=words[:1000], made_by=actor.name, made_on=timezone.localdate()
    )
    book.record(actor, facts.CaseReported(case.pk, case.number))
    for role in ("planner", "director"):
        bell.tell(
            role=role,
            link=f"/diversion/{case.pk}/",
            title=f"收到窜货举报 {number}",
            title_en=f"Diversion was reported: {number}",
        )
    return number


def _new(by: str, party_id: int | None) -> Case:
    today = timezone.localdate()
    number = next_number("CH", on=today)
    made: Case = Case.objects.create(number=number, party_id=party_id, made_by=by, made_on=today)
    return made


@action(needs="diversion.report", roles=KEEPERS)
def add_evidence(actor: Actor, *, case_id: int, evidence: Found) -> None:
    """Add a line of evidence to a case that is not ruled on yet; the distributor sees it once the case is open."""
    case = locked(actor, case_id)
    if case.state not in ("reported", "opened", "answered"):
        raise Refused(_("It was ruled on: nothing is added any more."), code="state")
    keep(actor, case, evidence, "house")
    step(actor, case, "evidence", f"{evidence.place} {evidence.code}".strip())
