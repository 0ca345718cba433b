"""Share out what is too little: draw a run, try its rules, apply it; object and answer."""

import json
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.places import read as places
from gongying.books.stock import read as stock
from gongying.core import posting
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines.rationing import PLAIN, RULES

from .. import facts, queries
from ..models import AllocationLine, AllocationRun, AllocationSupply

SHARERS = ("admin", "director", "planner")
MOST_WISHES = 2000
LONGEST = 1000


@dataclass(frozen=True)
class WishIn:
    """Base units that a distributor wants; `need` is the reservation it is for (any key of one's own), `weight` what proportional
    goes by instead of the wish, such as what he bought last year."""

    need: str
    party_id: int
    product_id: int
    quantity: int
    order: str = ""
    weight: int | None = None


@dataclass(frozen=True)
class SupplyIn:
    """What there is of a product to share out, in base units (None: what is free at the site), in whole `step`s, and the smallest
    lot worth a delivery."""

    product_id: int
    available: int | None = None
    step: int = 1
    smallest: int = 0


@action(needs="supply.allocate", roles=SHARERS)
def draft_allocation(
    actor: Actor,
    *,
    site_id: int,
    wishes: list[WishIn],
    title: str = "",
    rule: str = "",
    supplies: list[SupplyIn] | None = None,
    inside: str = "max_min",
    classes: list[str] | None = None,
    reason: str = "",
    on: date | None = None,
) -> int:
    """Draw a run over the goods of a site. Rule and classes are those of the terms unless they are given. Nothing is promised yet.

    Returns the number of the run in the database.
    """
    site, day = one(places.house_sites(), pk=site_id), on or timezone.localdate()
    terms = queries.terms(None, day)
    levels = _check_wishes(actor, wishes, day)
    made = AllocationRun.objects.create(
        number=next_number("PH", on=day), title=title.strip()[:120] or f"{day:%Y-%m-%d}", site=site, on=day,
        rule=rule or terms.rule, inside=inside, classes=",".join(terms.classes if classes is None else classes),
        reason=reason.strip()[:400], created_by=actor.name,
    )  # fmt: skip
    _check_rule(made)
    named = {row.product_id: row for row in supplies or []}
    free = stock.available(SYSTEM, site_id=site.pk, product_ids=sorted({w.product_id for w in wishes}))
    rows = []
    for product in sorted({w.product_id for w in wishes}):
        given = named.get(product, SupplyIn(product))
        on_hand, reserved = free.get(product, (0, 0))
        there = max(0, on_hand - reserved) if given.available is None else given.available
        rows.append(
            AllocationSupply(
                run=made, product_id=product, available=there, step=given.step, smallest=given.smallest
            )
        )
    _check_supplies(rows)
    AllocationSupply.objects.bulk_create(rows)
    AllocationLine.objects.bulk_create(
        AllocationLine(
            run=made, party_id=w.party_id, product_id=w.product_id, need=w.need.strip(), order=w.order, weight=w.weight,
            wish=w.quantity, level=levels.get(w.party_id, ""),
        )
        for w in wishes
    )  # fmt: skip
    _reckon(made)
    return int(made.pk)


def _check_wishes(actor: Actor, wishes: list[WishIn], day: date) -> dict[int, str]:
    """Refuses what is no wish; returns the level of each distributor on the day."""
    if not wishes or len(wishes) > MOST_WISHES:
        raise Refused(_("A run has between 1 and %(most)s wishes.") % {"most": MOST_WISHES}, field="wishes")
    if any(w.quantity < 1 or not w.need.strip() or (w.weight or 0) < 0 for w in wishes):
        raise Refused(_("A wish has a key and at least one unit."), field="wishes")
    if len({w.need.strip() for w in wishes}) < len(wishes):
        raise Refused(_("A wish is named twice."), code="twice", field="wishes")
    who = {w.party_id for w in wishes}
    if parties.parties(actor).filter(pk__in=who).count() < len(who):
        raise Refused(_("A distributor of a wish is not there."), code="party", field="wishes")
    what = {w.product_id for w in wishes}
    if goods.products().filter(pk__in=what).count() < len(what):
        raise Refused(_("There is no such product."), code="product", field="wishes")
    return parties.levels_at(day, sorted(who))


def _check_rule(run: AllocationRun) -> None:
    if run.rule not in RULES:
        raise Refused(_("There is no such rule of allocation."), code="rule", field="rule")
    if run.inside not in PLAIN:
        raise Refused(_("Within a class goods are shared proportionally or max-min fair."), field="inside")
    names = queries.classes_of(run)
    if run.rule == "priority" and not names:
        raise Refused(_("Priority wants classes, the first served first."), code="classes", field="classes")
    if len(set(names)) < len(names):
        raise Refused(_("A class is named twice."), code="twice", field="classes")


def _check_supplies(rows: list[AllocationSupply]) -> None:
    if any(row.available < 0 or row.step < 1 or row.smallest < 0 for row in rows):
        raise Refused(_("Supply, packs and lots are not below zero."), code="supply", field="supplies")


