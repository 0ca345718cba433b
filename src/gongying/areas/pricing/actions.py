"""Ask for a special price, decide on it, take it back, end it."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.books.prices import post as book_of_prices
from gongying.books.prices import read as prices
from gongying.core.actor import Actor
from gongying.core.approvals import read as approvals
from gongying.core.approvals.matrix import DECISIONS
from gongying.core.doors import action
from gongying.core.files import shelf
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.core.ui import links
from gongying.engines.packs import amount

from . import facts, queries
from .models import SpecialRequest

ASKERS = ("admin", "director", "regional", "owner", "clerk")
SOURCE = "pricing"
LONGEST = timedelta(days=366)
DECISIONS["pricing.approve"] = _("Approve special prices: what they concede at most")


@action(needs="pricing.request", roles=ASKERS)
def request_special(
    actor: Actor,
    *,
    party_id: int,
    product_id: int,
    price: Decimal,
    packs: int,
    valid_from: date,
    valid_to: date,
    reason: str,
    pack: str = "",
    currency: str = "",
    competitor: str = "",
    competitor_price: Decimal | None = None,
    file_id: int | None = None,
) -> int:
    """Ask for a price (major units a pack, without tax) of at most so many packs, on days from `valid_from` to before
    `valid_to`. Refused unless it is below what a pack costs now. Returns the request's id."""
    party = parties.party(actor, party_id)
    money = currency or party.currency
    _days(valid_from, valid_to)
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    if file_id is not None:
        shelf.find(actor, file_id)  # nobody names a file he may not read
    usual, per = queries.usual(actor, party_id, product_id, pack, packs, valid_from, money)
    if not 0 <= price < usual:
        raise Refused(
            _("The price must be below what a pack costs now: %(usual)s.") % {"usual": f"{usual.normalize():f}"},
            code="not_lower",
            field="price",
        )
    concession = amount(usual - price, 1, packs, money).minor
    row = SpecialRequest.objects.create(
        number=next_number("TJ", on=timezone.localdate()),
        party_id=party_id,
        product_id=product_id,
        pack=pack,
        per=per,
        packs=packs,
        currency=money,
        usual=usual,
        price=price,
        concession_minor=concession,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason.strip()[:400],
        competitor=competitor.strip()[:120],
        competitor_price=competitor_price,
        file_id=file_id,
        made_by=actor.name,
    )
    book.record(actor, facts.SpecialRequested(row.pk, row.number, party_id, product_id, concession, money))
    return int(row.pk)


def _days(valid_from: date, valid_to: date) -> None:
    if valid_to <= valid_from:
        raise Refused(_("It must end after it begins."), code="days", field="valid_to")
    if valid_to - valid_from > LONGEST:
        raise Refused(_("A special price holds for a year at most."), code="long", field="valid_to")
    if valid_to <= timezone.localdate():
        raise Refused(_("Its last day is over already."), code="past", field="valid_to")


@action(needs="pricing.approve", roles=("admin", "director"))
def approve_special(actor: Actor, *, special_id: int, price: Decimal | None = None, answer: str = "") -> Decimal:
    """Let a special price hold, as it was asked or (`price`) dearer; whoever asked cannot approve it, and the authority matrix
    says up to which concession somebody may. Returns the price that holds."""
    row = _open(actor, special_id)
    given = row.price if price is None else price
    if not row.price <= given < row.usual:
        raise Refused(_("Grant the price that was asked, or one between it and the usual."), field="price")
    concession = amount(row.usual - given, 1, row.packs, row.currency).minor
    verdict = approvals.may(
        actor,
        "pricing.approve",
        amount_minor=concession,
        currency=row.currency,
        on=timezone.localdate(),
        party_id=row.party_id,
        made_by=(row.made_by,),
    )
    if not verdict.allowed:
        raise Refused(verdict.why, code="authority", remedy=_("Leave it to somebody who may."))
    posted = _price(row, given)
    book_of_prices.prices(actor, [posted], source=SOURCE)
    row.price, row.concession_minor, row.price_key = given, concession, posted.key
    _decided(actor, row, "approved", answer, verdict.rule + (f" ({verdict.stead})" if verdict.stead else ""))
    book.record(actor, facts.SpecialDecided(row.pk, row.number, row.party_id, "approved", f"{given:f}"))
    _tell(row, f"特价 {row.number} 已批准", f"Special price {row.number} was approved", "good")
    return given


