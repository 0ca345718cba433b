"""Applications in scope, one as a whole, and what the applicant himself may read by his own link."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db.models import Count, Q, QuerySet

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import HQ, query
from gongying.core.intake import reading
from gongying.core.refusal import Missing
from gongying.core.scope import one
from gongying.engines import creditcode

from ..models import Application, Contact, Step
from ..rules import STATES, Profile, Readiness, Standing, judge, sample
from ..rules.readiness import Part, together


def applications(actor: Actor) -> QuerySet[Any]:
    """Applications of the regions in scope, the newest first, with how many blocking conflicts are unanswered."""
    rows = Application.objects.select_related("campaign", "region__parent").annotate(
        blocked=Count("conflicts", filter=Q(conflicts__level="block", conflicts__verdict=""), distinct=True),
        told=Count("references", filter=Q(references__answered_at__isnull=False), distinct=True),
    )
    seen = parties.regions_seen(actor)
    return (rows if seen is None else rows.filter(region_id__in=seen)).order_by("-id")


def sees_region(actor: Actor, region_id: int) -> bool:
    """Whether applications of a region are in somebody's scope."""
    seen = parties.regions_seen(actor)
    return seen is None or region_id in seen


def application(actor: Actor, application_id: int) -> Application:
    """One application in scope, or Missing."""
    found: Application = one(applications(actor), pk=application_id)
    return found


def of_secret(secret: str) -> Application:
    """The application of the applicant's own link, or Missing."""
    mark = hashlib.sha256(secret.encode()).hexdigest()
    return one(Application.objects.select_related("campaign__region", "region"), secret=mark)


def contact(row: Application) -> Contact | None:
    """Who speaks for the applicant; None once it was erased."""
    return Contact.objects.filter(application=row).first()


def profile(row: Application) -> Profile:
    """What the company says of itself."""
    return Profile.model_validate_json(row.profile)


def standing(row: Application) -> Standing:
    """What an application has of what the next state asks for."""
    blocked = row.conflicts.filter(level="block", verdict="").count()
    sound = creditcode.check(row.uscc).sound
    return Standing(
        row.handed_in_at is not None, sound, bool(row.owner), blocked, bool(row.document), bool(row.answer)
    )


def steps(row: Application) -> list[Step]:
    """What happened, the newest first."""
    return list(row.steps.order_by("-id"))


def readiness_of(path: Path, name: str, months: int) -> Readiness:
    """Look at a sample file in a child process and grade it. Raises Refused where it cannot be read."""
    pieces = [piece.load for piece in reading.through(path, name, sample)]
    return judge(together(pieces), months=months)


def readiness(row: Application) -> Readiness | None:
    """What the sample file of an application came to."""
    held: dict[str, Any] = json.loads(row.readiness)
    if not held:
        return None
    days = [date.fromisoformat(held[name]) if held[name] else None for name in ("first", "last")]
    parts = tuple(Part(**part) for part in held["parts"])
    return Readiness(held["grade"], held["points"], parts, tuple(held["lacking"]), *days)


@dataclass(frozen=True)
class ApplicationView:
    """An application in codes and numbers, for programs: no personal data."""

    id: int
    number: str
    campaign: str
    state: str
    company: str
    uscc: str
    region: str
    channel: str
    received_on: date
    grade: str
    conflicts: list[str]
    owner: str
    document: str
    became: str


@query(needs="recruiting.view", roles=HQ, name="recruiting.application")
def application_view(actor: Actor, *, application_id: int) -> ApplicationView:
    """One application in scope, with the codes of its conflicts."""
    row = application(actor, application_id)
    codes = list(row.conflicts.order_by("id").values_list("code", flat=True))
    return ApplicationView(
        row.pk, row.number, row.campaign.number, row.state, row.company, row.uscc, row.region.code, row.channel, row.received_on,
        row.grade, codes, row.owner, row.document, row.became,
    )  # fmt: skip


@query(needs="recruiting.view", roles=HQ)
def counts(actor: Actor) -> dict[str, int]:
    """How many applications in scope stand in each state."""
    rows = applications(actor).order_by().values_list("state", "pk")
    found = dict.fromkeys(STATES, 0)
    for state, _pk in rows:
        found[state] += 1
    return found


@dataclass(frozen=True)
class Speaker:
    """Who speaks for an applicant, and since when he has agreed to be named."""

    name: str
    phone: str
    email: str
    consented_on: date


@query(needs="recruiting.contacts", roles=("admin", "director", "regional"), name="recruiting.contact")
def speaker(actor: Actor, *, application_id: int) -> Speaker | None:
    """Who speaks for an applicant in scope; nobody once it was erased."""
    held = contact(application(actor, application_id))
    return None if held is None else Speaker(held.name, held.phone, held.email, held.consented_at.date())


@dataclass(frozen=True)
class Row:
    """What another part of the house needs of an application to examine or admit the company."""

    id: int
    number: str
    state: str
    company: str
    uscc: str
    region_id: int
    region: str
    channel: str
    category: str
    partner_type: str
    exclusive: bool
    contact: str
    phone: str
    profile: dict[str, Any]
    referees: list[dict[str, Any]]


def for_flow(actor: Actor, application_id: int) -> Row:
    """An application in scope as values, for a flow. Raises Missing."""
    row = application(actor, application_id)
    tree = parties.region_tree()
    if row.region_id not in tree:
        raise Missing("no such region")
    who = contact(row)
    answered = row.references.exclude(answered_at=None).order_by("id")
    return Row(
        row.pk, row.number, row.state, row.company, row.uscc, row.region_id, tree[row.region_id][0], row.channel,
        row.campaign.category, row.campaign.partner_type, row.campaign.exclusive, who.name if who else "",
        who.phone if who else "", json.loads(row.profile),
        [json.loads(each.answers) | {"relation": each.relation, "flags": each.flags} for each in answered],
    )  # fmt: skip
