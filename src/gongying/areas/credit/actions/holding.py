"""Hold an order for credit; release it with a reason, decline it, let it go when the reasons are gone."""

from collections import Counter
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Held
from ..rules import Reason

RELEASERS = ("admin", "director", "finance")
MOST = 500  # held orders that are looked at in one go


@action(needs="credit.ask", roles=EVERYONE, exposed=False)
def hold(
    actor: Actor,
    *,
    order: str,
    party_id: int,
    currency: str,
    amount_minor: int,
    reasons: list[Reason],
    on: date,
    prepaid: bool = False,
) -> int:
    """Put an order that does not fit before the credit desk, with the reasons of its verdict. The same order again is the
    same hold, with the new figures. Returns its number."""
    values: dict[str, Any] = {
        "amount_minor": amount_minor,
        "currency": currency,
        "reasons": queries.kept(reasons),
        "held_on": on,
        "prepaid": prepaid,
    }
    row, made = Held.objects.for_actor(actor).update_or_create(
        order=order, state="open", party_id=party_id, defaults=values
    )
    if made:
        codes = [each.code for each in reasons]
        book.record(actor, facts.OrderHeld(row.pk, order, party_id, currency, amount_minor, codes))
        _tell(order, row.pk)
    return int(row.pk)


def _tell(order: str, pk: int) -> None:
    bell.tell(
        role="finance",
        link=f"/credit/orders/{pk}/",
        level="warning",
        title=f"订单 {order} 待信用放行",
        title_en=f"Order {order} waits for credit",
    )


@action(needs="credit.release", roles=RELEASERS)
def release(actor: Actor, *, hold_id: int, reason: str) -> str:
    """Let a held order go on although it does not fit, and say why; what still stands against it is kept beside the reason.
    A role releases only up to its amount. Returns the order."""
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    row = one(Held.objects.for_actor(actor), pk=hold_id)
    ledger.turn(actor, party_id=row.party_id, currency=row.currency)
    row = _open(actor, hold_id)
    rules, _version = queries.rules_for(row.party_id, timezone.localdate())
    if not rules.may(actor.role, row.amount_minor, row.currency) and "*" not in actor.may:
        raise Refused(
            _("Your role does not decide on this amount."),
            code="authority",
            remedy=_("Ask somebody whose limit is higher."),
        )
    return _let_go(actor, row, reason.strip()[:400], by_itself=False)


@action(needs="credit.release", roles=RELEASERS)
def decline(actor: Actor, *, hold_id: int, reason: str) -> str:
    """Turn a held order down, and say why. Returns the order."""
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    row = _open(actor, hold_id)
    _end(actor, row, "declined", reason)
    book.record(actor, facts.OrderDeclined(row.pk, row.order, row.party_id, actor.name, row.reason))
    return str(row.order)


@action(needs="credit.ask", roles=EVERYONE, exposed=False)
def drop(actor: Actor, *, order: str) -> bool:
    """Take an order off the desk (it was cancelled, or changed and judged anew). Returns whether it was there."""
    row = Held.objects.for_actor(actor).select_for_update().filter(order=order, state="open").first()
    if row is not None:
        _end(actor, row, "dropped", "")
    return row is not None


@action(needs="credit.recheck", roles=RELEASERS)
def recheck(actor: Actor, *, party_id: int | None = None, reason: str = "") -> list[str]:
    """Judge held orders anew, the oldest first, and let go those against which nothing stands any more (somebody paid, a
    limit was raised: `reason` may name it). Of one distributor or of all in scope. Returns the orders that go on."""
    rows = Held.objects.for_actor(actor).filter(state="open").order_by("id")
    rows = rows.filter(party_id=party_id) if party_id is not None else rows
    for party, currency in sorted(set(rows.values_list("party_id", "currency")[:MOST])):
        ledger.turn(actor, party_id=party, currency=currency)  # the account before its rows, as everybody does
    rows = rows.select_for_update(of=("self",))
    today, gone, taken = timezone.localdate(), [], Counter[tuple[int, str, bool]]()
    for row in rows[:MOST]:
        whose = (row.party_id, row.currency)
        # What pays in advance lowers the money that counts for credit too; not the other way round.
        also = taken[*whose, True] + (0 if row.prepaid else taken[*whose, False])
        verdict = queries.still(actor, row, today, locked=True, also=also)
        if verdict.passes:
            taken[*whose, row.prepaid] += row.amount_minor
            gone.append(_let_go(actor, row, reason.strip()[:400], by_itself=True))
    return gone


def _let_go(actor: Actor, row: Held, reason: str, *, by_itself: bool) -> str:
    verdict = queries.still(actor, row, timezone.localdate(), locked=True)
    row.at_release = queries.kept(verdict.reasons)
    _end(actor, row, "released", reason)
    book.record(actor, facts.OrderReleased(row.pk, row.order, row.party_id, actor.name, row.reason, by_itself))
    return str(row.order)


def _open(actor: Actor, hold_id: int) -> Held:
    row: Held = one(Held.objects.for_actor(actor).select_for_update(), pk=hold_id)
    if row.state != "open":
        raise Refused(_("This was already decided."), code="decided")
    return row


def _end(actor: Actor, row: Held, state: str, reason: str) -> None:
    row.state, row.decided_by, row.decided_at = state, actor.name, timezone.now()
    row.reason = reason.strip()[:400]
    row.save(update_fields=["state", "decided_by", "decided_at", "reason", "at_release"])
