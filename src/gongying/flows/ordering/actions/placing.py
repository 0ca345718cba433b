"""Place an order: price, minimum, credit, authority; then hold the amount and set goods aside."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.areas.credit import actions as desk
from gongying.areas.credit import queries as credit
from gongying.areas.credit.rules import Reason, judge
from gongying.areas.orders import actions as orders
from gongying.areas.orders import facts, queries
from gongying.areas.orders import rules as order_rules
from gongying.areas.orders.actions import DraftLine, Head, Priced, Said
from gongying.areas.orders.actions.keeping import digest
from gongying.areas.orders.queries.telling import REASONS
from gongying.areas.orders.rules import OrderRules
from gongying.books.money import post as ledger
from gongying.books.places import read as places
from gongying.books.prices import post as used
from gongying.books.prices import read as prices
from gongying.books.stock import post as stock
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal.fact import Fact
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused
from gongying.engines.money import exponent

from ..rules import part
from .base import WRITERS, day_of, hold_key, house, promise
from .basket import Basket, Given, check_address, check_day, check_product, fill, fresh, priced, quoted


@dataclass(frozen=True)
class Placed:
    """What became of a placed order: its state, total with tax in minor units, base units set aside and still owed, and in words
    why it waits. `repeated`: a phone had sent it before."""

    id: int
    number: str
    state: str
    total_minor: int
    currency: str
    reserved: int = 0
    owing: int = 0
    reasons: list[str] = field(default_factory=list)
    repeated: bool = False


@action(needs="ordering.place", roles=WRITERS)
def place(
    actor: Actor,
    *,
    order_id: int | None = None,
    party_id: int | None = None,
    lines: list[DraftLine] | None = None,
    ship_to_id: int | None = None,
    requested_on: date | None = None,
    reference: str = "",
    note: str = "",
    client_id: str = "",
    prepaid: bool = False,
    quote_hash: str = "",
    on: date | None = None,
) -> Placed:
    """Place an order: a draft by its id, or a distributor's lines. It is priced, judged and, when nobody need look at it, accepted:
    the amount is held and what is in stock is set aside. The same `client_id` of a distributor is the same order.

    `quote_hash` is what the prices shown came to: other prices refuse (price_changed) instead of surprising. `prepaid` takes the
    money from what was paid in advance."""
    day = day_of(actor, on)
    if order_id is None and party_id is not None and client_id:
        known = queries.by_client_id(actor, party_id, client_id)
        if known is not None and known.state != "draft":
            return told_again(actor, known)
        order_id = known.pk if known is not None else None
    given = (ship_to_id, requested_on, reference, note, client_id)
    basket = (
        _drafted(actor, order_id, lines, given) if order_id is not None else fresh(actor, party_id, lines, given)
    )
    if isinstance(basket, Placed):
        return basket
    return enter(actor, basket, prepaid=prepaid, quote_hash=quote_hash, day=day)


def told_again(actor: Actor, order: Any) -> Placed:
    """The answer about an order that is known already."""
    held = list(queries.lines(actor, order))
    reserved, owing = sum(x.reserved for x in held), sum(x.unreserved for x in held)
    return Placed(
        order.pk, order.number, order.state, order.total_minor, order.currency, reserved, owing, [], repeated=True
    )


def _drafted(actor: Actor, order_id: int, lines: list[DraftLine] | None, given: Given) -> Basket | Placed:
    """The basket of a draft; what was given beside it replaces what the draft says."""
    row = queries.order_row(actor, order_id, locked=True)
    if row.state != "draft":
        if row.client_id and row.client_id == given[4]:
            return told_again(actor, row)
        raise Refused(_("This order was placed already."), code="state")
    ship_to, wanted, reference, note, client = given
    basket = Basket(row.party_id, [], {}, {}, row.pk)
    basket.ship_to_id, basket.requested_on = ship_to or row.ship_to_id, wanted or row.requested_on
    basket.reference, basket.note = reference or row.reference, note or row.note
    basket.client_id = row.client_id or client
    if lines is not None:
        fill(basket, lines)
        return basket
    for line in queries.lines(actor, row):
        name = str(line.place)
        check_product(line.product, line.product.code, line.packs, f"lines.{name}")
        basket.wishes.append(prices.Wish(name, line.product_id, line.packs, line.pack))
        basket.codes[name], basket.notes[name] = line.product.code, line.note
    return basket


def _ready(actor: Actor, basket: Basket, rules: OrderRules, quote_hash: str, day: date) -> prices.Quote:
    """The basket with prices, when everything about it is in order. Raises Refused naming what is not."""
    quote = quoted(actor, basket, rules, day)
    if quote_hash and quote_hash != quote.hash:
        raise Refused(
            _("The prices have changed since they were shown."),
            code="price_changed",
            remedy=_("Look at the order again."),
        )
    check_day(basket.requested_on, rules, day)
    check_address(basket.party_id, basket.ship_to_id, day)
    return quote


def enter(actor: Actor, basket: Basket, *, prepaid: bool, quote_hash: str, day: date) -> Placed:
    """Price, judge and write an order."""
    rules = queries.rules_for(basket.party_id, day)
    quote, own = _ready(actor, basket, rules, quote_hash, day), house(actor)
    standing = credit.standing(own, party_id=basket.party_id, currency=quote.currency, on=day, locked=True)
    name = basket.client_id if basket.draft_id is None else ""
    if name and queries.is_known(basket.party_id, name):  # asked again: only now nobody else writes his orders
        return told_again(actor, queries.by_client_id(actor, basket.party_id, name))
    verdict = judge(standing, quote.total_minor, prepaid=prepaid)
    if verdict.rejects:
        raise Refused(verdict.reasons[0].words, code="credit")
    special = any(step.kind == "special" for line in quote.lines for step in line.steps)
    scale = 10 ** exponent(quote.currency)
    people = order_rules.needs_person(
        rules, net_minor=quote.net_minor, currency=quote.currency, scale=scale, special=special
    )
    number, held, site = next_number("DD", on=day), priced(quote, basket), places.main_site().pk
    if quote.uses:
        used.use(own, quote.uses, party_id=basket.party_id, document=number, on=day)
    codes = [each.code for each in verdict.reasons]
    state = "held" if not verdict.passes else "submitted" if people else ""
    events = [Said("placed", {"lines": len(held), "total_minor": quote.total_minor, "note": basket.note})]
    accepted = None
    if not state:
        accepted = accept(own, number, basket.party_id, quote.currency, held, site, day, rules, prepaid=prepaid)
        held, state = accepted.lines, accepted.state
        events += accepted.events
    else:
        reasons = codes if state == "held" else people
        events.append(Said("held" if state == "held" else "waiting", {"reasons": reasons}))
    head = _head(actor, basket, quote, number, state, day, site, prepaid)
    head = _decided(head, accepted, [*people, *([] if verdict.passes else codes)])
    told = _facts(head, held, accepted is not None, codes)
    pk = orders.enter(own, head=head, lines=held, events=events, told=told, draft_id=basket.draft_id)
    words = people_words(people) if state == "submitted" else []
    if state == "held":
        to_desk(own, number, basket.party_id, quote.currency, quote.total_minor, verdict.reasons, day, prepaid)
        words = [each.words for each in verdict.reasons]
    reserved, owing = sum(x.reserved for x in held), sum(x.quantity - x.cancelled - x.reserved for x in held)
    return Placed(pk, number, state, quote.total_minor, quote.currency, reserved, owing, words)


def _facts(head: Head, lines: Sequence[Priced], accepted: bool, codes: Sequence[str]) -> list[Fact]:
    """What is told of a placed order; the order's id is filled in when it has one."""
    named = (0, head.number, head.party_id)
    total = (head.currency, head.total_minor)
    told: list[Fact] = [facts.OrderPlaced(*named, *total, len(lines), head.state, digest(lines))]
    if accepted:
        told.append(facts.OrderConfirmed(*named, *total, 1, head.decided_under))
    if head.state == "held":
        told.append(facts.OrderHeld(*named, ",".join(codes)))
    return told


