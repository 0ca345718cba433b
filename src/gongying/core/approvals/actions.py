"""Delegate authority, and take it back."""

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import HQ, action, words
from gongying.core.journal import book
from gongying.core.people.models import RolePermission, User
from gongying.core.refusal import Missing, Refused
from gongying.core.scope import one

from . import facts
from .matrix import DECISIONS
from .models import Delegation

LONGEST = timedelta(days=92)  # an authority that is lent longer is a role


@action(needs="approvals.delegate", roles=HQ)
def delegate(
    actor: Actor,
    *,
    receiver: str,
    until: date,
    reason: str,
    since: date | None = None,
    verb: str = "",
    limit_minor: int | None = None,
    currency: str = "CNY",
) -> int:
    """Let somebody decide in your stead, from a day to a last day of at most three months; narrower by verb or amount (minor
    units). He must hold the permission of the verb himself. Returns the id."""
    today = timezone.localdate()
    first = since or today
    other = User.objects.filter(login=receiver.strip().lower(), is_active=True).first()
    if actor.user_id is None or other is None or other.party_id is not None:
        raise Refused(_("There is nobody called %(login)s in the house.") % {"login": receiver}, field="receiver")
    if other.pk == actor.user_id:
        raise Refused(_("You cannot stand in for yourself."), code="self", field="receiver")
    if first < today or until < first or until - first > LONGEST:
        raise Refused(
            _("A delegation begins today or later and lasts at most three months."), code="span", field="until"
        )
    if verb and verb not in DECISIONS:
        raise Refused(_("%(verb)s is not decided by amount.") % {"verb": verb}, code="verb", field="verb")
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    asked = {verb} if verb else set(DECISIONS)
    if not RolePermission.objects.filter(role=other.role, permission__in=asked, held=True).exists():
        raise Refused(
            _("%(login)s may not open that door: his role lacks the permission.") % {"login": other.login},
            code="permission",
            field="receiver",
            remedy=_("Choose somebody whose role decides the same things."),
        )
    row = Delegation.objects.create(
        giver_id=actor.user_id,
        receiver_id=other.pk,
        verb=verb,
        limit_minor=limit_minor,
        currency=currency,
        since=first,
        until=until,
        reason=reason.strip()[:200],
        made_by=actor.name,
    )
    told = (row.pk, actor.user_id, other.pk, verb, first.isoformat(), until.isoformat())
    book.record(actor, facts.AuthorityDelegated(*told))
    return int(row.pk)


@action(needs="approvals.delegate", roles=HQ)
def end(actor: Actor, *, delegation_id: int) -> None:
    """Take back what you lent, at once; an administrator may do it for anybody."""
    row = one(Delegation.objects.select_for_update(), pk=delegation_id)
    if row.giver_id != actor.user_id and actor.role != "admin":
        raise Missing("not yours")
    if row.ended_at is not None:
        raise Refused(_("This delegation has ended already."), code="ended")
    row.ended_at, row.ended_by = timezone.now(), actor.name
    row.save(update_fields=["ended_at", "ended_by"])
    book.record(actor, facts.DelegationEnded(row.pk))


words("approvals", _("Authority"), {"delegate": _("Delegate one's own authority, and take it back")})
