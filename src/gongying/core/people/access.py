"""From a user to an Actor: permissions of the role, and the organisations in scope."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.utils import timezone

from gongying.core.actor import Actor
from gongying.core.doors import permissions

from .models import RolePermission, User, UserScope

# How a scope row becomes party ids; books fill this in: {"region": fn(keys, at), "party": fn(keys, at)}.
resolvers: dict[str, Callable[[list[str], date], frozenset[int]]] = {}
SELF = frozenset({"accounts.self"})  # all that is open to somebody of whom something is demanded
Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class Demand:
    """What somebody must do before anything else. `asks(user, at)` are query sets of (kind, text) rows, which are read
    together with his rights; `judge(user, rows)` gives the address where he does it, "" when nothing is demanded.
    """

    asks: Callable[[User, date], list[QuerySet[Any, Any]]]
    judge: Callable[[User, Rows], str]


demands: list[Demand] = []
# Who answers for a name that is no log-in, such as that of an API key: fn(name) -> his log-in, "" when it is none of its.
behind: list[Callable[[str], str]] = []


def person(name: str) -> str:
    """The log-in behind a name: itself, or that of whoever answers for it."""
    return next((found for ask in behind if (found := ask(name))), name)


def same(actor: Actor, name: str) -> bool:
    """Whether a name is the actor's own or that of somebody one person stands behind: four eyes are two people's."""
    return actor.name == name or person(actor.name) == person(name)


def actor_for(user: User, *, via: str = "web", language: str = "") -> Actor:
    """The Actor of a user, read anew at every request so that a change takes effect at once."""
    today = timezone.localdate()
    rows = _rights(user, today)
    may = frozenset(key for kind, key in rows if kind == "may")
    must = next((address for demand in demands if (address := demand.judge(user, rows))), "")
    return Actor(
        name=user.login,
        user_id=user.pk,
        role=user.role,
        may=may & SELF if must else may,
        parties=_parties(rows, today),
        via=via,
        language=language or user.language,
        must=must,
    )


def _rights(user: User, at: date) -> Rows:
    """The permissions of a user's role (may), his scope rows, and what is demanded of him, in one question."""
    mark = Value("may", output_field=CharField())
    held = RolePermission.objects.filter(role=user.role, held=True).values_list(mark, "permission")
    asked = [rows for demand in demands for rows in demand.asks(user, at)]
    return list(held.union(user.scopes.values_list("kind", "key"), *asked, all=True))


def _parties(rows: Rows, at: date) -> frozenset[int] | None:
    if any(kind == "all" for kind, _key in rows):
        return None
    seen: frozenset[int] = frozenset()
    for kind, resolve in resolvers.items():
        keys = [key for row_kind, key in rows if row_kind == kind]
        seen = seen | resolve(keys, at) if keys else seen
    return seen


def sync_roles() -> int:
    """Give each role what its verbs declare and nobody has decided on yet. Returns how many."""
    known = set(RolePermission.objects.values_list("role", "permission"))
    rows = [
        RolePermission(role=role, permission=needs)
        for needs, roles in permissions().items()
        for role in roles
        if (role, needs) not in known
    ]
    RolePermission.objects.bulk_create(rows)
    return len(rows)


def has_people(party_ids: list[int]) -> bool:
    """Whether somebody belongs to one of these organisations, or sees its data by name."""
    named = UserScope.objects.filter(kind="party", key__in=map(str, party_ids))
    return User.objects.filter(party_id__in=party_ids).exists() or named.exists()
