"""What roles may do, and of which of them a second factor is demanded."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import ROLES, action, permissions
from gongying.core.journal import book
from gongying.core.people.models import RolePermission
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing, Refused

from .. import facts
from ..rules import FACTOR, no_grant, no_withdrawal

WHY_NOT: dict[str, Any] = {
    "unknown": _("There is no such role or permission."),
    "administrators": _("Only administrators decide what others may do."),
    "narrow": _("It reaches beyond what this role sees: it was made for roles that see the whole network."),
    "distributors": _("It is the distributor's own answer: head office never gives it for him."),
    "self": _("Everybody looks after his own password, second factor and log-ins."),
    "locked": _("The administrators would lock themselves out."),
}


@action(needs="accounts.grant", roles=("admin",))
def grant(actor: Actor, *, role: str, permission: str) -> bool:
    """Let a role do more, from its next request on. Returns whether it is new."""
    _check(no_grant(role, permission, permissions().get(permission, ())))
    row, _made = RolePermission.objects.select_for_update().get_or_create(
        role=role, permission=permission, defaults={"held": False}
    )
    return _set(actor, row, True)


@action(needs="accounts.grant", roles=("admin",))
def withdraw(actor: Actor, *, role: str, permission: str) -> bool:
    """Let a role do less, from its next request on; no upgrade gives it back. Returns whether it held it."""
    _check(no_withdrawal(role, permission))
    row = RolePermission.objects.select_for_update().filter(role=role, permission=permission).first()
    if row is None:
        raise Missing("no such permission")
    return _set(actor, row, False)


def _check(code: str) -> None:
    if code:
        raise Refused(WHY_NOT[code], code=code, field="permission")


def _set(actor: Actor, row: RolePermission, held: bool) -> bool:
    if row.held == held:
        return False
    row.held = held
    row.save(update_fields=["held"])
    told = facts.PermissionGranted if held else facts.PermissionWithdrawn
    book.record(actor, told(row.role, row.permission))
    return True


@action(needs="accounts.grant", roles=("admin",))
def demand_factor(actor: Actor, *, roles: list[str], since: date | None = None) -> int:
    """Publish the policy that demands a second factor of these roles (of no other) from a day on, today when not given.

    Returns the id of its version. Refuses a day that is past.
    """
    today = timezone.localdate()
    if since is not None and since < today:
        raise Refused(_("It can be demanded from today on, not of the past."), field="since")
    if set(roles) - set(ROLES):
        raise Refused(WHY_NOT["unknown"], field="roles")
    version = policies.draft(
        actor,
        kind=FACTOR,
        key=FACTOR,
        title="两步验证要求",
        title_en="Second factor demanded",
        document={"roles": roles},
        effective_from=since or today,
    )
    policies.publish(actor, version_id=version)
    return version
