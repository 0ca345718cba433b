"""What overseers read: the audit log, the seal, policies, background jobs."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.audit.models import AuditRow
from gongying.core.doors import query
from gongying.core.jobs.models import Job
from gongying.core.journal import book
from gongying.core.policies import forms
from gongying.core.policies import read as policies
from gongying.core.policies.actions import findings
from gongying.core.policies.kinds import KINDS, Finding
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing
from gongying.core.words import pick

from . import rules


@dataclass(frozen=True)
class Seal:
    """The state of the journal: sealed facts, waiting ones, head hash, and the first broken position."""

    sealed: int
    waiting: int
    head: str
    broken: int | None
    broken_name: str


@dataclass(frozen=True)
class Parameter:
    """One parameter in words, with its path in the document and its value in the version before ("" is none)."""

    path: str
    name: str
    value: str
    before: str


@dataclass(frozen=True)
class PolicyView:
    """A version: its parameters line by line beside those of the version before, and what the linter says."""

    row: PolicyVersion
    kind: Any
    lines: list[Parameter]
    before: PolicyVersion | None
    findings: list[Finding]


@query(needs="control.audit", roles=("admin", "auditor"))
def seal(actor: Actor) -> Seal:
    """Recompute the whole journal."""
    found = book.verify()
    return Seal(found.sealed, found.waiting, found.head, found.broken, found.broken_name)


def audit(actor: Actor) -> QuerySet[AuditRow]:
    """Every verb that was called, newest first."""
    return AuditRow.objects.order_by("-id")


def jobs(actor: Actor) -> QuerySet[Job]:
    """Background jobs: everybody's for an administrator, otherwise one's own."""
    rows = Job.objects.order_by("-id")
    return rows if actor.role == "admin" else rows.filter(user_id=actor.user_id or 0)


READERS = ("admin", "director", "planner", "finance", "auditor")  # whoever sees the whole network


@query(needs="control.policies", roles=READERS, exposed=False)
def policy_versions(actor: Actor) -> QuerySet[PolicyVersion]:
    """All versions of all policies."""
    return policies.versions()


@query(needs="control.policies", roles=READERS, exposed=False)
def policy(actor: Actor, *, version_id: int) -> PolicyView:
    """One version of a policy, compared with the version before it in the same scope. Raises Missing."""
    row = policies.version(version_id)
    if row.kind not in KINDS:
        raise Missing(row.kind)
    same = policies.versions(row.kind, row.key).filter(scope_kind=row.scope_kind, scope_key=row.scope_key)
    before = same.filter(version__lt=row.version).order_by("-version").first()
    now = dict(_flat(policies.parsed(row).model_dump(mode="json")))
    old = dict(_flat(policies.parsed(before).model_dump(mode="json"))) if before else {}
    paths = list(now) + [path for path in old if path not in now]
    lines = [Parameter(p, _called(row.kind, p), rules.read_out(p, now), rules.read_out(p, old)) for p in paths]
    return PolicyView(row, KINDS[row.kind].label, lines, before, findings(row))


def read_out(kind: str, parameters: dict[str, str]) -> list[Parameter]:
    """Parameters of a kind by path in words."""
    return [Parameter(p, _called(kind, p), rules.read_out(p, parameters), "") for p in parameters]


def _called(kind: str, path: str) -> str:
    """A path as the form of its kind calls it, else part by part. Places count from one here, in a form from nought."""
    if kind not in forms.FORMS:
        return rules.called(path)
    return forms.named(kind, ".".join(str(int(p) - 1) if p.isdigit() else p for p in path.split(".")))


@dataclass(frozen=True)
class Candidate:
    """A version that applies to a place on a day; the most specific one holds. `scope_key` is empty for the network."""

    version_id: int
    title: str
    version: int
    scope_kind: str
    scope_key: str
    effective_from: date
    effective_to: date | None
    hash: str


@dataclass(frozen=True)
class Holds:
    """What holds at a place on a day: the parameters of the winner, and all candidates, winner first."""

    kind: str
    key: str
    on: date
    party: str
    parameters: dict[str, str]
    candidates: list[Candidate]


@query(needs="control.policies", roles=READERS)
def holds(actor: Actor, *, kind: str, key: str, on: date, party: str = "") -> Holds:
    """Which value of a policy holds for a distributor (by code; none is the network) on a day, and what it won over.

    Raises Missing when there is no such policy or distributor in scope, or none holds there that day.
    """
    party_id = None
    if party:
        party_id = parties.party(actor, parties.ids_by_code([party]).get(party, 0)).pk
    rows = policies.candidates(kind, key, on, party_id) if kind in KINDS else []
    if not rows:
        raise Missing(f"no {kind} {key} in force on {on}")
    found = [
        Candidate(r.pk, pick(r.title, r.title_en), r.version, r.scope_kind, r.scope_key, r.effective_from, r.effective_to, r.hash)
        for r in rows
    ]  # fmt: skip
    parameters = dict(_flat(policies.parsed(rows[0]).model_dump(mode="json")))
    return Holds(kind, key, on, party, parameters, found)


def published_keys() -> list[tuple[str, str, Any]]:
    """(kind, key, what people call it) of every policy that was ever published."""
    rows = (
        policies.versions().filter(status="published").values_list("kind", "key").distinct().order_by("kind", "key")
    )
    return [(kind, key, KINDS[kind].label) for kind, key in rows if kind in KINDS]


def _flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """A document as (path, value) lines.

    >>> _flat({"a": [1, {"b": 2}]})
    [('a.1', '1'), ('a.2.b', '2')]
    """
    if isinstance(value, dict):
        return [line for key, each in value.items() for line in _flat(each, f"{path}.{key}".strip("."))]
    if isinstance(value, list):
        return [line for place, each in enumerate(value, 1) for line in _flat(each, f"{path}.{place}")]
    return [(path, rules.NOTHING if value is None else str(value))]
