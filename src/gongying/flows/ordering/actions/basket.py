"""What is wanted: lines by code, checked, priced, and held against the rules of orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic_core import to_json

from gongying.areas.orders import rules as order_rules
from gongying.areas.orders.actions import DraftLine, Priced
from gongying.areas.orders.rules import OrderRules
from gongying.books.goods import read as goods
from gongying.books.places import read as places
from gongying.books.prices import read as prices
from gongying.core.actor import Actor
from gongying.core.refusal import Refused
from gongying.engines.money import exponent

MOST_PACKS = 10_000_000
Given = tuple[int | None, date | None, str, str, str]  # address, day, reference, note, the phone's name


@dataclass
class Basket:
    """What is wanted: product, pack, number of packs and a note by place, with the codes for messages."""

    party_id: int
    wishes: list[prices.Wish]
    codes: dict[str, str]
    notes: dict[str, str]
    draft_id: int | None = None
    ship_to_id: int | None = None
    requested_on: date | None = None
    reference: str = ""
    note: str = ""
    client_id: str = ""


def fresh(actor: Actor, party_id: int | None, lines: list[DraftLine] | None, given: Given) -> Basket:
    """A basket of lines that were given. Raises Refused without a distributor or lines."""
    if party_id is None or lines is None:
        raise Refused(_("Name a draft, or a distributor and lines."), code="what", field="party_id")
    ship_to, wanted, reference, note, client = given
    basket = Basket(
        party_id, [], {}, {}, None, ship_to, wanted, reference.strip()[:60], note.strip()[:500], client[:64]
    )
    fill(basket, lines)
    return basket


def fill(basket: Basket, lines: Sequence[DraftLine]) -> None:
    """Lines by code as wishes; the same product and pack twice is added up. Raises Refused naming the line."""
    known = goods.sold({line.product for line in lines})
    first: dict[tuple[int, str], int] = {}
    for at, line in enumerate(lines, 1):
        product = check_product(known.get(line.product), line.product, line.packs, f"lines.{at}")
        spot = first.setdefault((product.pk, line.pack), len(basket.wishes))
        if spot < len(basket.wishes):
            old = basket.wishes[spot]
            basket.wishes[spot] = prices.Wish(old.line, old.product_id, old.packs + line.packs, old.pack)
            continue
        name = str(len(basket.wishes) + 1)
        basket.wishes.append(prices.Wish(name, product.pk, line.packs, line.pack))
        basket.codes[name], basket.notes[name] = product.code, line.note[:200]


def check_product(product: Any, code: str, packs: int, name: str) -> Any:
    """The product, when it is there, sold, and asked for in a quantity that makes sense. Raises Refused naming the line."""
    if product is None or not product.active:
        raise Refused(_("No product has the code %(code)s.") % {"code": code}, code="unknown", field=name)
    if not 0 < packs <= MOST_PACKS:
        said = {"code": code}
        raise Refused(_("%(code)s has no whole quantity above zero.") % said, code="quantity", field=name)
    if packs < product.min_order:
        least = {"code": code, "least": product.min_order}
        raise Refused(_("%(code)s is ordered from %(least)s packs on.") % least, code="least", field=name)
    return product


def priced(quote: prices.Quote, basket: Basket, first_place: int = 1) -> list[Priced]:
    """The lines of a quote as an order keeps them; free goods are named after the line they came with."""
    found, names = [], dict[str, str]()
    for place_no, line in enumerate(quote.lines, first_place):
        names[line.line] = named_at(place_no, line.line, names) if first_place > 1 else line.line
        found.append(
            Priced(
                line=names[line.line],
                place=place_no,
                product_id=line.product_id,
                pack=line.pack,
                packs=line.packs,
                factor=line.factor,
                quantity=line.quantity,
                price=line.price,
                per=line.per,
                gross_minor=line.gross_minor,
                discount_minor=line.discount_minor,
                net_minor=line.net_minor,
                tax_rate=line.tax_rate,
                tax_minor=line.tax_minor,
                total_minor=line.total_minor,
                gift_of=line.gift_of,
                steps=to_json(line.steps).decode(),
                note=basket.notes.get(line.line, ""),
            )
        )
    return found


def named_at(place: int, name: str, names: Mapping[str, str]) -> str:
    """The name of a line that gets a new place: free goods go on being named after their line, where that has moved too.

    >>> named_at(4, "1", {}), named_at(5, "1+TEN", {"1": "4"}), named_at(5, "2+TEN", {"1": "4"})
    ('4', '4+TEN', '5')
    """
    base, _plus, code = name.partition("+")
    return f"{names[base]}+{code}" if code and base in names else str(place)


def quoted(actor: Actor, basket: Basket, rules: OrderRules, day: date) -> prices.Quote:
    """The basket with prices. Raises Refused for a line without one, and below the minimum."""
    if not basket.wishes:
        raise Refused(_("The order is empty."), code="empty", field="lines")
    if len(basket.wishes) > rules.most_lines:
        raise Refused(
            _("An order has at most %(most)s lines.") % {"most": rules.most_lines}, code="many", field="lines"
        )
    quote = prices.quote(actor, party_id=basket.party_id, wishes=basket.wishes, on=day)
    if quote.missing:
        code = basket.codes.get(quote.missing[0], quote.missing[0])
        raise Refused(
            _("%(code)s has no price for this distributor.") % {"code": code},
            code="no_price",
            field=f"lines.{quote.missing[0]}",
            remedy=_("Take the line away, or ask for a price."),
        )
    packs = sum(wish.packs for wish in basket.wishes)
    scale = 10 ** exponent(quote.currency)
    lacking = order_rules.below_minimum(
        rules, net_minor=quote.net_minor, packs=packs, currency=quote.currency, scale=scale
    )
    if lacking:
        raise Refused(lacking_words(lacking[0], quote.currency), code="minimum", field="lines")
    return quote


def lacking_words(lacking: order_rules.Lacking, currency: str) -> Any:
    """What an order lacks of its minimum, in words."""
    if lacking.kind == "packs":
        return _("An order has at least %(least)s packs; this one has %(given)s.") % {
            "least": lacking.least,
            "given": lacking.given,
        }
    places_no = exponent(currency)
    said = {
        name: f"{Decimal(value).scaleb(-places_no):,.{places_no}f} {currency}"
        for name, value in (("least", lacking.least), ("given", lacking.given))
    }
    return _("An order comes to at least %(least)s before tax; this one comes to %(given)s.") % said


def check_address(party_id: int, ship_to_id: int | None, day: date) -> None:
    """Raises Refused for a place where goods of this distributor do not go."""
    if ship_to_id is not None and not places.addresses(party_id, day).filter(pk=ship_to_id).exists():
        raise Refused(_("This is no address of the distributor."), code="ship_to", field="ship_to_id")


def check_day(requested_on: date | None, rules: OrderRules, day: date) -> None:
    """Raises Refused for a day that is no working day or too early, and names the first one that is possible."""
    if requested_on is None:
        return
    first = order_rules.earliest(day, rules)
    if requested_on < first or not order_rules.is_working_day(requested_on, rules):
        after = (
            first
            if requested_on < first
            else order_rules.earliest(requested_on, rules.model_copy(update={"lead_days": 0}))
        )
        raise Refused(
            _("Nothing is delivered on %(day)s.") % {"day": requested_on},
            code="day",
            field="requested_on",
            remedy=_("The next possible day is %(day)s.") % {"day": after},
        )
