"""Cancel, amend, close."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.areas.credit import actions as desk
from gongying.areas.credit import queries as credit
from gongying.areas.credit.rules import judge
from gongying.areas.orders import facts, queries
from gongying.areas.orders import rules as order_rules
from gongying.areas.orders.actions import DraftLine
from gongying.books.money import post as ledger
from gongying.books.prices import post as used
from gongying.books.stock import post as stock
from gongying.core.actor import Actor
from gongying.core.approvals import read as approvals
from gongying.core.doors import action
from gongying.core.refusal import Refused
from gongying.engines.money import exponent

from .base import WRITERS, Outcome, begin, day_of, found, give_back, hold_again, house, promise, turn
from .basket import Basket, check_address, check_day, fill, priced, quoted
from .deciding import APPROVE, accept, used_by
from .placing import to_desk
from .stocking import line_at, rewrite

CANCELLABLE = ("submitted", "held", "approved", "allocated")


@dataclass(frozen=True, slots=True)
class CancelLine:
    """Base units of a line, by its place, that are not wanted any more."""

    place: int
    quantity: int


@action(needs="ordering.cancel", roles=WRITERS)
def cancel(actor: Actor, *, order_id: int, lines: list[CancelLine] | None = None, reason: str) -> str:
    """Cancel what is open of an order, or these base units of it: goods set aside, the amount held and (for a whole order) what it
    used of promotions are free again. Free goods go with the line they came with. Returns the order's state."""
    order = found(actor, order_id, *CANCELLABLE)
    day = day_of(actor, None)
    rules = queries.rules_for(order.party_id, day)
    if not order_rules.may_cancel(order.state, rules, outside=queries.outside(actor)):
        raise Refused(
            _("The goods are set aside already: ask head office to cancel."),
            code="late",
            remedy=_("Write a comment on the order."),
        )
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    turn(order)
    outcome = begin(actor, order)
    wanted = _to_cancel(outcome, lines)
    give_back(outcome, [(line, max(0, n - line.unreserved)) for line, n in wanted])
    for line, n in wanted:
        outcome.add(line, cancelled=n)
    whole = all(line.cancelled == line.quantity for line in outcome.lines)
    hold_again(outcome, day)
    if whole:
        _undo_uses(actor, order)
    state = _after_cancel(outcome, whole)
    units = sum(n for _line, n in wanted)
    outcome.mark("cancelled_all" if whole else "cancelled", units=units, reason=reason.strip()[:300])
    outcome.told.append(facts.OrderCancelled(order.pk, order.number, order.party_id, units, whole))
    outcome.write()
    return state


def _undo_uses(actor: Actor, order: Any) -> None:
    for document in used_by(order):
        used.unuse(house(actor), document=document)


def _to_cancel(outcome: Outcome, lines: list[CancelLine] | None) -> list[tuple[Any, int]]:
    """Lines with how much of them goes, free goods with the line they came with."""
    if lines is None:
        wanted = {line.pk: (line, line.open) for line in outcome.lines if line.open > 0}
    else:
        wanted = {}
        for each in lines:
            line = line_at(outcome, each.place)
            if not 0 < each.quantity <= line.open:
                said = {"open": line.open, "code": line.product.code}
                raise Refused(
                    _("Of %(code)s %(open)s units are open.") % said, code="open", field=f"lines.{each.place}"
                )
            wanted[line.pk] = (line, each.quantity)
        gone = {line.line for line, n in wanted.values() if line.cancelled + n == line.quantity}
        for line in outcome.lines:
            if line.gift_of and line.open > 0 and line.line.split("+")[0] in gone:
                wanted[line.pk] = (line, line.open)
    if not wanted:
        raise Refused(_("Nothing of this order is open."), code="nothing")
    return list(wanted.values())


def _after_cancel(outcome: Outcome, whole: bool) -> str:
    """Where the order stands: a waiting one goes on waiting unless nothing is left of it."""
    order = outcome.order
    if whole:
        outcome.values |= {"state": "cancelled", "waits_for": ""}
        desk.drop(house(outcome.actor), order=order.number)
    elif order.state in ("submitted", "held"):
        outcome.values["state"] = order.state
    else:
        outcome.settle()
    return str(outcome.values["state"])


