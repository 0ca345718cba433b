"""The only readers of awards: in the actor's scope, and blind for whoever judges."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, PORTAL, query
from gongying.core.people.access import person, same
from gongying.core.people.models import User
from gongying.core.policies import read as policies
from gongying.core.policies.kinds import Kind, register
from gongying.core.refusal import Missing
from gongying.core.scope import one
from gongying.core.words import pick

from .models import Conflict, Juror, Mark, Nomination, Result, Round
from .rules import KIND, Category, lint

register(Kind(KIND, _("Category of an award"), Category, lint, scopes=("network",)))
BLIND = ("open", "judging")  # states in which jurors see no names
JUDGES = ("admin", "director", "planner", "regional", "finance")


def judges(ids: list[int] | None = None) -> list[User]:
    """People of head office who may sit in a jury (all, or these by number), by name."""
    rows = User.objects.filter(is_active=True, role__in=JUDGES).order_by("name", "id")
    return list(rows if ids is None else rows.filter(pk__in=ids))[:200]


@dataclass(frozen=True)
class InForce:
    """A category with its version."""

    key: str
    version_id: int
    hash: str
    title: str
    document: Category


def categories(on: date) -> dict[str, InForce]:
    """The categories in force on a day, by key."""
    found = {}
    for row in policies.in_force(KIND, on):
        document = policies.parsed(row)
        if isinstance(document, Category):
            found[row.key] = InForce(row.key, row.pk, row.hash, pick(row.title, row.title_en), document)
    return found


def category_of(row: Round) -> Category:
    """The very rules a round goes by."""
    document = policies.parsed(policies.version(row.version_id))
    if not isinstance(document, Category):
        raise Missing("category")
    return document


def rounds(actor: Actor) -> QuerySet[Round]:
    """Rounds, the newest first, each with the number of its nominations; a distributor sees none that was cancelled."""
    rows = Round.objects.annotate(count=Count("nominations")).order_by("-id")
    return rows.exclude(state="cancelled") if actor.role in PORTAL else rows


def round_row(actor: Actor, round_id: int) -> Round:
    """One round, or Missing."""
    return one(rounds(actor), pk=round_id)


def juror_of(actor: Actor, row: Round) -> Juror | None:
    """The seat the actor has in the jury of a round; None for everybody else."""
    return (
        next((each for each in row.jurors.all() if each.user_id == actor.user_id), None) if actor.user_id else None
    )


def seat(actor: Actor, row: Round) -> Juror:
    """The same; Missing for whoever is no juror."""
    found = juror_of(actor, row)
    if found is None:
        raise Missing("no seat in this jury")
    return found


def sees_names(actor: Actor, row: Round) -> bool:
    """Whether the actor may see who is nominated: not while he judges."""
    return row.state not in BLIND or juror_of(actor, row) is None


def nominations(actor: Actor, row: Round) -> QuerySet[Nomination]:
    """The nominations of a round in scope, by code; Missing for its jurors until it is closed."""
    if not sees_names(actor, row):
        raise Missing("blind")
    rows: QuerySet[Nomination] = Nomination.objects.for_actor(actor).filter(round=row)
    return rows.select_related("party", "round").order_by("party__code")


def nomination(actor: Actor, nomination_id: int) -> Nomination:
    """One nomination in scope, or Missing; never for a juror of it before the round is closed."""
    rows = Nomination.objects.for_actor(actor).select_related("party", "round")
    found: Nomination = one(rows, pk=nomination_id)
    if not sees_names(actor, found.round):
        raise Missing("blind")
    return found


def judged_one(actor: Actor, nomination_id: int) -> tuple[Nomination, Juror]:
    """A nomination with the actor's seat in its jury, while it is judged; Missing for everybody else. Whoever judges judges the
    whole round: his own part of the network does not matter."""
    rows = Nomination.objects.unscoped("a jury judges all of them, blind").select_related("round")
    found: Nomination = one(rows, pk=nomination_id)
    return found, seat(actor, found.round)


@dataclass(frozen=True)
class Blind:
    """A nomination as a juror sees it: an alias, what it says, its attachments, what he himself said of it."""

    id: int
    alias: str
    summary: str
    files: int
    given: dict[str, int]
    note: str
    conflict: str
    own: bool


def ballot(actor: Actor, row: Round) -> list[Blind]:
    """The nominations of a round for one of its jurors, by alias. Missing for everybody else."""
    juror = seat(actor, row)
    marks = {mark.nomination_id: mark for mark in Mark.objects.unscoped("what a jury says").filter(juror=juror)}
    conflicts = dict(
        Conflict.objects.unscoped("what a jury says").filter(juror=juror).values_list("nomination_id", "note")
    )
    rows = Nomination.objects.unscoped("a jury judges all of them, blind").filter(round=row).order_by("alias")
    return [
        Blind(
            each.pk,
            each.alias,
            each.summary,
            len(json.loads(each.files)),
            json.loads(marks[each.pk].given) if each.pk in marks else {},
            marks[each.pk].note if each.pk in marks else "",
            conflicts.get(each.pk, ""),
            same(actor, each.by),
        )
        for each in rows
    ]


def marks_of(row: Round) -> dict[int, dict[str, dict[str, int]]]:
    """Every mark of a round, by nomination and juror, for the one who closes it."""
    found: dict[int, dict[str, dict[str, int]]] = defaultdict(dict)
    for mark in Mark.objects.unscoped("what a jury says").filter(nomination__round=row).select_related("juror"):
        found[mark.nomination_id][mark.juror.name] = json.loads(mark.given)
    return found


def outstanding(row: Round) -> int:
    """How many marks are still missing: of every juror for every nomination that is not his own and he does not keep out of."""
    rows = Nomination.objects.unscoped("counting marks").filter(round=row).values_list("id", "by")
    makers = {pk: person(by) for pk, by in rows}
    wanted = {
        (juror.pk, pk) for juror in row.jurors.all() for pk, maker in makers.items() if person(juror.name) != maker
    }
    for table in (Conflict, Mark):
        done = table.objects.unscoped("counting marks").filter(nomination__round=row)
        wanted -= set(done.values_list("juror_id", "nomination_id"))
    return len(wanted)


def results(actor: Actor, row: Round) -> QuerySet[Result]:
    """The results of a round in scope, best first: head office sees them when it is closed, a distributor its own when they are
    published."""
    rows: QuerySet[Result] = Result.objects.for_actor(actor).filter(round=row)
    if row.state not in ("decided", "published") or (actor.role in PORTAL and row.state != "published"):
        return rows.none()
    return rows.select_related("nomination__party", "round").order_by("rank", "nomination__alias")


def parts_of(row: Result) -> dict[str, Any]:
    """The parts of a result."""
    held: dict[str, Any] = json.loads(row.parts)
    return held


@dataclass(frozen=True)
class Winner:
    """A winner as everybody sees it; `prize_minor` 0 is the honour alone."""

    round: str
    category: str
    title: str
    year: int
    code: str
    name: str
    rank: int
    prize_minor: int
    currency: str
    published_on: date


@query(needs="awards.view", roles=EVERYONE)
def winners(actor: Actor, *, year: int = 0) -> list[Winner]:
    """Who won what, of a year or of all, newest first (C141). What is published is for the whole network."""
    rows = Result.objects.unscoped("published for the whole network").filter(won=True, round__state="published")
    rows = rows.filter(round__year=year) if year else rows
    found = []
    for row in rows.select_related("nomination__party", "round").order_by(
        "-round__published_on", "-round_id", "rank"
    )[:200]:
        party, held = row.nomination.party, row.round
        found.append(
            Winner(
                held.number,
                held.category,
                pick(held.title, held.title_en),
                held.year,
                party.code,
                pick(party.name, party.name_en),
                row.rank,
                row.prize_minor,
                category_of(held).currency,
                held.published_on,
            )
        )
    return found


def score_text(value: Decimal) -> str:
    """A score without zeros that say nothing."""
    return f"{value.normalize():f}"
