"""Create, change and disable users."""

from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, HQ, PORTAL, action
from gongying.core.journal import book
from gongying.core.people.models import User, UserScope
from gongying.core.refusal import Missing, Refused

from .. import facts
from .identity import check_password_rules, end_sessions

SCOPES = ("all", "region", "party")


@action(needs="accounts.create_user", roles=("admin", "owner"), secret=("password",))
def create_user(
    actor: Actor,
    *,
    login: str,
    name: str,
    role: str,
    password: str,
    name_en: str = "",
    scope_kind: str = "all",
    scope_key: str = "",
) -> int:
    """Create a user with a role and a scope. A distributor's owner creates only his own people."""
    if role not in EVERYONE or scope_kind not in SCOPES:
        raise Refused(_("There is no such role or scope."), field="role")
    if role in PORTAL and scope_kind != "party":
        raise Refused(_("A distributor's user belongs to one distributor."), field="scope_key")
    if not actor.whole_network and (role not in PORTAL or not actor.sees(int(scope_key or 0))):
        raise Missing("no such distributor")
    if User.objects.filter(login=login.strip().lower()).exists():
        raise Refused(_("This login is taken."), field="login", remedy=_("Choose another."))
    check_password_rules(password, "password")
    party = int(scope_key) if role in PORTAL else None
    user = User.objects.create_user(login, password, name=name, name_en=name_en, role=role, party_id=party)
    UserScope.objects.create(user=user, kind=scope_kind, key=scope_key)
    book.record(actor, facts.UserCreated(user.pk, role, scope_kind, scope_key))
    return user.pk


@action(needs="accounts.disable_user", roles=("admin", "owner"))
def disable_user(actor: Actor, *, user_id: int) -> None:
    """Disable a user: his next request is refused and his log-ins end."""
    user = _other(actor, user_id)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user.pk)
    book.record(actor, facts.UserDisabled(user.pk))


@action(needs="accounts.disable_user", roles=("admin", "owner"))
def enable_user(actor: Actor, *, user_id: int) -> None:
    """Let a disabled user in again."""
    user = _other(actor, user_id)
    user.is_active = True
    user.save(update_fields=["is_active"])
    book.record(actor, facts.UserEnabled(user.pk))


@action(needs="accounts.disable_user", roles=("admin", "owner"), secret=("password",))
def reset_password(actor: Actor, *, user_id: int, password: str) -> None:
    """Give a user a new password to hand over; his log-ins end."""
    user = _other(actor, user_id)
    check_password_rules(password, "password")
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user.pk)


@action(needs="accounts.set_role", roles=("admin",))
def set_role(actor: Actor, *, user_id: int, role: str, scope_kind: str = "all", scope_key: str = "") -> None:
    """Change the role and scope of a head-office user. The last administrator stays one."""
    user = _other(actor, user_id)
    if role not in HQ or user.role not in HQ or scope_kind not in ("all", "region"):
        raise Refused(_("Only head-office roles can be changed into each other."), field="role")
    if user.role == "admin" and not User.objects.filter(role="admin", is_active=True).exclude(pk=user.pk).exists():
        raise Refused(_("This is the last administrator."), field="role")
    user.role = role
    user.save(update_fields=["role"])
    user.scopes.all().delete()
    UserScope.objects.create(user=user, kind=scope_kind, key=scope_key)
    book.record(actor, facts.UserCreated(user.pk, role, scope_kind, scope_key))


def _other(actor: Actor, user_id: int) -> User:
    """A user the actor administers, never himself. Missing when out of scope."""
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None or not (actor.whole_network or (user.party_id is not None and actor.sees(user.party_id))):
        raise Missing("no such user")
    if user.pk == actor.user_id:
        raise Refused(_("You cannot do this to yourself."))
    return user
