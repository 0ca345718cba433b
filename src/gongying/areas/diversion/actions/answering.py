"""The distributor a case is against: he answers, accepts the ruling, or objects once."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, action
from gongying.core.files import shelf
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.refusal import Refused

from .. import facts, queries
from ..models import Case
from .base import locked, said, step
from .ruling import finish


@action(needs="diversion.answer", roles=PORTAL)
def answer(actor: Actor, *, case_id: int, text: str, file_id: int | None = None) -> None:
    """Answer a case, with a file as evidence; until it is ruled on something may be added."""
    case = locked(actor, case_id)
    if case.state not in ("opened", "answered"):
        raise Refused(_("It was ruled on: nothing is added any more."), code="state")
    words = said(text, "text", _("Write your answer."))
    if file_id is not None:
        shelf.find(actor, file_id)
    first, case.state = case.state == "opened", "answered"
    case.save(update_fields=["state"])
    step(actor, case, "answered", words, file_id=file_id)
    if first:
        book.record(actor, facts.CaseAnswered(case.pk, case.number, case.party_id or 0))
    _tell(case, f"窜货案件 {case.number} 已答复，待裁定", f"Diversion case {case.number} was answered: rule on it")


@action(needs="diversion.answer", roles=PORTAL)
def object_to(actor: Actor, *, case_id: int, reason: str, file_id: int | None = None) -> None:
    """Object to the first ruling, once, by its last day: somebody else rules again."""
    case, today = locked(actor, case_id), timezone.localdate()
    if case.state != "ruled" or len(queries.rulings(actor, case)) != 1:
        raise Refused(_("There is no ruling to object to, or it was objected to already."), code="state")
    if case.object_by is not None and today > case.object_by:
        raise Refused(_("The time to object ended on %(day)s.") % {"day": case.object_by}, code="late")
    words = said(reason, "reason", _("Say why."))
    if file_id is not None:
        shelf.find(actor, file_id)
    case.state = "objected"
    case.save(update_fields=["state"])
    step(actor, case, "objected", words, file_id=file_id)
    book.record(actor, facts.CaseObjected(case.pk, case.number, case.party_id or 0))
    _tell(
        case,
        f"窜货案件 {case.number} 提出异议，待复核裁定",
        f"Diversion case {case.number} was objected to: somebody else rules",
    )


@action(needs="diversion.answer", roles=PORTAL)
def accept_ruling(actor: Actor, *, case_id: int) -> None:
    """Accept the ruling: the case is closed at once."""
    case = locked(actor, case_id)
    if case.state != "ruled":
        raise Refused(_("There is no ruling to object to, or it was objected to already."), code="state")
    step(actor, case, "accepted")
    finish(actor, case, timezone.localdate())


def _tell(case: Case, zh: str, en: str) -> None:
    bell.tell(role="director", link=f"/diversion/{case.pk}/", title=zh, title_en=en)
