"""Drafts and favourites."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.refusal import Refused

from .. import queries
from ..models import Favourite, Order, OrderLine

WRITERS = ("admin", "director", "regional", "planner", "owner", "clerk")
MOST_LINES, MOST_PACKS, MOST_DRAFTS = 2000, 10_000_000, 50


@dataclass(frozen=True, slots=True)
class DraftLine:
    """So many packs of a product, by its code; `pack` "" is the base unit."""

    product: str
    packs: int
    pack: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was written: the number of the draft, and whether this very draft (`client_id`) was known already."""

    id: int
    repeated: bool = False


@action(needs="orders.write", roles=WRITERS)
def draft(
    actor: Actor,
    *,
    party_id: int,
    lines: list[DraftLine],
    ship_to_id: int | None = None,
    requested_on: date | None = None,
    reference: str = "",
    note: str = "",
    client_id: str = "",
) -> Draft:
    """Begin an order for a distributor; nothing is promised until it is placed. The same `client_id` again is the same draft."""
    party = parties.party(actor, party_id)
    known = queries.by_client_id(actor, party.pk, client_id)
    if known is not None:
        return Draft(known.pk, repeated=True)
    mine = Order.objects.for_actor(actor).filter(state="draft", created_by=actor.name)
    if mine.count() >= MOST_DRAFTS:
        raise Refused(_("You have fifty drafts already."), code="drafts", remedy=_("Place or discard one first."))
    row = Order.objects.create(
        number=f"draft-{secrets.token_hex(6)}",
        party=party,
        currency=party.currency,
        ship_to_id=ship_to_id,
        requested_on=requested_on,
        reference=reference.strip()[:60],
        note=note.strip()[:500],
        client_id=client_id[:64],
        created_by=actor.name,
    )
    _write(row, lines)
    return Draft(row.pk)


@action(needs="orders.write", roles=WRITERS)
def revise(
    actor: Actor,
    *,
    order_id: int,
    lines: list[DraftLine],
    ship_to_id: int | None = None,
    requested_on: date | None = None,
    reference: str = "",
    note: str = "",
) -> int:
    """Write a draft anew. Returns how many lines it has."""
    row = _draft(actor, order_id)
    row.ship_to_id, row.requested_on = ship_to_id, requested_on
    row.reference, row.note = reference.strip()[:60], note.strip()[:500]
    OrderLine.objects.for_actor(actor).filter(order=row).delete()
    return _write(row, lines)


@action(needs="orders.write", roles=WRITERS)
def discard(actor: Actor, *, order_id: int) -> None:
    """Throw a draft away; one that was talked about stays as a cancelled order."""
    row = _draft(actor, order_id)
    if row.events.for_actor(actor).exists():
        row.state = "cancelled"
        row.save(update_fields=["state"])
    else:
        row.delete()


@action(needs="orders.write", roles=WRITERS)
def favour(actor: Actor, *, party_id: int, product: str, keep: bool = True) -> bool:
    """Keep a product at hand for a distributor, or drop it. Returns whether it is kept now."""
    party = parties.party(actor, party_id)
    ids = goods.ids_by_code([product])
    if product not in ids:
        raise Refused(_("No product has the code %(code)s.") % {"code": product}, code="unknown", field="product")
    mine = Favourite.objects.for_actor(actor).filter(party=party, product_id=ids[product])
    if not keep:
        mine.delete()
    elif not mine.exists():
        Favourite.objects.create(party=party, product_id=ids[product], created_by=actor.name)
    return keep


def _draft(actor: Actor, order_id: int) -> Order:
    row = queries.order_row(actor, order_id, locked=True)
    if row.state != "draft":
        raise Refused(
            _("This order was placed already."), code="state", remedy=_("Amend it, or begin a new one from it.")
        )
    return row


def _write(row: Order, given: Sequence[DraftLine]) -> int:
    """The lines of a draft: what is ordered twice is added up."""
    if len(given) > MOST_LINES:
        raise Refused(_("An order has at most %(most)s lines.") % {"most": MOST_LINES}, code="many", field="lines")
    ids = goods.ids_by_code(line.product for line in given)
    packs = goods.packs(ids.values())
    found: dict[tuple[int, str], OrderLine] = {}
    for place, line in enumerate(given, 1):
        field = f"lines.{place}"
        if line.product not in ids:
            raise Refused(
                _("No product has the code %(code)s.") % {"code": line.product}, code="unknown", field=field
            )
        product_id = ids[line.product]
        if line.pack and line.pack not in packs[product_id]:
            said = {"code": line.product, "word": line.pack}
            raise Refused(_("%(code)s has no pack called %(word)s.") % said, code="pack", field=field)
        if not 0 < line.packs <= MOST_PACKS:
            said = {"code": line.product}
            raise Refused(_("%(code)s has no whole quantity above zero.") % said, code="quantity", field=field)
        factor = packs[product_id][line.pack] if line.pack else 1
        kept = found.setdefault(
            (product_id, line.pack),
            OrderLine(
                order=row, line=str(place), place=place, product_id=product_id, pack=line.pack, packs=0, factor=factor,
                quantity=0, note=line.note[:200],
            ),
        )  # fmt: skip
        kept.packs += line.packs
        kept.quantity += line.packs * factor
    OrderLine.objects.bulk_create(found.values(), batch_size=500)
    row.lines_count = len(found)
    row.save()
    return len(found)
