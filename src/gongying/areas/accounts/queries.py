"""The only readers of identity."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import ROLES, WORDS, permissions, query
from gongying.core.people.access import Demand, Rows, demands
from gongying.core.people.models import RolePermission, User
from gongying.core.policies import read as policies
from gongying.core.policies.kinds import Kind, register
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing

from .models import Failure, OpenSession, RecoveryCode, SecondFactor
from .rules import FACTOR, WINDOW, SecondFactorPolicy, no_grant, no_withdrawal, wait_until

register(
    Kind(FACTOR, _("Second factor"), SecondFactorPolicy, scopes=("network",), key=FACTOR, needs="accounts.grant")
)
SET_UP = "/accounts/factor/"


def users(actor: Actor) -> QuerySet[User]:
    """Users the actor administers: everybody, or the people of his own company."""
    rows = User.objects.prefetch_related("scopes").select_related("second_factor").order_by("login")
    return rows if actor.whole_network else rows.filter(party_id__in=actor.parties or ())


def user(actor: Actor, user_id: int) -> User:
    """One of them, or Missing."""
    found = users(actor).filter(pk=user_id).first()
    if found is None:
        raise Missing("no such user")
    return found


def sessions(actor: Actor) -> QuerySet[OpenSession]:
    """The actor's own log-ins that still stand, newest first."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows = OpenSession.objects.filter(user_id=actor.user_id or 0, session_key__in=alive)
    return rows.order_by("-id")


def factor(actor: Actor) -> SecondFactor | None:
    """The actor's second factor, confirmed or not."""
    return SecondFactor.objects.filter(user_id=actor.user_id or 0).first()


def has_factor(user_id: int) -> bool:
    """Whether a user must give a second factor."""
    return SecondFactor.objects.filter(user_id=user_id, confirmed_at__isnull=False).exists()


def demanded_of(on: date) -> tuple[str, ...]:
    """The roles of which a second factor is demanded on a day, by the newest policy in force."""
    newest = _newest(on).first()
    return _roles_of(newest.document) if newest else ()


def _newest(on: date) -> QuerySet[PolicyVersion]:
    return policies.in_force(FACTOR, on, FACTOR).filter(scope_kind="network").order_by("-version")[:1]


def _roles_of(document: str) -> tuple[str, ...]:
    return tuple(SecondFactorPolicy.model_validate_json(document).roles)


def demands_to_come(on: date) -> list[tuple[date, tuple[str, ...]]]:
    """Published demands that begin after a day, the next first."""
    rows = policies.versions(FACTOR, FACTOR).filter(status="published", scope_kind="network", effective_from__gt=on)
    return [(row.effective_from, _roles_of(row.document)) for row in rows.order_by("effective_from", "version")]


def _asks(user: User, on: date) -> list[QuerySet[Any, Any]]:
    """The document of the policy in force, and a row when there is a second factor."""
    newest = PolicyVersion.objects.filter(pk__in=_newest(on).values("pk"))
    mine = SecondFactor.objects.filter(user_id=user.pk, confirmed_at__isnull=False)
    return [newest.values_list(Value(FACTOR), "document"), mine.values_list(Value("factor"), Value(""))]


def _judge(user: User, rows: Rows) -> str:
    """Where somebody goes of whom a second factor is demanded and who has none."""
    held = dict(rows)
    demanded = FACTOR in held and user.role in _roles_of(held[FACTOR])
    return SET_UP if demanded and "factor" not in held else ""


demands.append(Demand(_asks, _judge))


def spare_codes(actor: Actor) -> int:
    """How many recovery codes are left."""
    return RecoveryCode.objects.filter(user_id=actor.user_id or 0, used_at__isnull=True).count()


def locked_until(login: str, address: str) -> datetime | None:
    """Until when this address may not try this login."""
    now, login = timezone.now(), login.strip().lower()
    rows = Failure.objects.filter(Q(address=address), at__gte=now - WINDOW)
    return wait_until(list(rows.values_list("login", "at")[:1000]), login, now)


@dataclass(frozen=True)
class RoleView:
    """A role: who holds it, what it may do beside what the house gives it, and whether a second factor is demanded."""

    role: str
    people: list[str]
    held: int
    given: int  # permissions beyond those the house declares
    taken: int  # and those of them that were withdrawn
    factor: bool
    lacking: int  # people without the factor that is demanded of them


@dataclass(frozen=True)
class Right:
    """A permission as one role has it. `refusal` is the code of the reason why it cannot be changed, "" when it can."""

    permission: str
    words: str
    held: bool
    declared: bool
    refusal: str


@query(needs="accounts.roles", roles=("admin", "auditor"))
def roles(actor: Actor) -> list[RoleView]:
    """Every role with who holds it and how it differs from what the house declares."""
    declared, held = permissions(), _held()
    demanded = demanded_of(timezone.localdate())
    people, lacking = defaultdict[str, list[str]](list), defaultdict[str, int](int)
    for each in User.objects.filter(is_active=True).select_related("second_factor").order_by("login"):
        people[each.role].append(each.login)
        own = getattr(each, "second_factor", None)
        lacking[each.role] += own is None or own.confirmed_at is None
    found = []
    for role in ROLES:
        usual = {needs for needs, roles in declared.items() if role in roles}
        mine = held[role] & declared.keys()
        must = role in demanded
        found.append(
            RoleView(
                role,
                people[role],
                len(mine),
                len(mine - usual),
                len(usual - mine),
                must,
                lacking[role] if must else 0,
            )
        )
    return found


@query(needs="accounts.roles", roles=("admin", "auditor"))
def rights(actor: Actor, *, role: str) -> dict[str, list[Right]]:
    """What a role may and may not do, by area. Permissions nobody can be given are left out. Raises Missing."""
    if role not in ROLES:
        raise Missing(role)
    held, found = _held()[role], defaultdict[str, list[Right]](list)
    for name, made_for in permissions().items():
        has = name in held
        refusal = no_withdrawal(role, name) if has else no_grant(role, name, made_for)
        if has or made_for:
            right = Right(name, str(WORDS.get(name, name)), has, role in made_for, refusal)
            found[name.split(".")[0]].append(right)
    return dict(found)


def _held() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for role, permission in RolePermission.objects.filter(held=True).values_list("role", "permission"):
        found[role].add(permission)
    return found
