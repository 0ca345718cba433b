"""Create and disable users."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, PORTAL, action
from gongying.core.journal import book
from gongying.core.people.models import User, UserScope
from gongying.core.refusal import Missing, Refused

from . import facts

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
    try:
        validate_password(password)
    except ValidationError as fault:
        raise Refused(" ".join(fault.messages), field="password") from fault
    party = int(scope_key) if role in PORTAL else None
    user = User.objects.create_user(login, password, name=name, name_en=name_en, role=role, party_id=party)
    UserScope.objects.create(user=user, kind=scope_kind, key=scope_key)
    book.record(actor, facts.UserCreated(user.pk, role, scope_kind, scope_key))
    return user.pk


@action(needs="accounts.disable_user", roles=("admin", "owner"))
def disable_user(actor: Actor, *, user_id: int) -> None:
    """Disable a user: his next request is refused."""
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None or not (actor.whole_network or (user.party_id is not None and actor.sees(user.party_id))):
        raise Missing("no such user")
    if user.pk == actor.user_id:
        raise Refused(_("You cannot disable yourself."))
    user.is_active = False
    user.save(update_fields=["is_active"])
    book.record(actor, facts.UserDisabled(user.pk))