def people_words(people: Sequence[str]) -> list[str]:
    """What a person must look at, in words."""
    return [str(REASONS[code]) for code in people]


def to_desk(
    own: Actor,
    number: str,
    party_id: int,
    currency: str,
    total: int,
    reasons: list[Reason],
    day: date,
    prepaid: bool,
) -> None:
    """Put an order before the credit desk."""
    desk.hold(
        own,
        order=number,
        party_id=party_id,
        currency=currency,
        amount_minor=total,
        reasons=reasons,
        on=day,
        prepaid=prepaid,
    )


def _head(
    actor: Actor, basket: Basket, quote: prices.Quote, number: str, state: str, day: date, site: int, prepaid: bool
) -> Head:
    return Head(
        number=number,
        party_id=basket.party_id,
        state=state,
        currency=quote.currency,
        gross_minor=quote.gross_minor,
        discount_minor=quote.discount_minor,
        net_minor=quote.net_minor,
        tax_minor=quote.tax_minor,
        total_minor=quote.total_minor,
        quote_hash=quote.hash,
        placed_on=day,
        site_id=site,
        ship_to_id=basket.ship_to_id,
        requested_on=basket.requested_on,
        prepaid=prepaid,
        reference=basket.reference,
        note=basket.note,
        client_id=basket.client_id,
    )


