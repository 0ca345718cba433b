"""Approve and reject orders; go on when credit has let one go."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.areas.credit import actions as desk
from gongying.areas.credit import queries as credit
from gongying.areas.credit.rules import judge
from gongying.areas.orders import facts, queries
from gongying.books.money import post as ledger
from gongying.books.money.post import holds
from gongying.books.prices import post as used
from gongying.core.actor import Actor
from gongying.core.approvals import matrix, read
from gongying.core.doors import action
from gongying.core.refusal import Refused

from ..rules import still_held
from .base import DECIDERS, Outcome, begin, day_of, found, hold_key, house, set_aside, turn
from .placing import aside_words, to_desk

APPROVE = "ordering.approve"
PEOPLE = ("amount", "special", "amended", "free")  # what a person looks at; everything else is the credit desk's
MOST = 200
matrix.DECISIONS[APPROVE] = _("Approve orders")


def authority(actor: Actor, order: Any, on: date) -> read.Verdict:
    """Whether somebody may approve an order, by its amount before tax (what it is worth where it costs nothing); never one he
    made himself."""
    groups = set(queries.lines(house(actor), order).values_list("product__category__code", flat=True))
    return read.may(
        actor,
        APPROVE,
        amount_minor=order.gross_minor
        if order.purpose
        else order.net_minor,  # goods that cost nothing are worth their price
        currency=order.currency,
        on=on,
        party_id=order.party_id,
        groups=groups,
        made_by={order.placed_by, order.created_by} - {""},
    )


@action(needs=APPROVE, roles=DECIDERS)
def approve(actor: Actor, *, order_id: int, note: str = "", on: date | None = None) -> str:
    """Accept a submitted order within one's authority (never one's own). Credit is judged once more: where it does not fit, the order
    waits for the credit desk. Returns its state."""
    day = day_of(actor, on)
    order = found(actor, order_id, "submitted")
    verdict = authority(actor, order, day)
    if not verdict.allowed:
        raise Refused(
            verdict.why,
            code="authority",
            remedy=_("Ask somebody whose limit is higher: the order's page names them."),
        )
    turn(order)
    outcome = begin(actor, order)
    outcome.mark("approved", under=verdict.rule, text=note.strip()[:500], stead=verdict.stead)
    outcome.values |= {"decided_by": actor.name, "decided_under": verdict.rule[:200]}
    _judge(outcome, day)
    outcome.write()
    return str(outcome.values["state"])


@action(needs=APPROVE, roles=DECIDERS)
def approve_all(actor: Actor, *, order_ids: list[int], note: str = "") -> dict[str, str]:
    """Approve several orders, all that may be: by number, the state each has now, or why it could not be. At most 200, all or none
    when something else goes wrong."""
    if len(order_ids) > MOST:
        raise Refused(_("At most %(most)s orders at once.") % {"most": MOST}, code="many", field="order_ids")
    told: dict[str, str] = {}
    for order_id in dict.fromkeys(order_ids):
        order = queries.order_row(actor, order_id)
        day = day_of(actor, None)
        verdict = authority(actor, order, day)
        if order.state != "submitted" or not verdict.allowed:
            told[order.number] = str(verdict.why or _("This order waits for nobody's approval."))
            continue
        told[order.number] = approve(actor, order_id=order_id, note=note)
    return told


def _judge(outcome: Outcome, day: date) -> None:
    """Accept an approved order, or put it before the credit desk."""
    order, own = outcome.order, house(outcome.actor)
    standing = credit.standing(
        own,
        party_id=order.party_id,
        currency=order.currency,
        on=day,
        own_hold=order.hold_key,
        locked=True,
    )
    verdict = judge(standing, order.total_minor, prepaid=order.prepaid)
    if verdict.passes:
        accept(outcome, day)
        return
    codes = [each.code for each in verdict.reasons]
    outcome.mark("held", reasons=codes)
    outcome.values |= {"state": "held", "waits_for": ",".join(codes)}
    outcome.told.append(facts.OrderHeld(order.pk, order.number, order.party_id, ",".join(codes)))
    to_desk(
        own, order.number, order.party_id, order.currency, order.total_minor, verdict.reasons, day, order.prepaid
    )


def accept(outcome: Outcome, day: date, *, prepaid: bool | None = None) -> None:
    """Hold the amount of a written order and set its goods aside. Its account's turn was taken before."""
    order, own = outcome.order, house(outcome.actor)
    rules = queries.rules_for(order.party_id, day)
    wanted = sum(line.open for line in outcome.lines)
    fresh = set_aside(outcome, day, order.site_id)
    if not rules.back_orders:
        for line in outcome.lines:
            if line.unreserved > 0:
                outcome.add(line, cancelled=line.unreserved)
    amount = still_held(outcome.lines)
    key = hold_key(order.number)
    ahead = order.prepaid if prepaid is None else prepaid
    if ledger.held_on(key):
        ledger.turn_hold(own, key=key, posted=[], rest_minor=amount, document=order.number, on=day)
    else:
        ledger.hold(
            own,
            party_id=order.party_id,
            currency=order.currency,
            amount_minor=amount,
            key=_free_key(key),
            document=order.number,
            on=day,
            prepaid=ahead,
        )
    outcome.events.append(aside_words(fresh, wanted))
    outcome.values |= {"hold_key": key if amount else "", "waits_for": "", "prepaid": ahead}
    outcome.settle()
    under = outcome.values.get("decided_under", order.decided_under) or "credit"
    outcome.told.append(
        facts.OrderConfirmed(
            order.pk, order.number, order.party_id, order.currency, order.total_minor, order.version, under
        )
    )


