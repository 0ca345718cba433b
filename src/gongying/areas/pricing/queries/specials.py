"""Requests for special prices, in the actor's scope."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.books.prices import read as prices
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines.money import exponent

from ..models import SpecialRequest

SOURCE = "pricing"


def usual(
    actor: Actor, party_id: int, product_id: int, pack: str, packs: int, on: date, currency: str
) -> tuple[Decimal, int]:
    """What a pack costs a party by list and level (major units, without tax and promotions), and its base units."""
    found = prices.quote(
        actor, party_id=party_id, wishes=[prices.Wish("1", product_id, packs, pack)], on=on, currency=currency
    )
    if found.missing:
        raise Refused(
            _("There is no price of this product in %(currency)s.") % {"currency": currency}, code="price"
        )
    line = found.lines[0]
    plain = sum(step.amount_minor for step in line.steps if step.kind in ("list", "tax", "level"))
    exact = Decimal(plain).scaleb(-exponent(currency)) / line.packs
    return exact.quantize(Decimal("0.000001")), line.factor


def specials(actor: Actor) -> QuerySet[SpecialRequest]:
    """Requests in scope, the newest first."""
    rows: QuerySet[SpecialRequest] = SpecialRequest.objects.for_actor(actor)
    return rows.select_related("party", "product").order_by("-id")


def special(actor: Actor, special_id: int) -> SpecialRequest:
    """One request in scope, or Missing."""
    return one(specials(actor), pk=special_id)


def state_of(row: SpecialRequest, on: date) -> str:
    """Where a request stands on a day: an approved one is to come, in force or ended."""
    if row.state != "approved":
        return row.state
    return "to come" if on < row.valid_from else "in force" if on < row.valid_to else "ended"


@dataclass(frozen=True)
class Taken:
    """How much of a special price was used, in base units, and on which documents."""

    units: int
    of: int
    documents: list[tuple[str, date, int]]

    @property
    def share(self) -> Decimal:
        """From 0 to 1."""
        return Decimal(self.units) / self.of if self.of else Decimal(0)


def taken(actor: Actor, row: SpecialRequest) -> Taken:
    """What orders used of a special price."""
    found = prices.uses(actor, code=f"{prices.SPECIAL}{row.price_key}") if row.price_key else ()
    standing = [(use.document, use.on, use.units) for use in found]
    return Taken(sum(units for _document, _on, units in standing), row.packs * row.per, standing[:50])


@dataclass(frozen=True)
class SpecialView:
    """A request in numbers, for programs."""

    id: int
    number: str
    party_id: int
    product_id: int
    pack: str
    packs: int
    currency: str
    usual: str
    price: str
    concession_minor: int
    state: str
    valid_from: date
    valid_to: date
    used: int


@query(needs="pricing.view", roles=EVERYONE, name="pricing.special")
def special_view(actor: Actor, *, special_id: int) -> SpecialView:
    """A request for a special price with what was used of it (base units)."""
    row = special(actor, special_id)
    return SpecialView(
        row.pk, row.number, row.party_id, row.product_id, row.pack, row.packs, row.currency, f"{row.usual:f}",
        f"{row.price:f}", row.concession_minor, row.state, row.valid_from, row.valid_to, taken(actor, row).units,
    )  # fmt: skip
