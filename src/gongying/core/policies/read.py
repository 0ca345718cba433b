"""Which value holds here, on this day, and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from pydantic import BaseModel

from gongying.core import moment
from gongying.core.refusal import Missing
from gongying.core.scope import one
from gongying.core.words import pick

from .kinds import kind_of, scope_chains
from .models import PolicyVersion

KEPT, SCOPES_OF = "policies", "policies.scopes"  # what a moment keeps: see core/moment.py
# Every verb and page asks this: written by hand, because building the statement takes longer than running it.
STAMP = "SELECT COUNT(id), SUM(id), MAX(published_at) FROM policies_policyversion WHERE status = 'published'"
_memory: dict[str, tuple[Any, dict[str, list[PolicyVersion]]]] = {}


@dataclass(frozen=True)
class Effective:
    """The value in force: the parsed document, its version and hash, and the versions it won over."""

    document: BaseModel
    version_id: int
    version: int
    hash: str
    scope: str
    why: list[str]


def scopes_of(party_id: int | None, at: date) -> list[tuple[str, str]]:
    """The scopes that apply, most specific first; the network always closes the list."""
    if party_id is None:
        return [("network", "")]
    return moment.kept(SCOPES_OF, (party_id, at), lambda: [*_own_scopes(party_id, at), ("network", "")])


def _own_scopes(party_id: int, at: date) -> list[tuple[str, str]]:
    return [pair for chain in scope_chains for pair in chain(party_id, at)]


def in_force(kind: str, at: date, key: str = "") -> QuerySet[PolicyVersion]:
    """Published versions of a kind (or of all) that hold on a day, in every scope."""
    rows = PolicyVersion.objects.filter(status="published", effective_from__lte=at)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(Q(effective_to__isnull=True) | Q(effective_to__gt=at))
    return (rows.filter(key=key) if key else rows).order_by("key", "scope_kind", "scope_key", "version")


def last_day(kind: str, key: str, start: date, end: date) -> date | None:
    """The last day in [start, end) on which a version for the network holds; None when none does."""
    rows = PolicyVersion.objects.filter(kind=kind, key=key, status="published", scope_kind="network")
    spans = rows.filter(effective_from__lt=end).values_list("effective_from", "effective_to")
    ends = [(max(start, since), min(end, until or end)) for since, until in spans]
    return max((until - timedelta(days=1) for since, until in ends if since < until), default=None)


def state_of(row: PolicyVersion, on: date, newest: Collection[int]) -> str:
    """Where a version stands on a day: draft, withdrawn, to come, ended, in force, or replaced when a later version of
    its scope holds; `newest` are the ids of the versions that hold (`holding`)."""
    if row.status != "published":
        return row.status
    if row.effective_from > on:
        return "to come"
    if row.effective_to is not None and row.effective_to <= on:
        return "ended"
    return "in force" if row.pk in newest else "replaced"


def holding(kind: str, on: date) -> set[int]:
    """The ids of the versions of a kind (or of all) that hold on a day: of every key and scope the newest."""
    rows = in_force(kind, on).values_list("kind", "key", "scope_kind", "scope_key", "id")
    return set({row[:4]: row[4] for row in rows}.values())  # ordered by version: the highest stays


def candidates(kind: str, key: str, at: date, party_id: int | None = None) -> list[PolicyVersion]:
    """The versions that apply to a party (or the network) on a day, the one that holds first.

    The most specific scope wins (distributor, then region from city upwards, then network); within one scope the highest
    version.
    """
    rows = {(row.scope_kind, row.scope_key): row for row in held(kind, at, key)}  # by version: the highest stays
    return [rows[scope] for scope in scopes_of(party_id, at) if scope in rows]


def held(kind: str | tuple[str, ...], at: date, key: str = "") -> list[PolicyVersion]:
    """What `in_force` answers, from memory: published versions never change, so they are read again only when one is
    published or withdrawn. The rows are shared: they are for reading."""
    every = moment.kept(KEPT, "", _published)
    return [
        row
        for each in (kind if isinstance(kind, tuple) else (kind,))
        for row in every.get(each, [])
        if row.effective_from <= at
        and (row.effective_to is None or row.effective_to > at)
        and (not key or row.key == key)
    ]


def published(version_id: int) -> PolicyVersion:
    """A published version by id, from memory; any other is read. Raises Missing."""
    rows = moment.kept(
        KEPT, "by id", lambda: {row.pk: row for rows in moment.kept(KEPT, "", _published).values() for row in rows}
    )
    return rows.get(version_id) or version(version_id)


def _published() -> dict[str, list[PolicyVersion]]:
    """Every published version by kind, as this transaction sees them."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP)
        stamp = cursor.fetchone()
    known, rows = _memory.get("rows", (None, {}))
    if known == stamp:
        return rows
    found: dict[str, list[PolicyVersion]] = {}
    seen = PolicyVersion.objects.filter(status="published")
    for row in seen.order_by("key", "scope_kind", "scope_key", "version"):
        found.setdefault(row.kind, []).append(row)
    _memory["rows"] = (stamp, found)
    return found


def value(kind: str, key: str, at: date, party_id: int | None = None) -> Effective:
    """The policy that holds for a party (or the network) on a day. Raises Missing when none does.

    `why` lists every candidate, winner first.
    """
    winners = candidates(kind, key, at, party_id)
    if not winners:
        raise Missing(f"no {kind} {key} in force on {at}")
    best = winners[0]
    why = [f"{r.scope_kind}:{r.scope_key or '*'} v{r.version} {r.effective_from}" for r in winners]
    return Effective(parsed(best), best.pk, best.version, best.hash, f"{best.scope_kind}:{best.scope_key}", why)


def parsed(row: PolicyVersion) -> BaseModel:
    """The document of a version by its kind's schema. That of a published one is shared: it is for reading."""
    if row.status != "published":
        return kind_of(row.kind).schema.model_validate_json(row.document)
    return _document(row.kind, row.document)


@lru_cache(maxsize=512)
def _document(kind: str, text: str) -> BaseModel:
    return kind_of(kind).schema.model_validate_json(text)


def version(version_id: int) -> PolicyVersion:
    """One version by id, or Missing."""
    return one(PolicyVersion.objects.all(), pk=version_id)


def versions(kind: str = "", key: str = "") -> QuerySet[PolicyVersion]:
    """All versions of a kind and key, newest first."""
    rows = PolicyVersion.objects.order_by("-id")
    rows = rows.filter(kind=kind) if kind else rows
    return rows.filter(key=key) if key else rows


def titles(kind: str) -> tuple[dict[int, str], dict[str, str]]:
    """The titles of policies of a kind in the reader's language: of every version by its id, of the newest by key."""
    rows = versions(kind).order_by("id").values_list("id", "key", "title", "title_en")
    named = [(pk, key, pick(zh, en)) for pk, key, zh, en in rows]
    return {pk: title for pk, _key, title in named}, {key: title for _pk, key, title in named}


def title_beside(path: str) -> dict[str, Subquery]:
    """What `annotate` puts beside rows that name a version by `path`: its title as `rule_title` and `rule_title_en`."""
    named = PolicyVersion.objects.filter(pk=OuterRef(path))
    return {f"rule_{name}": Subquery(named.values(name)[:1]) for name in ("title", "title_en")}
