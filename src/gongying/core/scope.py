"""Scoped tables: a query that has not been told who is asking raises instead of answering."""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any, Self, TypeVar

from django.db import models

from .actor import Actor
from .refusal import Missing

M = TypeVar("M", bound=models.Model)


class Unscoped(RuntimeError):
    """A scoped table was read without an actor. A programming fault, never shown to people."""


class ScopedQuerySet(models.QuerySet[M]):
    """A query set that answers only after `for_actor` or `unscoped` has been called on it."""

    _scoped_by: str = ""

    def for_actor(self, actor: Actor) -> Self:
        """Only rows of organisations in the actor's scope."""
        rows = self.all()
        rows._scoped_by = actor.name or "actor"
        if actor.parties is None:
            return rows
        path: str | tuple[str, ...] = self.model.scope_path  # type: ignore[attr-defined]
        paths = (path,) if isinstance(path, str) else path
        return rows.filter(reduce(or_, (models.Q(**{f"{each}__in": actor.parties}) for each in paths)))

    def unscoped(self, why: str) -> Self:
        """All rows, for posting and engines. `why` is read by reviewers and must say something."""
        if not why:
            raise Unscoped("unscoped() wants a reason")
        rows = self.all()
        rows._scoped_by = f"unscoped: {why}"
        return rows

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        """Never: nobody can tell whose rows a statement by hand returns."""
        raise Unscoped(f"{self.model.__name__} is not read by hand-written SQL")

    def __or__(self, other: Any) -> Self:
        return super().__or__(self._alike(other))

    def __and__(self, other: Any) -> Self:
        return super().__and__(self._alike(other))

    def __xor__(self, other: Any) -> Self:
        return super().__xor__(self._alike(other))

    def _combinator_query(self, combinator: str, *others: Any, all: bool = False) -> Self:
        found: Self = super()._combinator_query(combinator, *map(self._alike, others), all=all)  # type: ignore[misc]
        return found

    def _alike(self, other: Any) -> Any:
        """Another query set that is joined with this one: it must have been told who asks as well."""
        self.guard()
        if isinstance(other, ScopedQuerySet):
            other.guard()
        return other

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._scoped_by = self._scoped_by
        return clone

    def guard(self) -> None:
        """Raises Unscoped when nobody has said who asks."""
        if not self._scoped_by:
            raise Unscoped(f"{self.model.__name__} was read without an actor: use for_actor(actor)")

    def _fetch_all(self) -> None:
        self.guard()
        super()._fetch_all()

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        self.guard()
        return super().resolve_expression(*args, **kwargs)

    def iterator(self, chunk_size: int | None = None) -> Iterator[M]:
        self.guard()
        return super().iterator(chunk_size=chunk_size or 2000)

    def count(self) -> int:
        self.guard()
        return super().count()

    def exists(self) -> bool:
        self.guard()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self.guard()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self.guard()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self.guard()
        return super().delete()


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """The default manager of every table that holds a distributor's data."""


class Scoped(models.Model):
    """Base of tables that hold an organisation's data; `scope_path` leads to its party id. Where a row is of several
    organisations, there are several paths, and each of them may see it."""

    scope_path: str | tuple[str, ...] = "party_id"
    objects = ScopedManager()

    class Meta:
        abstract = True


def one(rows: models.QuerySet[M], **lookup: Any) -> M:
    """The single row, or `Missing`: a stranger's row and no row look alike."""
    found = rows.filter(**lookup).first()
    if found is None:
        raise Missing(f"{rows.model.__name__} not found")
    return found
