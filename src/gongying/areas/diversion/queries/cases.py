"""Cases, and what of them each side may read."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.files.models import StoredFile
from gongying.core.refusal import Missing
from gongying.core.scope import one

from ..models import Case, Evidence, Report, Ruling, Step

UNSEEN = ("reported", "no_case")  # what whom it is against does not see


def cases(actor: Actor) -> QuerySet[Case]:
    """Cases in scope, the newest first; a distributor sees those that were opened against him."""
    rows: QuerySet[Case] = Case.objects.for_actor(actor).select_related("party__region").order_by("-id")
    return rows.exclude(state__in=UNSEEN) if actor.role in PORTAL else rows


def case(actor: Actor, case_id: int) -> Case:
    """One case in scope, or Missing."""
    found: Case = one(cases(actor), pk=case_id)
    return found


def case_for_update(actor: Actor, case_id: int) -> Case:
    """The same, locked until the transaction ends."""
    rows = Case.objects.for_actor(actor).select_for_update()
    found: Case = one(rows.exclude(state__in=UNSEEN) if actor.role in PORTAL else rows, pk=case_id)
    return found


def report_of(actor: Actor, row: Case) -> Report | None:
    """What a distributor reported, for head office where it sees that distributor; never for whom the case is against."""
    if actor.role in PORTAL:
        return None
    found: Report | None = Report.objects.for_actor(actor).filter(case=row).select_related("party").first()
    return found


def reporter_of(row: Case) -> int | None:
    """Who reported it, to keep him out of his own case; shown to nobody."""
    rows = Report.objects.unscoped("a reporter is not accused").filter(case=row)
    found: int | None = rows.values_list("party_id", flat=True).first()
    return found


def reports(actor: Actor) -> list[tuple[Report, str]]:
    """What distributors in scope reported, the newest first, each with the state it has come to; at most 100."""
    rows = Report.objects.for_actor(actor).select_related("case").order_by("-id")
    return [(row, row.case.state) for row in rows[:100]]


@dataclass(frozen=True)
class Shown:
    """A step as a side may read it: who is `by` is left out where it would give somebody away."""

    what: str
    side: str
    text: str
    by: str
    on: date
    step_id: int
    has_file: bool


def steps(actor: Actor, row: Case) -> list[Shown]:
    """What happened, in order. Whom it is against reads from the opening on, and head office as one."""
    held = Step.objects.for_actor(actor).filter(case=row).order_by("id")
    outside = actor.role in PORTAL
    if outside:
        held = held.exclude(what__in=("reported", "set_aside")).exclude(what="evidence", on__lt=row.opened_on)
    return [
        Shown(
            each.what, each.side, each.text, "" if each.side == "reporter" or (outside and each.side == "house") else each.by, each.on,
            each.pk, each.file_id is not None,
        )
        for each in held[:200]
    ]  # fmt: skip


def evidence(actor: Actor, row: Case) -> QuerySet[Evidence]:
    """The finds of a case, the oldest first."""
    rows: QuerySet[Evidence] = Evidence.objects.for_actor(actor).filter(case=row)
    return rows.select_related("product", "region").order_by("id")


def rulings(actor: Actor, row: Case) -> QuerySet[Ruling]:
    """The rulings of a case, the first first."""
    rows: QuerySet[Ruling] = Ruling.objects.for_actor(actor).filter(case=row)
    return rows.order_by("round")


def picture_of(actor: Actor, evidence_id: int) -> StoredFile:
    """The picture of a find in a case the actor sees, or Missing."""
    row: Evidence = one(Evidence.objects.for_actor(actor).select_related("file", "case"), pk=evidence_id)
    if row.file is None or (actor.role in PORTAL and row.case.state in UNSEEN):
        raise Missing("no picture")
    return row.file


def file_of(actor: Actor, step_id: int) -> StoredFile:
    """The file that came with an answer or an objection in a case the actor sees, or Missing."""
    row: Step = one(Step.objects.for_actor(actor).select_related("file"), pk=step_id)
    if row.file is None:
        raise Missing("no file")
    return row.file


def counts(actor: Actor, on: date) -> dict[str, int]:
    """How many cases in scope are reported, wait for an answer, are late with it, wait for a ruling; in one question."""
    found: dict[str, int] = cases(actor).order_by().aggregate(
        reported=Count("pk", filter=Q(state="reported")),
        opened=Count("pk", filter=Q(state="opened", answer_by__gte=on)),
        late=Count("pk", filter=Q(state="opened", answer_by__lt=on)),
        ruling=Count("pk", filter=Q(state__in=("answered", "objected"))),
        ruled=Count("pk", filter=Q(state="ruled")),
    )  # fmt: skip
    return found


def unobjected(actor: Actor, on: date) -> list[Case]:
    """The upheld cases in scope whose last day to object lies before a day, locked; at most 500."""
    rows = Case.objects.for_actor(actor).select_for_update().filter(state="ruled", object_by__lt=on)
    return list(rows.order_by("id")[:500])
