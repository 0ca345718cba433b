"""Who was asked to read a programme, and who has."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import QuerySet

from gongying.books.parties import read as parties
from gongying.core.actor import SYSTEM, Actor
from gongying.core.policies import read as policies
from gongying.core.policies.models import PolicyVersion

from ..models import Acknowledgement
from ..rules import ANSWERS
from ..rules.answers import READ_DAYS, Answers
from .measuring import eligible
from .reading import document_of_version


def read_days(party_ids: Iterable[int], on: date) -> dict[int, int]:
    """How many days each distributor has to read a programme that was published on a day (`rewards.answers`). Where the network has one
    rule it is looked up once."""
    rows = policies.held(ANSWERS.code, on, ANSWERS.key)
    if all(row.scope_kind == "network" for row in rows):
        return dict.fromkeys(party_ids, _days(rows[-1:]))
    return {party: _days(policies.candidates(ANSWERS.code, ANSWERS.key, on, party)[:1]) for party in party_ids}


def _days(rows: Sequence[PolicyVersion]) -> int:
    found = policies.parsed(rows[0]) if rows else None
    return found.read_days if isinstance(found, Answers) else READ_DAYS


def concerned(row: PolicyVersion) -> list[int]:
    """The distributors a version is for on the day it begins."""
    held = eligible(document_of_version(row), row.effective_from)
    known = parties.parties(SYSTEM).values_list("pk", flat=True)
    return [party for party in known if held is None or party in held]


def acknowledgements(actor: Actor, version_id: int | None = None) -> QuerySet[Acknowledgement]:
    """What was asked of distributors in scope (about a version), the newest first."""
    rows: QuerySet[Acknowledgement] = Acknowledgement.objects.for_actor(actor).select_related("party")
    rows = rows.filter(version_id=version_id) if version_id is not None else rows
    return rows.order_by("-version_id", "party__code")


def state_of_reading(row: Acknowledgement, on: date) -> str:
    """Where one stands on a day: read, waiting, or late."""
    return "read" if row.read_at is not None else "late" if row.due_on < on else "waiting"
