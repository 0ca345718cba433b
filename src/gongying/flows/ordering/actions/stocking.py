"""Set goods aside again, put another product in a line's place, split what is missing into an order of its own."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.areas.orders import actions as orders
from gongying.areas.orders import facts, queries
from gongying.areas.orders.actions import DraftLine, Head, Priced, Said
from gongying.areas.orders.actions.keeping import digest
from gongying.books.money import post as ledger
from gongying.books.prices import read as prices
from gongying.books.stock import post as stock
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused

from ..rules import Part, moved
from .base import (
    CLERKS,
    Outcome,
    begin,
    day_of,
    found,
    give_back,
    hold_again,
    hold_key,
    house,
    promise,
    set_aside,
    turn,
)
from .basket import Basket, fill, named_at, priced
from .placing import aside_words

MOST = 500
OPEN = ("approved", "allocated")


@action(needs="ordering.allocate", roles=CLERKS)
def allocate(actor: Actor, *, order_id: int, on: date | None = None) -> int:
    """Set aside what is free now for what an accepted order still lacks. Returns how many base units that are."""
    day = day_of(actor, on)
    order = found(actor, order_id, *OPEN)
    return _allocate(actor, order, day)


def _allocate(actor: Actor, order: Any, day: date) -> int:
    outcome = begin(actor, order)
    lacking = sum(line.unreserved for line in outcome.lines)
    fresh = set_aside(outcome, day, order.site_id)
    if fresh:
        outcome.events.append(aside_words(fresh, lacking))
        outcome.settle()
        outcome.write()
    return fresh


@action(needs="ordering.allocate", roles=CLERKS)
def allocate_waiting(actor: Actor, *, on: date | None = None) -> dict[str, int]:
    """Set aside what is free now for all back-orders in scope, the oldest first, at most 500. Returns base units by number."""
    day = day_of(actor, on)
    told: dict[str, int] = {}
    for order_id in queries.back_orders(actor)[:MOST]:
        order = queries.order_row(actor, order_id, locked=True)
        fresh = _allocate(actor, order, day) if order.state in OPEN else 0
        if fresh:
            told[order.number] = fresh
    return told


@action(needs="ordering.allocate", roles=CLERKS)
def release(actor: Actor, *, order_id: int, place: int, quantity: int, reason: str) -> int:
    """Give goods of a line back that were set aside (they are wanted elsewhere): the line becomes a back-order. Returns how many."""
    order = found(actor, order_id, *OPEN)
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    outcome = begin(actor, order)
    line = line_at(outcome, place)
    before = line.reserved
    give_back(outcome, [(line, min(quantity, line.reserved))])
    given = int(before - line.reserved)
    if given:
        outcome.mark("unreserved", units=given, reason=reason.strip()[:200])
        outcome.settle()
        outcome.write()
    return given


def line_at(outcome: Outcome, place: int) -> Any:
    """A line of the order by its place. Raises Refused when there is none."""
    line = next((each for each in outcome.lines if each.place == place), None)
    if line is None:
        raise Refused(_("The order has no line %(place)s.") % {"place": place}, code="line", field="place")
    return line


@action(needs="ordering.substitute", roles=CLERKS)
def substitute(
    actor: Actor, *, order_id: int, place: int, product: str, packs: int, pack: str = "", reason: str
) -> int:
    """Put another product in the place of what is still open of a line, at today's price of it. The version before is kept. Returns
    the place of the new line."""
    day = day_of(actor, None)
    order = found(actor, order_id, *OPEN)
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    turn(order)
    outcome = begin(actor, order)
    line = line_at(outcome, place)
    if line.open <= 0:
        raise Refused(_("Nothing of this line is open."), code="nothing", field="place")
    basket = Basket(order.party_id, [], {}, {})
    fill(basket, [DraftLine(product, packs, pack)])
    quote = prices.quote(house(actor), party_id=order.party_id, wishes=basket.wishes, on=day)
    if quote.missing:
        raise Refused(
            _("%(code)s has no price for this distributor.") % {"code": product}, code="no_price", field="product"
        )
    top = max(each.place for each in outcome.lines)
    plain = [each for each in quote.lines if not each.gift_of]
    fresh = [replace(each, replaces=line.line) for each in priced(replace(quote, lines=plain), basket, top + 1)]
    said = Said("substituted", {"was": line.product.code, "now": product, "reason": reason.strip()[:200]})
    rewrite(actor, order, outcome.lines, fresh, reason, [said])
    after = begin(actor, order)
    old = line_at(after, place)
    gone = old.open
    give_back(after, [(old, old.reserved)])
    after.add(old, cancelled=gone)
    set_aside(after, day, order.site_id)
    hold_again(after, day)
    after.settle()
    after.write()
    return int(top) + 1


def rewrite(
    actor: Actor,
    order: Any,
    kept: list[Any],
    fresh: list[Priced],
    reason: str,
    events: list[Said],
    drop: list[int] | None = None,
) -> int:
    """Write a new version of an order: lines that stay, lines that are new; its amounts are those of what is not cancelled."""
    gone = set(drop or [])
    rest = [line for line in kept if line.pk not in gone]
    sums = [
        sum(getattr(each, f"{name}_minor") for each in (*rest, *fresh))
        for name in ("gross", "discount", "net", "tax", "total")
    ]
    head = dict(zip(("gross_minor", "discount_minor", "net_minor", "tax_minor", "total_minor"), sums, strict=True))
    mark = digest(fresh)
    told = facts.OrderAmended(order.pk, order.number, order.party_id, order.version + 1, head["total_minor"], mark)
    version = orders.replace_lines(
        house(actor),
        order_id=order.pk,
        head=head,
        add=fresh,
        drop=sorted(gone),
        reason=reason,
        events=[*events, Said("amended", {"version": order.version + 1, "reason": reason.strip()[:200]})],
        told=[told],
    )
    order.version, order.total_minor, order.net_minor = version, head["total_minor"], head["net_minor"]
    return version


@dataclass(frozen=True, slots=True)
class SplitLine:
    """Base units of a line (by its place) that go to the new order."""

    place: int
    quantity: int


@dataclass(frozen=True)
class Split:
    """The order that was split off."""

    id: int
    number: str
    state: str


@action(needs="ordering.split", roles=CLERKS)
def split(
    actor: Actor,
    *,
    order_id: int,
    lines: list[SplitLine] | None = None,
    requested_on: date | None = None,
    reason: str = "",
) -> Split:
    """Move open base units into an order of its own, at the prices agreed: what is missing (no lines named), or what is named. What
    was held and set aside moves with it."""
    day = day_of(actor, None)
    order = found(actor, order_id, *OPEN)
    turn(order)
    outcome = begin(actor, order)
    wanted = _to_move(outcome, lines)
    number = next_number("DD", on=day)
    names = dict[str, str]()
    for at, (line, _n) in enumerate(wanted, 1):
        names[line.line] = named_at(at, line.line, names)
    fresh = [_moved(line, n, at, names[line.line]) for at, (line, n) in enumerate(wanted, 1)]
    back = [(line, max(0, n - line.unreserved)) for line, n in wanted]
    give_back(outcome, back)
    for line, n in wanted:
        outcome.add(line, cancelled=n)
    needs = [stock.Need(promise(number, each.place), each.product_id, each.quantity) for each in fresh]
    got = stock.reserve(house(actor), site_id=order.site_id, needs=needs, document=number, on=day)
    fresh = [replace(each, reserved=got[promise(number, each.place)]) for each in fresh]
    hold_again(outcome, day)
    made = _write_split(actor, order, number, fresh, day, requested_on)
    outcome.mark(
        "split", ("order", made.id, number), units=sum(n for _line, n in wanted), reason=reason.strip()[:200]
    )
    outcome.settle()
    outcome.write()
    return made


def _to_move(outcome: Outcome, lines: list[SplitLine] | None) -> list[tuple[Any, int]]:
    """The lines and base units that go: never more than is open, and not everything there is."""
    if lines is None:
        found_ = [(line, line.unreserved) for line in outcome.lines if line.unreserved > 0]
    else:
        found_ = [(line_at(outcome, each.place), each.quantity) for each in lines]
    if not found_:
        raise Refused(_("Nothing of this order is missing."), code="nothing", field="lines")
    for line, n in found_:
        if not 0 < n <= line.open:
            said = {"open": line.open, "code": line.product.code}
            raise Refused(
                _("Of %(code)s %(open)s units are open.") % said, code="open", field=f"lines.{line.place}"
            )
    if sum(n for _line, n in found_) == sum(line.quantity - line.cancelled for line in outcome.lines):
        raise Refused(_("That is the whole order."), code="whole", field="lines")
    return found_


def _moved(line: Any, n: int, at: int, name: str) -> Priced:
    """What is moved as a line of its own, with its exact part of the amounts."""
    p: Part = moved(line, n)
    packs = n // line.factor if n % line.factor == 0 else n
    whole = n % line.factor == 0
    return Priced(
        line=name,
        place=at,
        product_id=line.product_id,
        pack=line.pack if whole else "",
        packs=packs,
        factor=line.factor if whole else 1,
        quantity=n,
        price=line.price,
        per=line.per,
        gross_minor=p.gross,
        discount_minor=p.discount,
        net_minor=p.net,
        tax_rate=line.tax_rate,
        tax_minor=p.tax,
        total_minor=p.total,
        gift_of=line.gift_of,
        steps=line.steps if n == line.quantity else "[]",
        note=line.note,
    )


def _write_split(
    actor: Actor, order: Any, number: str, fresh: list[Priced], day: date, requested_on: date | None
) -> Split:
    own = house(actor)
    total = sum(each.total_minor for each in fresh)
    ledger.hold(
        own,
        party_id=order.party_id,
        currency=order.currency,
        amount_minor=total,
        key=hold_key(number),
        document=number,
        on=day,
        prepaid=order.prepaid,
    )
    aside = sum(each.reserved for each in fresh)
    wanted = sum(each.quantity for each in fresh)
    state = "allocated" if aside >= wanted else "approved"
    head = Head(
        number=number,
        party_id=order.party_id,
        state=state,
        currency=order.currency,
        gross_minor=sum(each.gross_minor for each in fresh),
        discount_minor=sum(each.discount_minor for each in fresh),
        net_minor=sum(each.net_minor for each in fresh),
        tax_minor=sum(each.tax_minor for each in fresh),
        total_minor=total,
        quote_hash=order.quote_hash,
        placed_on=day,
        site_id=order.site_id,
        ship_to_id=order.ship_to_id,
        requested_on=requested_on or order.requested_on,
        hold_key=hold_key(number) if total else "",
        prepaid=order.prepaid,
        reference=order.reference,
        note=order.note,
        decided_by=order.decided_by,
        decided_under=f"{order.number}",
        purpose=order.purpose,
    )
    told = [
        facts.OrderPlaced(0, number, order.party_id, order.currency, total, len(fresh), state, digest(fresh)),
        facts.OrderConfirmed(0, number, order.party_id, order.currency, total, 1, order.number),
    ]
    events = [
        Said("split_from", {"number": order.number}, "order", order.pk, order.number),
        aside_words(aside, wanted),
    ]
    pk = orders.enter(own, head=head, lines=fresh, events=events, told=told)
    return Split(pk, number, state)
