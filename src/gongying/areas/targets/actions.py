"""Draft, adjust, submit, approve, reject: the only writers of targets."""

import hashlib
import json
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.plans import post as book_of_plans
from gongying.books.plans import read as planned
from gongying.core import calendar, posting, turns
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines.money import exponent
from gongying.engines.phasing import grown, phase

from . import facts, queries
from .models import Plan, PlanLine

PLANNERS = ("admin", "director", "planner")
SOURCE = "targets"
ROUND = 100  # major units
MOST = Decimal(5)  # a growth beyond 500 % is a slip of the pen
LARGEST = 10**15  # minor units for one distributor and group: beyond that it is a slip of the pen
COLUMNS = ("plan_id", "party_id", "category", "previous_minor", "amount_minor", "reason", "adjusted_by")


@action(needs="targets.draft", roles=PLANNERS)
def draft(actor: Actor, *, year: str, growth: Decimal, currency: str = "CNY", title: str = "") -> int:
    """Draw a plan of a year from the last twelve complete months, each distributor and product group grown alike.

    `growth` is a fraction. Returns the plan's number in the database.
    """
    span = calendar.period(year)
    if len(year) != 4:
        raise Refused(_("A plan is for a year, such as 2027."), field="year")
    if not -1 < growth <= MOST:
        raise Refused(_("Growth is a fraction between -1 and 5."), field="growth", remedy=_("Write 0.12 for 12 %."))
    turns.take(f"targets.draft/{year}/{currency}")  # of two at once the second is refused with words
    if Plan.objects.filter(year=year, currency=currency, state__in=("draft", "submitted")).exists():
        raise Refused(_("A plan of this year is open."), code="open", remedy=_("Finish or reject it first."))
    other = planned.targets(SYSTEM, start=span.start, end=span.end).filter(currency=currency).exclude(source=SOURCE)
    if other.exists():
        raise Refused(
            _("Targets of %(year)s were loaded from elsewhere and would count twice.") % {"year": year},
            code="loaded",
            remedy=_("Undo that load, or plan another year."),
        )
    found = queries.history(currency, year)
    ids = parties.ids_by_code({party for party, _group in found.amounts})
    if not ids:
        raise Refused(
            _("There is no sell-in in %(currency)s to draw a plan from.") % {"currency": currency}, code="empty"
        )
    made = Plan.objects.create(
        number=next_number("MB", on=timezone.localdate()),
        year=year,
        title=title.strip() or year,
        currency=currency,
        growth=growth,
        since=found.since,
        until=found.until,
        season=json.dumps(found.season, sort_keys=True),
        created_by=actor.name,
    )
    step = ROUND * 10 ** exponent(currency)
    rows = [
        (made.pk, ids[party], group, net, grown(net, growth, step), "", "")
        for (party, group), net in sorted(found.amounts.items())
    ]
    posting.insert(PlanLine, COLUMNS, rows)
    return int(made.pk)


@action(needs="targets.draft", roles=PLANNERS)
def adjust(actor: Actor, *, plan_id: int, party_id: int, category: str, amount_minor: int, reason: str) -> None:
    """Ask another amount (minor units) of a distributor in a product group, and say why; also where it bought nothing
    before and the plan asks nothing yet."""
    plan = _in_state(plan_id, "draft")
    if amount_minor < 0:
        raise Refused(_("A target is not below zero."), field="amount_minor")
    if amount_minor > LARGEST:
        raise Refused(_("The amount is too large."), field="amount_minor")
    if not reason.strip():
        raise Refused(_("Say why it differs."), field="reason")
    parties.party(actor, party_id)
    if category not in {each.code for each in goods.categories()}:
        raise Refused(_("There is no product group %(code)s.") % {"code": category}, field="category")
    changed = {"amount_minor": amount_minor, "reason": reason.strip()[:200], "adjusted_by": actor.name}
    mine = PlanLine.objects.for_actor(actor).filter(plan=plan, party_id=party_id, category=category)
    if not mine.update(**changed):
        PlanLine.objects.create(plan=plan, party_id=party_id, category=category, previous_minor=0, **changed)


@action(needs="targets.draft", roles=PLANNERS)
def submit(actor: Actor, *, plan_id: int) -> int:
    """Put a plan before a second person. Returns what it asks in all, in minor units."""
    plan = _in_state(plan_id, "draft")
    plan.state, plan.submitted_by = "submitted", actor.name
    plan.save(update_fields=["state", "submitted_by"])
    rows = list(queries.lines(SYSTEM, plan).values_list("party_id", "category", "amount_minor"))
    total = sum(row[2] for row in rows)
    digest = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    book.record(actor, facts.PlanSubmitted(plan.pk, plan.number, plan.year, plan.currency, total, digest))
    return total


@action(needs="targets.approve", roles=("admin", "director"))
def approve(actor: Actor, *, plan_id: int) -> int:
    """Post a plan, month by month. Whoever submitted it cannot approve it. Returns how many targets are new or changed."""
    plan = _in_state(plan_id, "submitted")
    if same(actor, plan.submitted_by):
        raise Refused(_("Somebody else must approve what you submitted."), code="four_eyes")
    held = list(queries.lines(SYSTEM, plan))
    rows = [
        book_of_plans.TargetIn(
            f"{plan.year}-{month:02d}",
            line.party_id,
            category=line.category,
            currency=plan.currency,
            amount_minor=amount,
        )
        for line in held
        for month, amount in enumerate(phase(line.amount_minor, queries.season_of(plan, line.category)), 1)
    ]
    done = book_of_plans.targets(actor, [*rows, *_dropped(plan, rows)], source=SOURCE)
    plan.state, plan.decided_by = "approved", actor.name
    plan.save(update_fields=["state", "decided_by"])
    total, whom = sum(line.amount_minor for line in held), sorted({line.party_id for line in held})
    book.record(actor, facts.PlanApproved(plan.pk, plan.number, plan.year, total, whom))
    return done.created + done.corrected


def _dropped(plan: Plan, rows: list[book_of_plans.TargetIn]) -> list[book_of_plans.TargetIn]:
    """What an earlier plan of the year asked of whom this one asks nothing: it is asked no more."""
    span, kept = calendar.period(plan.year), {row.key for row in rows}
    earlier = planned.targets(SYSTEM, start=span.start, end=span.end).filter(source=SOURCE, currency=plan.currency)
    held = earlier.exclude(amount_minor=0).values_list("period", "party_id", "category")
    found = [
        book_of_plans.TargetIn(period, party_id, category=category, currency=plan.currency)
        for period, party_id, category in held
    ]
    return [row for row in found if row.key not in kept]


@action(needs="targets.approve", roles=("admin", "director"))
def reject(actor: Actor, *, plan_id: int) -> None:
    """Turn a submitted plan down; nothing is posted."""
    plan = _in_state(plan_id, "submitted")
    plan.state, plan.decided_by = "rejected", actor.name
    plan.save(update_fields=["state", "decided_by"])
    book.record(actor, facts.PlanRejected(plan.pk, plan.number))


def _in_state(plan_id: int, state: str) -> Plan:
    plan = one(Plan.objects.select_for_update(), pk=plan_id)
    if plan.state != state:
        words = {
            "draft": _("Only a draft can be changed."),
            "submitted": _("Only a submitted plan can be decided."),
        }
        raise Refused(words[state], code="state", remedy=_("Draft the next plan of the year."))
    return plan
