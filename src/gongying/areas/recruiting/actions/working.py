"""What the house does with applications: look after them, answer for conflicts, ask referees, move, reject, conclude, erase."""

import secrets
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.people.models import User
from gongying.core.refusal import Missing, Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Application, Reference
from .applying import forget
from .shared import go, locked, look_for_conflicts, mark_of, note, received

WORKERS = ("admin", "director", "regional")
VERDICTS = ("agreed", "narrowed", "unfounded")


@action(needs="recruiting.work", roles=WORKERS, secret=("contact_name", "phone", "email"))
def enter(
    actor: Actor, *, campaign_id: int, company: str, region: str, contact_name: str, phone: str, email: str = "",
    consent: bool = False,
) -> str:  # fmt: skip
    """Enter a lead somebody met in person; the contact's consent was asked for. Returns the secret of the applicant's own link,
    which is handed to him."""
    campaign = queries.campaign(actor, campaign_id)
    if not consent:
        raise Refused(
            _("Without the contact's consent nobody may keep his name and telephone number."),
            code="consent",
            field="consent",
        )
    row, secret = received(
        actor, campaign, company=company, region=region, name=contact_name, phone=phone, email=email, source="house",
        language=actor.language,
    )  # fmt: skip
    if not queries.sees_region(actor, row.region_id):
        raise Refused(_("This place is not one of yours."), code="scope", field="region")
    row.owner = actor.name
    row.save()
    return secret


@action(needs="recruiting.work", roles=WORKERS)
def assign(actor: Actor, *, application_id: int, owner: str = "") -> None:
    """Say who looks after an application; nobody named is oneself."""
    row = locked(actor, application_id)
    who = owner.strip().lower() or actor.name
    if owner and not User.objects.filter(login=who, is_active=True, party_id__isnull=True).exists():
        raise Refused(_("There is no user %(login)s at head office.") % {"login": owner}, field="owner")
    row.owner = who
    row.save()
    note(row, "assigned", actor, who)


@action(needs="recruiting.work", roles=WORKERS)
def move(actor: Actor, *, application_id: int, after: str) -> None:
    """Let an application go on to examination or decision (or back from decision to examination)."""
    row = locked(actor, application_id)
    if after not in ("examination", "decision"):
        raise Refused(_("This cannot follow now."), code="state", field="after")
    look_for_conflicts(row, timezone.localdate())
    go(actor, row, after)


@action(needs="recruiting.work", roles=WORKERS)
def recheck(actor: Actor, *, application_id: int) -> int:
    """Look for conflicts anew: territories and rules may have changed. Returns how many block it."""
    row = locked(actor, application_id)
    blocked = look_for_conflicts(row, timezone.localdate())
    note(row, "checked", actor, str(blocked))
    return blocked


@action(needs="recruiting.work", roles=WORKERS)
def answer_conflict(actor: Actor, *, application_id: int, conflict_id: int, verdict: str, reason: str) -> None:
    """Answer for a conflict, with a reason: who is concerned agreed, the territory was narrowed, or it does not stand."""
    row = locked(actor, application_id)
    held = row.conflicts.filter(pk=conflict_id).first()
    if held is None:
        raise Missing("no such conflict")
    if verdict not in VERDICTS:
        raise Refused(_("Choose one of the list."), code="choice", field="verdict")
    if len(reason.strip()) < 5:
        raise Refused(_("Say in a few words why."), field="reason")
    held.verdict, held.reason = verdict, reason.strip()[:400]
    held.answered_by, held.answered_at = actor.name, timezone.now()
    held.save()
    note(row, "conflict", actor, held.reason)
    book.record(actor, facts.ConflictAnswered(row.pk, held.code, held.party_ref, verdict))


@action(needs="recruiting.work", roles=WORKERS)
def ask_reference(actor: Actor, *, application_id: int, reference_id: int) -> str:
    """Make the one-time link of a referee; an earlier link of his ends. Returns its secret, which is told once."""
    row = locked(actor, application_id)
    held = Reference.objects.select_for_update().filter(application=row, pk=reference_id).first()
    if held is None:
        raise Missing("no such reference")
    if held.answered_at is not None:
        raise Refused(_("This referee has answered already."), code="answered")
    today = timezone.localdate()
    secret = secrets.token_urlsafe(24)
    held.secret, held.asked_on = mark_of(secret), today
    held.until = today + timedelta(days=queries.rules(today)[0].reference_days)
    held.save()
    note(row, "asked", actor, held.company)
    return secret


@action(needs="recruiting.work", roles=WORKERS)
def reject(actor: Actor, *, application_id: int, answer: str) -> None:
    """Turn an application down, with what the applicant is told."""
    row = locked(actor, application_id)
    row.answer = answer.strip()[:400]
    go(actor, row, "rejected", text=row.answer)


@action(needs="recruiting.conclude", roles=("admin", "director"), exposed=False)
def conclude(
    actor: Actor,
    *,
    application_id: int,
    verdict: str,
    document: str,
    answer: str,
    conditions: str = "",
    became: str = "",
) -> None:
    """Accept (also on conditions) or reject by an approved document; `became` is the code of the distributor it became.

    Called by the flow that knows the document; nothing else accepts an application.
    """
    row = locked(actor, application_id)
    if verdict not in ("accepted", "conditional", "rejected"):
        raise Refused(_("Choose one of the list."), code="choice", field="verdict")
    row.document, row.answer, row.conditions = document, answer.strip()[:400], conditions.strip()[:1000]
    row.became = became or row.became
    go(actor, row, verdict, document=document, text=row.answer)


@action(needs="recruiting.erase", roles=("admin",))
def erase(actor: Actor, *, application_id: int) -> None:
    """Erase the personal data of an application at the wish of the person concerned."""
    row = locked(actor, application_id)
    if not forget(actor, row, "wish"):
        raise Refused(_("There are no personal data any more."), code="erased")


@action(needs="recruiting.erase", roles=("admin",))
def expire(actor: Actor) -> int:
    """Erase the personal data of applications that were rejected or withdrawn longer ago than the rules keep them, and of
    leads that were never handed in. Returns how many."""
    today = timezone.localdate()
    before = timezone.now() - timedelta(days=queries.rules(today)[0].keep_days)
    rows = Application.objects.filter(moved_at__lt=before, state__in=("lead", "rejected", "withdrawn"))
    done = 0
    for row in rows.order_by("id").iterator():
        done += forget(actor, one(Application.objects.all(), pk=row.pk), "over")
    return done
