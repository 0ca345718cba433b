"""Differences, objections and spot counts as they are read."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, Count, IntegerField, Q, QuerySet, Value

from gongying.core.actor import Actor
from gongying.core.scope import one

from ..models import Declaration, Difference, Message, Objection, Sample, SampleLine


def differences(actor: Actor) -> QuerySet[Difference]:
    """Differences in scope, the newest first."""
    rows: QuerySet[Difference] = Difference.objects.for_actor(actor).select_related(
        "party", "product", "declaration"
    )
    return rows.order_by("-opened_on", "-id")


def difference_row(actor: Actor, difference_id: int) -> Difference:
    """One difference in scope, or Missing."""
    return one(differences(actor), pk=difference_id)


def objections(actor: Actor) -> QuerySet[Objection]:
    """Objections in scope, the newest first."""
    rows: QuerySet[Objection] = Objection.objects.for_actor(actor).select_related("party")
    return rows.order_by("-id")


def objection_row(actor: Actor, objection_id: int) -> Objection:
    """One objection in scope, or Missing."""
    return one(objections(actor), pk=objection_id)


def messages(actor: Actor, row: Objection) -> QuerySet[Message]:
    """What was said in an objection, the oldest first."""
    found: QuerySet[Message] = Message.objects.for_actor(actor).filter(objection=row)
    return found.order_by("id")


def objections_about(actor: Actor, about: str, about_id: int) -> QuerySet[Objection]:
    """The objections to one thing."""
    return objections(actor).filter(about=about, about_id=about_id)


def samples(actor: Actor) -> QuerySet[Sample]:
    """Spot counts in scope, the newest first."""
    rows: QuerySet[Sample] = Sample.objects.for_actor(actor).select_related("party", "declaration")
    return rows.annotate(things=Count("lines")).order_by("-id")


def sample_row(actor: Actor, sample_id: int) -> Sample:
    """One spot count in scope, or Missing."""
    return one(samples(actor), pk=sample_id)


def sample_lines(actor: Actor, row: Sample) -> QuerySet[SampleLine]:
    """The things to count, in the order in which they were drawn (heaviest first where equal)."""
    rows: QuerySet[SampleLine] = SampleLine.objects.for_actor(actor).filter(sample=row)
    return rows.select_related("product").order_by("product__code", "lot")


def expected(line: SampleLine) -> int:
    """What must be there at the spot count: declared, and what came and went since."""
    return line.declared + line.since


def off(line: SampleLine) -> int | None:
    """Counted less expected; None before it is counted."""
    return None if line.counted is None else line.counted - expected(line)


@dataclass(frozen=True)
class Waiting:
    """How much waits, in scope: open differences and how many of them are old, open objections, spot counts to make."""

    differences: int
    old: int
    objections: int
    samples: int


def waiting(actor: Actor, on: date, *, old_days: int = 14) -> Waiting:
    """What waits in scope on a day, in one question."""
    grown = Q(opened_on__lt=on - timedelta(days=old_days))
    none = Value(0, output_field=IntegerField())
    open_ones = _counted(
        "differences", Difference.objects.for_actor(actor).exclude(state="closed"), Count("pk", filter=grown)
    )
    objected = _counted("objections", Objection.objects.for_actor(actor).filter(state="open"), none)
    drawn = _counted("samples", Sample.objects.for_actor(actor).filter(state="unchecked"), none)
    found = {name: (count, old) for name, count, old in open_ones.union(objected, drawn, all=True)}
    counts = {name: found.get(name, (0, 0)) for name in ("differences", "objections", "samples")}
    return Waiting(*counts["differences"], counts["objections"][0], counts["samples"][0])


def _counted(name: str, rows: QuerySet[Any], old: Any) -> QuerySet[Any, Any]:
    """(name, how many, how many of them are old)."""
    named = rows.order_by().annotate(named=Value(name, output_field=CharField())).values("named")
    found: QuerySet[Any, Any] = named.annotate(many=Count("pk"), grown=old).values_list("named", "many", "grown")
    return found


def about_row(actor: Actor, about: str, about_id: int) -> Any:
    """The thing an objection is about, in scope, or Missing."""
    model: Any = {"difference": Difference, "sample": Sample, "declaration": Declaration}[about]
    return one(model.objects.for_actor(actor), pk=about_id)
