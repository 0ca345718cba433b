"""Who was asked to read a programme, and who has."""

from datetime import date

from django.db.models import QuerySet

from gongying.books.parties import read as parties
from gongying.core.actor import SYSTEM, Actor
from gongying.core.policies import read as policies
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing

from ..models import Acknowledgement
from ..rules import ANSWERS, PROGRAMME
from ..rules.answers import READ_DAYS, Answers
from .measuring import eligible
from .reading import document_of_version

STATES = ("late", "waiting", "read")


def read_days(party_id: int, on: date) -> int:
    """How many days a distributor has to read a programme that was published on a day (`rewards.answers`)."""
    try:
        found = policies.value(ANSWERS.code, ANSWERS.key, on, party_id).document
    except Missing:
        return READ_DAYS
    return found.read_days if isinstance(found, Answers) else READ_DAYS


def concerned(row: PolicyVersion) -> list[int]:
    """The distributors a version is for on the day it begins."""
    held = eligible(document_of_version(row), row.effective_from)
    known = parties.parties(SYSTEM).values_list("pk", flat=True)
    return [party for party in known if held is None or party in held]


def every_version() -> QuerySet[PolicyVersion]:
    """Every version of every programme, to be looked through by those who may."""
    rows: QuerySet[PolicyVersion] = policies.versions(PROGRAMME.code)
    return rows


def acknowledgements(actor: Actor, version_id: int | None = None) -> QuerySet[Acknowledgement]:
    """What was asked of distributors in scope (about a version), the newest first."""
    rows: QuerySet[Acknowledgement] = Acknowledgement.objects.for_actor(actor).select_related("party")
    rows = rows.filter(version_id=version_id) if version_id is not None else rows
    return rows.order_by("-version_id", "party__code")


def state_of_reading(row: Acknowledgement, on: date) -> str:
    """Where one stands on a day: read, waiting, or late."""
    return "read" if row.read_at is not None else "late" if row.due_on < on else "waiting"
