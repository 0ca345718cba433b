"""Give goods that cost nothing: samples, display, training, replacements. What they are worth is limited, approved and reported."""

from dataclasses import replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from gongying.areas.orders import actions as orders
from gongying.areas.orders import facts, queries
from gongying.areas.orders.actions import DraftLine, Head, Priced, Said
from gongying.areas.orders.actions.keeping import digest
from gongying.areas.orders.queries.telling import REASONS
from gongying.areas.orders.rules import OrderRules, free
from gongying.books.money import post as ledger
from gongying.books.parties import read as parties
from gongying.books.places import read as places
from gongying.books.prices import read as prices
from gongying.core.actor import Actor
from gongying.core.calendar import quarter_of
from gongying.core.doors import action
from gongying.core.journal.fact import Fact
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused
from gongying.engines.money import exponent

from .base import DECIDERS, day_of, house
from .basket import Basket, check_address, check_day, fill
from .placing import Placed, accept


@action(needs="ordering.give", roles=(*DECIDERS, "planner"))
def give(
    actor: Actor,
    *,
    party_id: int,
    purpose: str,
    lines: list[DraftLine],
    reason: str,
    requested_on: date | None = None,
    ship_to_id: int | None = None,
    on: date | None = None,
) -> Placed:
    """Order goods for a distributor that cost him nothing. `purpose`: sample, display, training or replacement. Each line is worth the
    distributor's own price; above `free_up_to` of the rules of orders somebody else approves it by what it is worth, and a quarter
    gives no more than `free_quarter`. Refused naming the field, and what is left of the quarter."""
    day = day_of(actor, on)
    parties.party(actor, party_id)
    if purpose not in free.GIVEN:
        raise Refused(_("Say what the goods are for."), code="purpose", field="purpose")
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    basket, rules, own = Basket(party_id, [], {}, {}), queries.rules_for(party_id, day), house(actor)
    fill(basket, lines)
    quote = _worth(own, basket, rules, day)
    check_day(requested_on, rules, day)
    check_address(party_id, ship_to_id, day)
    ledger.turn(
        own, party_id=party_id, currency=quote.currency
    )  # two people do not spend the same rest of a quarter
    held = orders.free_lines(quote, basket.notes)
    worth, scale = sum(line.gross_minor for line in held), 10 ** exponent(quote.currency)
    _check_quarter(own, party_id, worth, quote.currency, rules, day)
    waits = free.needs_person(rules, worth_minor=worth, currency=quote.currency, scale=scale)
    head = Head(
        number=next_number("DD", on=day), party_id=party_id, state="submitted", currency=quote.currency, gross_minor=worth,
        discount_minor=worth, net_minor=0, tax_minor=0, total_minor=0, quote_hash=digest(held), placed_on=day,
        site_id=places.main_site().pk, ship_to_id=ship_to_id, requested_on=requested_on, note=reason.strip()[:500],
        waits_for="free" if waits else "", purpose=purpose,
    )  # fmt: skip
    return _write(actor, head, held, waits, rules, day)


def _worth(own: Actor, basket: Basket, rules: OrderRules, day: date) -> prices.Quote:
    """What the goods are worth: the distributor's own price of the day."""
    if not basket.wishes or len(basket.wishes) > rules.most_lines:
        empty = not basket.wishes
        said = (
            _("The order is empty.")
            if empty
            else _("An order has at most %(most)s lines.") % {"most": rules.most_lines}
        )
        raise Refused(said, code="empty" if empty else "many", field="lines")
    quote = prices.quote(own, party_id=basket.party_id, wishes=basket.wishes, on=day)
    if quote.missing:
        named = {"code": basket.codes.get(quote.missing[0], quote.missing[0])}
        raise Refused(
            _("%(code)s has no price for this distributor.") % named, code="no_price", field=f"lines.{quote.missing[0]}",
            remedy=_("Without a price nobody can say what it is worth: give it a price first."),
        )  # fmt: skip
    return quote


def _check_quarter(own: Actor, party_id: int, worth: int, currency: str, rules: OrderRules, day: date) -> None:
    """Raises Refused above what a quarter may give."""
    span, places_no = quarter_of(day), exponent(currency)
    given = queries.free_worth(own, party_id, currency, span.start, span.end)
    rest = free.left(rules, currency=currency, scale=10**places_no, given=given).rest
    if rest is None or worth <= rest:
        return
    said = {
        "worth": f"{worth / 10**places_no:,.{places_no}f}",
        "rest": f"{rest / 10**places_no:,.{places_no}f}",
        "currency": currency,
    }
    raise Refused(
        _("These goods are worth %(worth)s %(currency)s; %(rest)s are left of what this quarter may give.") % said,
        code="quarter", field="lines", remedy=_("Give less, or wait for the next quarter."),
    )  # fmt: skip


def _write(actor: Actor, head: Head, lines: list[Priced], waits: bool, rules: OrderRules, day: date) -> Placed:
    """The order as it begins: waiting for a second person, or accepted with its goods set aside."""
    own, events = house(actor), [Said("placed", {"lines": len(lines), "total_minor": 0, "note": head.note})]
    told: list[Fact] = []
    if waits:
        events.append(Said("waiting", {"reasons": ["free"]}))
    else:
        accepted = accept(
            own, head.number, head.party_id, head.currency, lines, head.site_id or 0, day, rules, prepaid=False
        )
        lines, events = accepted.lines, events + accepted.events
        head = replace(head, state=accepted.state, decided_under="orders.rules")
        told = [facts.OrderConfirmed(0, head.number, head.party_id, head.currency, 0, 1, "orders.rules")]
    named = (0, head.number, head.party_id, head.currency, 0)
    told = [facts.OrderPlaced(*named, len(lines), head.state, digest(lines)), *told]
    pk = orders.enter(own, head=head, lines=lines, events=events, told=told)
    reserved, wanted = sum(x.reserved for x in lines), sum(x.quantity - x.cancelled for x in lines)
    words = [str(REASONS["free"])] if waits else []
    return Placed(pk, head.number, head.state, 0, head.currency, reserved, wanted - reserved, words)