def _price(row: SpecialRequest, price: Decimal) -> book_of_prices.PriceIn:
    """The request as a row of the book."""
    return book_of_prices.PriceIn(
        row.number,
        "special",
        row.product_id,
        row.currency,
        price,
        1,
        row.valid_from,
        row.valid_to,
        "party",
        row.party.code,
        row.pack,
        row.per,
        False,
        row.packs * row.per,
    )


@action(needs="pricing.approve", roles=("admin", "director"))
def reject_special(actor: Actor, *, special_id: int, answer: str) -> None:
    """Turn a request down, with an answer for whoever asked."""
    row = _open(actor, special_id)
    if not answer.strip():
        raise Refused(_("Say why."), code="reason", field="answer")
    _decided(actor, row, "rejected", answer, "")
    book.record(actor, facts.SpecialDecided(row.pk, row.number, row.party_id, "rejected", ""))
    _tell(row, f"特价 {row.number} 未获批准", f"Special price {row.number} was turned down", "warning")


@action(needs="pricing.request", roles=ASKERS)
def withdraw_special(actor: Actor, *, special_id: int) -> None:
    """Take your request back while nobody has decided."""
    row = _open(actor, special_id)
    if row.made_by != actor.name and actor.role != "admin":
        raise Refused(_("Only who asked takes a request back."), code="not_yours")
    _decided(actor, row, "withdrawn", "", "")


@action(needs="pricing.approve", roles=("admin", "director"))
def end_special(actor: Actor, *, special_id: int, on: date, answer: str) -> None:
    """Let a special price hold until a day before its last one; orders placed before keep it."""
    row = _row(actor, special_id)
    if row.state != "approved":
        raise Refused(_("Only a price that holds can be ended."), code="state")
    if not row.valid_from < on < row.valid_to or on < timezone.localdate():
        raise Refused(_("End it between today and its last day."), code="days", field="on")
    if not answer.strip():
        raise Refused(_("Say why."), code="reason", field="answer")
    held = prices.by_key(SOURCE, row.price_key)
    if held is None:
        raise Refused(_("Only a price that holds can be ended."), code="state")
    book_of_prices.prices(actor, [_price(row, row.price)._replace(valid_to=on)], source=SOURCE)
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    _decided(actor, row, "ended", answer, row.decided_under)
    book.record(actor, facts.SpecialEnded(row.pk, row.number, row.party_id, on.isoformat()))


def _tell(row: SpecialRequest, title: str, title_en: str, level: str) -> None:
    """A message to the distributor it is for."""
    link = links.to("special", row.pk)
    bell.tell(
        party_id=row.party_id,
        title=title,
        title_en=title_en,
        body=row.answer,
        body_en=row.answer,
        link=link,
        level=level,
    )


def _row(actor: Actor, special_id: int) -> SpecialRequest:
    rows = SpecialRequest.objects.for_actor(actor).select_for_update(of=("self",)).select_related("party")
    found: SpecialRequest = one(rows, pk=special_id)
    return found


def _open(actor: Actor, special_id: int) -> SpecialRequest:
    row = _row(actor, special_id)
    if row.state != "submitted":
        raise Refused(_("This request was decided already."), code="state")
    return row


def _decided(actor: Actor, row: SpecialRequest, state: str, answer: str, under: str) -> None:
    row.state, row.decided_by, row.decided_at = state, actor.name, timezone.now()
    row.answer, row.decided_under = answer.strip()[:400], under[:200]
    row.save()
