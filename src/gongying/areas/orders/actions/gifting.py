"""Orders of goods that cost nothing: what was redeemed or is paid in goods."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.places import read as places
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
    line = Priced(
        line="1", place=1, product_id=ids[product], pack="", packs=quantity, factor=1, quantity=quantity,
        price=Decimal(0), per=1, gross_minor=0, discount_minor=0, net_minor=0, tax_rate=Decimal(0), tax_minor=0, total_minor=0,
        note=reference,
    )  # fmt: skip
    number, said = next_number("DD", on=on), digest([line])
    head = Head(
        number=number, party_id=party_id, state="approved", currency=currency, gross_minor=0, discount_minor=0,
        net_minor=0, tax_minor=0, total_minor=0, quote_hash=said, placed_on=on, site_id=places.main_site().pk,
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
