"""From a user to an Actor: permissions of the role, and the organisations in scope."""

from collections.abc import Callable
from datetime import date

from django.utils import timezone

from gongying.core.actor import Actor
from gongying.core.doors import permissions

from .models import RolePermission, User

# How a scope row becomes party ids; books fill this in: {"region": fn(keys, at), "party": fn(keys, at)}.
resolvers: dict[str, Callable[[list[str], date], frozenset[int]]] = {}


def actor_for(user: User, *, via: str = "web", language: str = "") -> Actor:
    """The Actor of a user, read anew at every request so that a change takes effect at once."""
    may = frozenset(RolePermission.objects.filter(role=user.role).values_list("permission", flat=True))
    rows = list(user.scopes.values_list("kind", "key"))
    return Actor(
        name=user.login,
        user_id=user.pk,
        role=user.role,
        may=may,
        parties=_parties(rows, timezone.localdate()),
        via=via,
        language=language or user.language,
    )


def _parties(rows: list[tuple[str, str]], at: date) -> frozenset[int] | None:
    if any(kind == "all" for kind, _key in rows):
        return None
    seen: frozenset[int] = frozenset()
    for kind, resolve in resolvers.items():
        keys = [key for row_kind, key in rows if row_kind == kind]
        seen = seen | resolve(keys, at) if keys else seen
    return seen


def sync_roles() -> int:
    """Give each role the permissions its verbs declare, where the permission is new. Returns how many."""
    known = set(RolePermission.objects.values_list("permission", flat=True))
    rows = [
        RolePermission(role=role, permission=needs)
        for needs, roles in permissions().items()
        if needs not in known
        for role in roles
    ]
    RolePermission.objects.bulk_create(rows)
    return len(rows)
