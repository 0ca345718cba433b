"""Orders of goods that cost nothing: what was redeemed or is paid in goods."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from pydantic_core import to_json

from gongying.books.goods import read as goods
from gongying.books.places import read as places
from gongying.books.prices import read as prices
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused

from .. import facts
from .keeping import Head, Priced, Said, digest, enter


@action(needs="orders.gift", roles=("admin", "finance"), exposed=False)
def gift(
    actor: Actor,
    *,
    party_id: int,
    product: str,
    quantity: int,
    currency: str,
    on: date,
    reference: str,
    title: str,
    under: str,
) -> tuple[int, str]:
    """An accepted order of goods that cost nothing: it holds no credit, and goods are set aside for it as for any other.
    `under` names what decided it. Returns its id and number."""
    ids = goods.ids_by_code([product])
    if product not in ids:
        raise Refused(_("There is no product %(code)s.") % {"code": product}, code="unknown")
    if quantity <= 0:
        raise Refused(_("There is nothing to send."), code="quantity", field="quantity")
    house = replace(actor, parties=None)  # the price is asked for whoever wrote it
    wish = prices.Wish("1", ids[product], quantity)
    quote = prices.quote(house, party_id=party_id, wishes=[wish], on=on, currency=currency)
    line = (
        free_lines(quote, {"1": reference})[0]
        if not quote.missing
        else _worthless(ids[product], quantity, reference)
    )
    number, said = next_number("DD", on=on), digest([line])
    head = Head(
        number=number, party_id=party_id, state="approved", currency=currency, gross_minor=line.gross_minor,
        discount_minor=line.discount_minor, purpose="reward", net_minor=0, tax_minor=0, total_minor=0, quote_hash=said, placed_on=on, site_id=places.main_site().pk,
        reference=reference, note=title, decided_under=under,
    )  # fmt: skip
    events = [
        Said("placed", {"lines": 1, "total_minor": 0, "note": reference}),
        Said("approved", {"under": under}),
    ]
    told = [
        facts.OrderPlaced(0, number, party_id, currency, 0, 1, "approved", said),
        facts.OrderConfirmed(0, number, party_id, currency, 0, 1, under),
    ]
    return enter(actor, head=head, lines=[line], events=events, told=list(told)), number


def free_lines(quote: prices.Quote, notes: Mapping[str, str]) -> list[Priced]:
    """The lines of a quote as goods that cost nothing: what each is worth stands as its gross and as its discount, so that the
    order, its papers and its report say what was given. What promotions would add is left out. `notes` by line."""
    found = []
    for place, line in enumerate((each for each in quote.lines if not each.gift_of), 1):
        steps = [*line.steps, prices.Step("free", "orders:free", "", -line.net_minor)]
        priced = Priced(
            line=line.line, place=place, product_id=line.product_id, pack=line.pack, packs=line.packs, factor=line.factor,
            quantity=line.quantity, price=line.price, per=line.per, gross_minor=line.net_minor, discount_minor=line.net_minor,
            net_minor=0, tax_rate=line.tax_rate, tax_minor=0, total_minor=0, steps=to_json(steps).decode(),
            note=notes.get(line.line, ""),
        )  # fmt: skip
        found.append(priced)
    return found


def _worthless(product_id: int, quantity: int, note: str) -> Priced:
    """Goods without a price: nobody can say what they are worth."""
    return Priced(
        line="1", place=1, product_id=product_id, pack="", packs=quantity, factor=1, quantity=quantity,
        price=Decimal(0), per=1, gross_minor=0, discount_minor=0, net_minor=0, tax_rate=Decimal(0), tax_minor=0, total_minor=0,
        note=note,
    )  # fmt: skip
