"""Allocation runs: what each rule would give, and what everybody got."""

from dataclasses import dataclass

from django.db.models import Count, F, QuerySet, Sum

from gongying.core.actor import Actor
from gongying.core.doors import HQ, query
from gongying.core.refusal import Missing
from gongying.core.scope import one
from gongying.engines.rationing import RULES, Measures, Result, Wish, measures, ration

from ..models import AllocationLine, AllocationRun, AllocationSupply

WHY = "a run of the house"


def classes_of(run: AllocationRun) -> list[str]:
    """The levels a run serves one after the other."""
    return [name.strip() for name in run.classes.split(",") if name.strip()]


def lines_of(run: AllocationRun) -> QuerySet[AllocationLine]:
    """Every line of a run, for reckoning."""
    rows: QuerySet[AllocationLine] = AllocationLine.objects.unscoped(WHY).filter(run=run)
    return rows.order_by("product_id", "id")


def supplies_of(run: AllocationRun) -> QuerySet[AllocationSupply]:
    """What a run shares out, product by product."""
    rows: QuerySet[AllocationSupply] = AllocationSupply.objects.unscoped(WHY).filter(run=run)
    return rows.select_related("product").order_by("product__code")


def results(run: AllocationRun, rule: str) -> dict[int, Result]:
    """What a rule would give, by product."""
    wishes: dict[int, list[Wish]] = {}
    for line in lines_of(run):
        wishes.setdefault(line.product_id, []).append(Wish(line.need, line.wish, line.level, line.weight))
    return {
        each.product_id: ration(
            rule,
            each.available,
            wishes.get(each.product_id, []),
            step=each.step,
            smallest=each.smallest,
            classes=classes_of(run),
            inside=run.inside,
        )
        for each in supplies_of(run)
    }


@dataclass(frozen=True)
class Trial:
    """What one rule would do: base units by need, and how it treats people."""

    rule: str
    given: dict[str, int]
    measures: Measures


def trials(run: AllocationRun) -> list[Trial]:
    """The three rules side by side; priority only where the run names classes."""
    found = []
    for rule in RULES:
        if rule == "priority" and not classes_of(run):
            continue
        done = results(run, rule)
        given = {share.key: share.given for result in done.values() for share in result.shares}
        found.append(Trial(rule, given, measures(done.values())))
    return found


def shares(actor: Actor) -> QuerySet[AllocationLine]:
    """Lines in scope: of applied runs for a distributor's people, of all for the whole network's."""
    rows: QuerySet[AllocationLine] = AllocationLine.objects.for_actor(actor).select_related(
        "run", "party", "product"
    )
    return rows if actor.whole_network else rows.filter(run__state="applied")


def runs(actor: Actor) -> QuerySet[AllocationRun]:
    """Runs with a line in scope, newest first, with what was wished and given in all."""
    mine = shares(actor).values("run_id")
    rows: QuerySet[AllocationRun] = AllocationRun.objects.unscoped("those with a line in scope").filter(pk__in=mine)
    sums = {"wished": Sum("lines__wish"), "given": Sum("lines__given")}
    return (
        rows.annotate(**sums, distributors=Count("lines__party", distinct=True))
        .annotate(filled=F("given") * 1.0 / F("wished"))
        .order_by("-id")
    )


def run_row(actor: Actor, allocation_id: int) -> AllocationRun:
    """One run with a line in scope, or Missing."""
    return one(runs(actor), pk=allocation_id)


@dataclass(frozen=True)
class AllocationView:
    """What a run gives the distributors in scope, for programs; base units."""

    id: int
    number: str
    rule: str
    state: str
    available: int
    wished: int
    given: int
    lines: list[dict[str, str | int]]


@query(needs="supply.view", roles=(*HQ, "owner", "clerk"))
def allocation(actor: Actor, *, allocation_id: int) -> AllocationView:
    """A run with its rule and sums, and the lines of the distributors in scope."""
    row = run_row(actor, allocation_id)
    mine = shares(actor).filter(run=row).order_by("id")
    if not mine:
        raise Missing("no line in scope")
    told: list[dict[str, str | int]] = [
        {"id": x.pk, "party": x.party.code, "product": x.product.code, "need": x.need, "wish": x.wish, "given": x.given, "why": x.why}
        for x in mine
    ]  # fmt: skip
    there = sum(supply.available for supply in supplies_of(row))
    return AllocationView(row.pk, row.number, row.rule, row.state, there, row.wished, row.given, told)  # type: ignore[attr-defined]
