"""Goods that pass from one distributor to another: offer, agree on both sides, consent, take over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.stock import post as stock
from gongying.books.trade import post as trade
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines.money import whole
from gongying.engines.packs import amount

from .. import facts
from ..models import Transfer, TransferLine
from ..rules import MOST_LINES
from .shipping import SOURCE

OFFERERS = ("admin", "director", "regional", "planner", "owner", "clerk")
BROKERS = ("admin", "director", "regional", "planner")
DEAREST = Decimal(10**12)
FURTHEST = 400


@dataclass(frozen=True)
class TransferLineIn:
    """Base units to pass on, at `price` (major units, excluding tax) for every `per` of them."""

    product_id: int
    quantity: int
    price: Decimal
    per: int = 1
    lot: str = ""


@action(needs="supply.offer_transfer", roles=OFFERERS)
def offer_transfer(
    actor: Actor,
    *,
    giver_id: int,
    lines: list[TransferLineIn],
    taker_id: int | None = None,
    reason: str = "",
    on: date | None = None,
) -> int:
    """Offer goods of a distributor to another; who has no taker in scope leaves him out, and head office finds one.

    It is a sale between two legal persons: price and tax are part of the offer. Returns its number in the database.
    """
    giver = parties.party(actor, giver_id)
    if taker_id is not None:
        _check_taker(actor, giver_id, giver.currency, taker_id)
    held = _check_lines(lines)
    made = Transfer.objects.create(
        number=next_number("DB", on=on or timezone.localdate()), giver=giver, taker_id=taker_id, currency=giver.currency,
        reason=reason.strip()[:FURTHEST], created_by=actor.name,
    )  # fmt: skip
    rows = []
    for line in lines:
        net, rate = amount(line.price, line.per, line.quantity, giver.currency).minor, held[line.product_id]
        rows.append(
            TransferLine(
                transfer=made, product_id=line.product_id, lot=line.lot.strip(), quantity=line.quantity, price=line.price,
                per=line.per, net_minor=net, tax_rate=rate, tax_minor=whole(net * rate),
            )
        )  # fmt: skip
    TransferLine.objects.bulk_create(rows)
    return int(made.pk)


def _check_taker(actor: Actor, giver_id: int, currency: str, taker_id: int) -> None:
    taker = parties.party(actor, taker_id)
    if taker.pk == giver_id:
        raise Refused(_("Goods pass to somebody else."), code="same", field="taker_id")
    if taker.currency != currency:
        raise Refused(_("Both sides reckon in one currency."), code="currency", field="taker_id")


def _check_lines(lines: Sequence[TransferLineIn]) -> dict[int, Decimal]:
    """Refuses what cannot pass; returns the tax rate of each product."""
    if not lines or len(lines) > MOST_LINES:
        raise Refused(_("A transfer has between 1 and %(most)s lines.") % {"most": MOST_LINES}, field="lines")
    if any(line.quantity < 1 or line.per < 1 for line in lines):
        raise Refused(_("Every line passes on at least one unit."), field="quantity")
    if any(not 0 <= line.price < DEAREST or line.price.as_tuple().exponent < -6 for line in lines):  # type: ignore[operator]
        raise Refused(_("A price is not below zero and has at most six decimals."), field="price")
    if len({(line.product_id, line.lot.strip()) for line in lines}) < len(lines):
        raise Refused(_("A product is named twice."), code="twice", field="lines")
    rates = dict(goods.products().filter(pk__in={x.product_id for x in lines}).values_list("pk", "tax_rate"))
    if len(rates) < len({line.product_id for line in lines}):
        raise Refused(_("There is no such product."), code="product", field="product_id")
    return rates


def _held(actor: Actor, transfer_id: int, *states: str) -> Transfer:
    row: Transfer = one(Transfer.objects.for_actor(actor).select_for_update(), pk=transfer_id)
    if row.state not in states:
        raise Refused(_("This step is over or not yet due for this transfer."), code="state")
    return row


@action(needs="supply.broker_transfer", roles=BROKERS)
def name_taker(actor: Actor, *, transfer_id: int, taker_id: int) -> None:
    """Head office finds somebody who takes offered goods; an earlier one, and what both had agreed, is forgotten."""
    row = _held(actor, transfer_id, "on offer")
    _check_taker(actor, row.giver_id, row.currency, taker_id)
    row.taker_id, row.giver_by, row.giver_at, row.taker_by, row.taker_at = taker_id, "", None, "", None
    row.save(update_fields=["taker", "giver_by", "giver_at", "taker_by", "taker_at"])


@action(needs="supply.agree_transfer", roles=("owner",))
def agree_transfer(actor: Actor, *, transfer_id: int) -> str:
    """One side agrees to price, tax and quantities for itself; head office cannot do it for either. Returns the state."""
    row = _held(actor, transfer_id, "on offer")
    if row.taker_id is None:
        raise Refused(
            _("Nobody takes these goods yet."), code="no_taker", remedy=_("Head office looks for somebody.")
        )
    if actor.whole_network:
        raise Refused(_("Each side agrees for itself."), code="side")
    for side in ("giver", "taker"):
        if actor.sees(getattr(row, f"{side}_id")) and not getattr(row, f"{side}_by"):
            setattr(row, f"{side}_by", actor.name)
            setattr(row, f"{side}_at", timezone.now())
    row.state = "agreed" if row.giver_by and row.taker_by else "on offer"
    row.save(update_fields=["state", "giver_by", "giver_at", "taker_by", "taker_at"])
    return row.state


@action(needs="supply.consent_transfer", roles=("admin", "director"))
def consent_transfer(actor: Actor, *, transfer_id: int, tax_note: str = "") -> None:
    """The house consents to what both sides agreed: the goods may pass. Whoever drew it up does not; `tax_note` says who invoices whom."""
    row = _held(actor, transfer_id, "agreed")
    if same(actor, row.created_by):
        raise Refused(_("Somebody else must consent to what you drew up."), code="four_eyes")
    row.state, row.house_by, row.house_at = "consented", actor.name, timezone.now()
    row.tax_note = tax_note.strip()[:FURTHEST]
    row.save(update_fields=["state", "house_by", "house_at", "tax_note"])
    book.record(actor, facts.TransferAgreed(row.pk, row.number, row.giver_id, row.taker_id or 0))


@action(needs="supply.take_over", roles=OFFERERS)
def take_over(actor: Actor, *, transfer_id: int, on: date | None = None) -> int:
    """The goods are with the taker: stock passes from one to the other, and the sale of the giver is posted as sell-through, in
    one transaction. The giver cannot say it for the taker. Returns how many base units passed.
    """
    row = _held(actor, transfer_id, "consented")
    if not actor.sees(row.taker_id):
        raise Refused(_("The one who takes the goods confirms that he has them."), code="side")
    day, lines = on or timezone.localdate(), list(TransferLine.objects.for_actor(actor).filter(transfer=row))
    legs = [
        stock.Leg(f"{row.number}/{x.pk}", x.product_id, x.lot, x.quantity, row.giver_id, None, row.taker_id, None)
        for x in lines
    ]
    stock.transfer(actor, legs=legs, source=SOURCE, document=row.number, on=day)
    taker = row.taker
    if taker is None:
        raise Refused(_("Nobody takes these goods yet."), code="no_taker")
    place = taker.region.code if taker.region else ""
    sold = [
        trade.LineIn(
            "sell_through", day, row.giver_id, x.product_id, x.quantity, row.currency, x.net_minor, 0, row.number,
            line_no=str(number), tax_minor=x.tax_minor, counterparty=taker.code, place=place,
        )
        for number, x in enumerate(lines, 1)
    ]  # fmt: skip
    trade.lines(actor, sold, source=SOURCE)
    row.state, row.done_on, row.done_by, row.done_at = "done", day, actor.name, timezone.now()
    row.save(update_fields=["state", "done_on", "done_by", "done_at"])
    units: int = sum(x.quantity for x in lines)
    net: int = sum(x.net_minor for x in lines)
    told = (row.pk, row.number, row.giver_id, taker.pk, day.isoformat(), units, row.currency, net)
    book.record(actor, facts.Transferred(*told))
    return units


@action(needs="supply.offer_transfer", roles=OFFERERS)
def end_transfer(actor: Actor, *, transfer_id: int, reason: str) -> None:
    """Decline or withdraw a transfer whose goods have not passed, and say why."""
    row = _held(actor, transfer_id, "on offer", "agreed", "consented")
    if not reason.strip():
        raise Refused(_("Say why."), field="reason")
    theirs = not actor.whole_network and actor.sees(row.giver_id)
    row.state = "withdrawn" if theirs or same(actor, row.created_by) else "declined"
    row.ended_by, row.ended_at, row.ended_why = actor.name, timezone.now(), reason.strip()[:FURTHEST]
    row.save(update_fields=["state", "ended_by", "ended_at", "ended_why"])