def _free_key(key: str) -> str:
    """The key, or its next number where the order was held for and let go before (an amendment)."""
    _row, last = holds.standing(key)
    return key if not last else f"{key}#{last + 1}"


@action(needs="ordering.go_on", roles=("admin",), exposed=False)
def go_on(actor: Actor, *, number: str, by: str, reason: str, by_itself: bool = False) -> str:
    """Credit has let an order go (a person, or `by_itself` when it fitted again): it is accepted, or waits for whoever must look
    at its amount. Returns its state."""
    order = queries.numbered(actor, number, locked=True)
    if order.state != "held":
        return str(order.state)
    day = day_of(actor, None)
    turn(order)
    outcome = begin(actor, order)
    outcome.mark("released", by=by, reason=reason, under="fits" if by_itself else "")
    people = [code for code in order.waits_for.split(",") if code in PEOPLE]
    if people and not order.decided_by:
        outcome.mark("waiting", reasons=people)
        outcome.values |= {"state": "submitted", "waits_for": ",".join(people)}
    else:
        standing = credit.standing(house(actor), party_id=order.party_id, currency=order.currency, on=day)
        accept(outcome, day, prepaid=order.prepaid and standing.prepaid_minor >= order.total_minor)
    outcome.write()
    return str(outcome.values["state"])


@action(needs=APPROVE, roles=DECIDERS)
def reject(actor: Actor, *, order_id: int, reason: str) -> None:
    """Turn a submitted or held order down, and say why; nothing is held for it."""
    order = found(actor, order_id, "submitted", "held")
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    turn_down(actor, order, reason.strip()[:500])


def turn_down(actor: Actor, order: Any, reason: str) -> None:
    """Take back what a placed order used, and say that it will not be."""
    own = house(actor)
    turn(order)
    outcome = begin(actor, order)
    for document in used_by(order):
        used.unuse(own, document=document)
    desk.drop(own, order=order.number)
    outcome.mark("rejected", reason=reason)
    outcome.values |= {"state": "rejected", "waits_for": "", "decided_by": actor.name}
    outcome.told.append(facts.OrderRejected(order.pk, order.number, order.party_id))
    outcome.write()


def used_by(order: Any) -> list[str]:
    """The documents under which an order's versions used promotions."""
    return [order.number, *(f"{order.number}/v{version}" for version in range(2, order.version + 1))]


@action(needs="ordering.go_on", roles=("admin",), exposed=False)
def decline(actor: Actor, *, number: str, by: str, reason: str) -> None:
    """The credit desk turned an order down."""
    order = queries.numbered(actor, number, locked=True)
    if order.state == "held":
        turn_down(actor, order, f"{by}: {reason}"[:500])
