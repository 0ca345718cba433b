"""Accept, turn down, withdraw."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts
from ..models import Certificate

DECIDERS = ("admin", "director", "regional", "planner")


@action(needs="certificates.accept", roles=DECIDERS)
def accept(actor: Actor, *, certificate_id: int, answer: str = "") -> None:
    """Let a certificate count. Whoever entered it cannot accept it."""
    row = _waiting(actor, certificate_id)
    if same(actor, row.made_by):
        raise Refused(_("Somebody else must accept what you entered."), code="four_eyes")
    _decide(actor, row, "accepted", answer)
    until = row.valid_to.isoformat() if row.valid_to else ""
    told = (row.pk, row.number, row.party_id, row.kind, row.valid_from.isoformat(), until)
    book.record(actor, facts.CertificateAccepted(*told))
    _tell(row, f"资质证书 {row.number} 已通过", f"Certificate {row.number} was accepted", "good")


@action(needs="certificates.accept", roles=DECIDERS)
def reject(actor: Actor, *, certificate_id: int, answer: str) -> None:
    """Turn a certificate down, and say why."""
    row = _waiting(actor, certificate_id)
    if not answer.strip():
        raise Refused(_("Say why."), code="reason", field="answer")
    _decide(actor, row, "rejected", answer)
    book.record(actor, facts.CertificateRejected(row.pk, row.number, row.party_id, row.kind))
    _tell(row, f"资质证书 {row.number} 未通过", f"Certificate {row.number} was turned down", "warning")


@action(needs="certificates.withdraw", roles=DECIDERS)
def withdraw(actor: Actor, *, certificate_id: int, reason: str) -> None:
    """Withdraw a certificate, and say why: it counts no more from today on. It is never edited; enter another instead."""
    row: Certificate = one(Certificate.objects.for_actor(actor).select_for_update(), pk=certificate_id)
    if row.state not in ("submitted", "accepted"):
        raise Refused(_("This was already decided."), code="decided")
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    today = timezone.localdate()
    row.state, row.withdrawn_by, row.withdrawn_on, row.reason = "withdrawn", actor.name, today, reason.strip()[:400]
    row.save(update_fields=["state", "withdrawn_by", "withdrawn_on", "reason"])
    book.record(actor, facts.CertificateWithdrawn(row.pk, row.number, row.party_id, row.kind, today.isoformat()))
    _tell(row, f"资质证书 {row.number} 已撤销", f"Certificate {row.number} was withdrawn", "warning")


def _waiting(actor: Actor, certificate_id: int) -> Certificate:
    row: Certificate = one(Certificate.objects.for_actor(actor).select_for_update(), pk=certificate_id)
    if row.state != "submitted":
        raise Refused(_("This was already decided."), code="decided")
    return row


def _decide(actor: Actor, row: Certificate, state: str, answer: str) -> None:
    row.state, row.decided_by, row.decided_on = state, actor.name, timezone.localdate()
    row.answer = answer.strip()[:400]
    row.save(update_fields=["state", "decided_by", "decided_on", "answer"])


def _tell(row: Certificate, zh: str, en: str, level: str) -> None:
    bell.tell(
        party_id=row.party_id,
        link=f"/certificates/{row.pk}/",
        level=level,
        title=zh,
        title_en=en,
        body=row.reason or row.answer,
    )