def _decided(head: Head, accepted: "Accepted | None", waits: Sequence[str]) -> Head:
    if accepted is None:
        return replace(head, waits_for=",".join(waits))
    return replace(head, hold_key=accepted.hold_key, decided_under="orders.rules")


@dataclass(frozen=True)
class Accepted:
    """An accepted order: lines with what is set aside, its state, what is held, and what is told."""

    lines: list[Priced]
    state: str
    hold_key: str
    events: list[Said]


def accept(
    own: Actor,
    number: str,
    party_id: int,
    currency: str,
    lines: Sequence[Priced],
    site: int,
    day: date,
    rules: OrderRules,
    *,
    prepaid: bool,
) -> Accepted:
    """Set goods aside for lines that are not written yet and hold what they come to."""
    needs = [stock.Need(promise(number, line.place), line.product_id, line.quantity) for line in lines]
    got = stock.reserve(own, site_id=site, needs=needs, document=number, on=day)
    found = []
    for line in lines:
        reserved = got[promise(number, line.place)]
        missing = line.quantity - reserved
        found.append(replace(line, reserved=reserved, cancelled=0 if rules.back_orders else missing))
    wanted, reserved = sum(x.quantity for x in found), sum(x.reserved for x in found)
    cancelled = sum(x.cancelled for x in found)
    amount = sum(part(x, 0, x.quantity - x.cancelled).total for x in found)
    key = hold_key(number)
    ledger.hold(
        own,
        party_id=party_id,
        currency=currency,
        amount_minor=amount,
        key=key,
        document=number,
        on=day,
        prepaid=prepaid,
    )
    events = [Said("approved", {"under": "orders.rules"}), aside_words(reserved, wanted - cancelled)]
    if cancelled:
        events.append(Said("cancelled", {"units": cancelled}))
    counts = [_Counts(x) for x in found]
    return Accepted(found, order_rules.state_of(counts), key if amount else "", events)


def aside_words(reserved: int, wanted: int) -> Said:
    """How much of an order was set aside."""
    return (
        Said("reserved", {"units": reserved})
        if reserved >= wanted
        else Said("partly", {"units": reserved, "of": wanted})
    )


class _Counts:
    """The counts of a line that is not written yet."""

    def __init__(self, line: Priced) -> None:
        self.quantity, self.reserved, self.cancelled = line.quantity, line.reserved, line.cancelled
        self.shipped = self.short = self.delivered = self.invoiced = 0
