"""Create, change and disable users."""

from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, HQ, PORTAL, action
from gongying.core.journal import book
from gongying.core.people.models import User, UserScope
from gongying.core.refusal import Missing, Refused

from .. import facts
from ..models import RecoveryCode, SecondFactor
from ..rules import LOGIN, RESERVED, misfit
from .identity import check_password_rules, end_sessions

LONGEST_NAME = 80


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
    """Create a user with a role and a scope. A distributor's owner creates only his own people, and nobody but an
    administrator creates those of head office."""
    login, key = login.strip().lower(), scope_key.strip()
    _fits(role, scope_kind, key)
    if role in HQ and not _administers(actor):
        raise Missing("no such role")
    if role in PORTAL:
        parties.party(actor, int(key))
    if not LOGIN.fullmatch(login) or login in RESERVED:
        raise Refused(_("A login is 2 to 120 letters, digits and . _ @ + -."), field="login")
    if User.objects.filter(login=login).exists():
        raise Refused(_("This login is taken."), field="login", remedy=_("Choose another."))
    if not 0 < len(name.strip()) <= LONGEST_NAME or len(name_en) > LONGEST_NAME:
        raise Refused(_("A name has 1 to 80 characters."), field="name")
    check_password_rules(password, "password", (login, name, name_en))
    user = User.objects.create_user(
        login,
        password,
        name=name.strip(),
        name_en=name_en.strip(),
        role=role,
        party_id=int(key) if role in PORTAL else None,
    )
    UserScope.objects.create(user=user, kind=scope_kind, key=key)
    book.record(actor, facts.UserCreated(user.pk, role, scope_kind, key))
    return user.pk


@action(needs="accounts.disable_user", roles=("admin", "owner"))
def disable_user(actor: Actor, *, user_id: int) -> None:
    """Disable a user: his next request is refused and his log-ins end."""
    user = _other(actor, user_id)
    _not_the_last(user)
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
    check_password_rules(password, "password", (user.login, user.name, user.name_en))
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user.pk)


@action(needs="accounts.disable_user", roles=("admin", "owner"))
def clear_factor(actor: Actor, *, user_id: int) -> None:
    """Take a lost second factor and its recovery codes from a user, whose log-ins end. Make sure it is he who asks."""
    user = _other(actor, user_id)
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    end_sessions(user.pk)
    book.record(actor, facts.FactorChanged(user.pk, False))


@action(needs="accounts.set_role", roles=("admin",))
def set_role(actor: Actor, *, user_id: int, role: str, scope_kind: str = "all", scope_key: str = "") -> None:
    """Change the role and scope of a head-office user. The last administrator stays one."""
    user, key = _other(actor, user_id), scope_key.strip()
    if role not in HQ or user.role not in HQ:
        raise Refused(_("Only head-office roles can be changed into each other."), field="role")
    _fits(role, scope_kind, key)
    if role != "admin":
        _not_the_last(user)
    user.role = role
    user.save(update_fields=["role"])
    user.scopes.all().delete()
    UserScope.objects.create(user=user, kind=scope_kind, key=key)
    book.record(actor, facts.RoleChanged(user.pk, role, scope_kind, key))


def _fits(role: str, scope_kind: str, key: str) -> None:
    """Refuse a role without the scope that belongs to it."""
    if role not in EVERYONE:
        raise Refused(_("There is no such role or scope."), field="role")
    if (
        misfit(role, scope_kind)
        or (scope_kind == "party" and not key.isdecimal())
        or bool(key) == (scope_kind == "all")
    ):
        remedy = {
            "party": _("A distributor's user belongs to one distributor."),
            "region": _("A regional manager has the code of a region."),
        }
        wanted = "party" if role in PORTAL else "region"
        raise Refused(_("The scope does not belong to the role."), field="scope_key", remedy=remedy[wanted])
    if scope_kind == "region" and not parties.region_ids([key]):
        raise Refused(_("There is no such region."), field="scope_key")


def _not_the_last(user: User) -> None:
    others = User.objects.filter(role="admin", is_active=True).exclude(pk=user.pk)
    if user.role == "admin" and not others.exists():
        raise Refused(_("This is the last administrator."), field="role")


def _administers(actor: Actor) -> bool:
    """Whether this is an administrator or the house itself: nobody else touches head office's people, whatever he holds."""
    return actor.role in ("admin", "system")


def _other(actor: Actor, user_id: int) -> User:
    """A user the actor administers, never himself. Missing when out of scope."""
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None or not (_administers(actor) or (user.party_id is not None and actor.sees(user.party_id))):
        raise Missing("no such user")
    if user.pk == actor.user_id:
        raise Refused(_("You cannot do this to yourself."))
    return user