def _reckon(run: AllocationRun) -> None:
    """Lay what everybody gets onto the lines, with what explains it."""
    lines = {line.need: line for line in queries.lines_of(run)}
    steps = {each.product_id: each.step for each in queries.supplies_of(run)}
    for product, result in queries.results(run, run.rule).items():
        for share in result.shares:
            line = lines[share.key]
            line.given = share.given
            line.why = json.dumps(
                {
                    "why": share.why,
                    "quota": str(share.quota * steps[product]),
                    "turn": share.turn,
                    "there": share.there,
                },
                sort_keys=True,
            )
    AllocationLine.objects.unscoped("a run of the house").bulk_update(
        lines.values(), ["given", "why"], batch_size=200
    )


@action(needs="supply.allocate", roles=SHARERS)
def change_allocation(
    actor: Actor,
    *,
    allocation_id: int,
    rule: str,
    inside: str = "max_min",
    classes: list[str] | None = None,
    reason: str = "",
    supplies: list[SupplyIn] | None = None,
) -> None:
    """Try another rule, other classes or another supply on a draft; everybody's share is reckoned anew."""
    row = _draft(actor, allocation_id)
    row.rule, row.inside, row.reason = rule, inside, reason.strip()[:400]
    row.classes = row.classes if classes is None else ",".join(name.strip() for name in classes if name.strip())
    row.created_by = actor.name  # whoever changed it last does not apply it
    _check_rule(row)
    row.save(update_fields=["rule", "inside", "classes", "reason", "created_by"])
    held = {each.product_id: each for each in queries.supplies_of(row)}
    for given in supplies or []:
        if given.product_id not in held:
            raise Refused(_("There is no such product."), code="product", field="supplies")
        each = held[given.product_id]
        each.available = each.available if given.available is None else given.available
        each.step, each.smallest = given.step, given.smallest
    _check_supplies(list(held.values()))
    AllocationSupply.objects.unscoped("a run of the house").bulk_update(
        held.values(), ["available", "step", "smallest"]
    )
    _reckon(row)


@action(needs="supply.apply", roles=("admin", "director"), exposed=False)
def apply(actor: Actor, *, allocation_id: int) -> dict[str, int]:
    """Let a run hold. Whoever drew or changed it last cannot. Returns base units by need, for whoever reserves them; from now on every
    distributor sees his line, the rule and the sums."""
    row = _draft(actor, allocation_id)
    if same(actor, row.created_by):
        raise Refused(_("Somebody else must apply a run that you drew."), code="four_eyes")
    lines = list(queries.lines_of(row))
    _decide(row, actor, "applied")
    digest = posting.digest_of(f"{x.need}|{x.party_id}|{x.product_id}|{x.wish}|{x.given}" for x in lines)
    told = (row.pk, row.number, row.rule, sum(x.wish for x in lines), sum(x.given for x in lines))
    book.record(actor, facts.AllocationApplied(*told, sorted({x.party_id for x in lines}), digest))
    return {line.need: line.given for line in lines}


@action(needs="supply.allocate", roles=SHARERS)
def void_allocation(actor: Actor, *, allocation_id: int) -> None:
    """Lay a draft aside; nobody gets anything by it."""
    _decide(_draft(actor, allocation_id), actor, "dropped")


def _decide(row: AllocationRun, actor: Actor, state: str) -> None:
    row.state, row.decided_by, row.decided_at = state, actor.name, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])


def _draft(actor: Actor, allocation_id: int) -> AllocationRun:
    row: AllocationRun = one(
        AllocationRun.objects.for_actor(actor).select_for_update(of=("self",)), pk=allocation_id
    )
    if row.state != "draft":
        raise Refused(_("This run is decided; draw another one."), code="state")
    return row


@action(needs="supply.object_allocation", roles=("owner", "clerk"))
def object_allocation(actor: Actor, *, share_id: int, reason: str) -> None:
    """The distributor objects to what he got in an applied run."""
    row = one(queries.shares(actor).select_for_update(of=("self",)), pk=share_id)
    if not reason.strip():
        raise Refused(_("Say what is wrong."), field="reason")
    if row.objection:
        raise Refused(_("You objected already."), code="objected")
    row.objection, row.objected_by, row.objected_at = reason.strip()[:LONGEST], actor.name, timezone.now()
    row.save(update_fields=["objection", "objected_by", "objected_at"])


@action(needs="supply.apply", roles=("admin", "director"))
def answer_objection(actor: Actor, *, share_id: int, answer: str) -> None:
    """Head office answers an objection. What holds is not changed: who was wronged comes first in the next run."""
    row = one(queries.shares(actor).select_for_update(of=("self",)), pk=share_id)
    if not row.objection or row.answer:
        raise Refused(_("There is no objection that waits for an answer."), code="state")
    if not answer.strip():
        raise Refused(_("Write an answer: the distributor reads it."), code="answer", field="answer")
    row.answer, row.answered_by, row.answered_at = answer.strip()[:LONGEST], actor.name, timezone.now()
    row.save(update_fields=["answer", "answered_by", "answered_at"])