@action(needs="ordering.amend", roles=WRITERS)
def amend(
    actor: Actor,
    *,
    order_id: int,
    lines: list[DraftLine],
    reason: str,
    requested_on: date | None = None,
    ship_to_id: int | None = None,
) -> int:
    """Change a placed order: `lines` are all it shall have beside what has shipped already. It is priced and judged anew; what goes
    beyond the authority of who changes it waits for approval again. Both versions are kept. Returns the new version."""
    order, day = found(actor, order_id, *CANCELLABLE), day_of(actor, None)
    if order.purpose:
        raise Refused(
            _("Goods that cost nothing are not amended."), code="free", remedy=_("Cancel the order and ask anew.")
        )
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    rules = queries.rules_for(order.party_id, day)
    check_day(requested_on, rules, day)
    check_address(order.party_id, ship_to_id, day)
    turn(order)
    outcome = begin(actor, order)
    going = [line for line in outcome.lines if line.shipped]
    if going and queries.outside(actor):
        raise Refused(
            _("Goods are on their way already: ask head office to change the rest."), code="late",
            remedy=_("Write a comment on the order."),
        )  # fmt: skip
    drop = [line for line in outcome.lines if not line.shipped]
    accepted = order.state in ("approved", "allocated")
    own = house(actor)
    if not going:
        _undo_uses(actor, order)
    basket = Basket(order.party_id, [], {}, {})
    fill(basket, lines)
    quote = quoted(actor, basket, rules, day)
    fresh = priced(quote, basket, max(line.place for line in outcome.lines) + 1)
    before = (order.net_minor, order.total_minor)
    rewrite(actor, order, outcome.lines, fresh, reason, [], [line.pk for line in drop])
    stock.release(own, keys=[promise(order.number, line.place) for line in drop if line.reserved])
    used.use(own, quote.uses, party_id=order.party_id, document=f"{order.number}/v{order.version}", on=day)
    after = begin(actor, order)
    after.values |= {"quote_hash": quote.hash, **_asked(requested_on, ship_to_id)}
    special = any(step.kind == "special" for line in quote.lines for step in line.steps)
    people = _people(actor, order, rules, before[0], special, day)
    if people and going:
        raise Refused(_("The amount is beyond your authority."), code="authority")
    _judge_again(after, people, accepted, day)
    after.write()
    return int(order.version)


def _asked(requested_on: date | None, ship_to_id: int | None) -> dict[str, Any]:
    given = {"requested_on": requested_on, "ship_to_id": ship_to_id}
    return {name: value for name, value in given.items() if value is not None}


def _people(
    actor: Actor, order: Any, rules: order_rules.OrderRules, before_net: int, special: bool, day: date
) -> list[str]:
    """What a person must look at again: a smaller order, or one within the authority of who changes it, passes."""
    codes = order_rules.needs_person(
        rules,
        net_minor=order.net_minor,
        currency=order.currency,
        scale=10 ** exponent(order.currency),
        special=special,
    )
    if not codes or (order.decided_by and order.net_minor <= before_net):
        return []
    verdict = approvals.may(
        actor, APPROVE, amount_minor=order.net_minor, currency=order.currency, on=day, party_id=order.party_id,
        made_by={order.placed_by, order.created_by} - {""},
    )  # fmt: skip
    allowed = verdict.allowed and actor.can(APPROVE)
    return [] if allowed else [*codes, "amended"]


def _judge_again(outcome: Outcome, people: list[str], accepted: bool, day: date) -> None:
    """Credit once more. An accepted order that does not fit any more is not amended; one that waited goes on waiting."""
    order, own = outcome.order, house(outcome.actor)
    desk.drop(own, order=order.number)
    standing = credit.standing(
        own, party_id=order.party_id, currency=order.currency, on=day, own_hold=order.hold_key, locked=True
    )
    verdict = judge(standing, order.total_minor - order.invoiced_minor, prepaid=order.prepaid)
    if not verdict.passes and accepted:
        raise Refused(verdict.reasons[0].words, code="credit", remedy=_("Order less, or ask the credit desk."))
    codes = [each.code for each in verdict.reasons]
    if not verdict.passes:
        outcome.mark("held", reasons=codes)
        outcome.values |= {"state": "held", "waits_for": ",".join([*people, *codes]), "decided_by": ""}
        to_desk(
            own,
            order.number,
            order.party_id,
            order.currency,
            order.total_minor,
            verdict.reasons,
            day,
            order.prepaid,
        )
    elif people:
        if order.hold_key:
            ledger.lift(own, key=order.hold_key)
        outcome.mark("waiting", reasons=people)
        outcome.values |= {"state": "submitted", "waits_for": ",".join(people), "hold_key": "", "decided_by": ""}
    else:
        accept(outcome, day)


@action(needs="ordering.close", roles=("admin", "director", "planner", "finance"))
def close(actor: Actor, *, order_id: int, note: str = "") -> None:
    """Lay a paid order aside: nothing more is expected of it."""
    order = found(actor, order_id, "paid")
    outcome = begin(actor, order)
    outcome.mark("closed", text=note.strip()[:300])
    outcome.values["state"] = "closed"
    outcome.write()
