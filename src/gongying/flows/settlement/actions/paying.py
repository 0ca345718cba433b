"""Pay credited statements as their programme says."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.areas.billing import actions as billing_do
from gongying.areas.funds import actions as funds
from gongying.areas.orders import actions as orders
from gongying.areas.points import actions as points_do
from gongying.areas.points import queries as points
from gongying.areas.rewards import actions as rewards_do
from gongying.areas.rewards import queries as rewards
from gongying.books.goods import read as goods
from gongying.books.money import read as money
from gongying.books.prices import read as prices
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.refusal import Missing, Refused
from gongying.engines.money import whole


@action(needs="settlement.pay_out", roles=("admin", "finance"))
def pay_out(actor: Actor, *, run_id: int) -> dict[str, int]:
    """Pay the credited statements of a run as their programme says: against open invoices, in goods, in points, into a fund.
    What cannot be paid (nothing is owed, no such fund) stays in the rebate account with the reason beside it, and is tried
    again when this is called again. Returns how many were paid and how many wait."""
    document, rows = rewards.unpaid(actor, run_id)
    counts = {"paid": 0, "waiting": 0}
    for row in rows:
        try:
            with transaction.atomic():
                ref, amount = _WAYS[document.pays](actor, row, document)
                turned = document.pays != "credit_note"
                rewards_do.paid_out(
                    actor, statement_id=row.pk, way=document.pays, ref=ref, amount_minor=amount, turned=turned
                )
            counts["paid"] += 1
        except (Refused, Missing) as no:
            said = str(no) or str(_("There is no such fund or programme."))
            rewards_do.not_paid(actor, statement_id=row.pk, way=document.pays, problem=said)
            counts["waiting"] += 1
    return counts


def _against_invoices(actor: Actor, row: Any, document: Any) -> tuple[str, int]:
    """As much as is owed, the oldest first; the rest stays in the account."""
    owed = money.exposure(row.party_id, row.currency)
    amount = min(row.due_minor, max(0, owed.owed), max(0, owed.rebate))
    if not amount:
        raise Refused(_("Nothing is owed that it could settle."), code="nothing")
    return billing_do.offset_rebate(
        actor, party_id=row.party_id, currency=row.currency, amount_minor=amount
    ), amount


def _in_goods(actor: Actor, row: Any, document: Any) -> tuple[str, int]:
    """As many pieces as the amount buys at the distributor's own price of today; the rest stays in the account."""
    today = timezone.localdate()
    ids = goods.ids_by_code([document.pays_with])
    if document.pays_with not in ids:
        raise Refused(_("There is no product %(code)s.") % {"code": document.pays_with}, code="unknown")
    wish = prices.Wish("1", ids[document.pays_with], 1)
    quote = prices.quote(actor, party_id=row.party_id, wishes=[wish], on=today, currency=row.currency)
    if quote.missing:
        raise Refused(
            _("%(code)s has no price for this distributor.") % {"code": document.pays_with}, code="no_price"
        )
    each = sum(line.total_minor for line in quote.lines)
    pieces = row.due_minor // each if each else 0
    if not pieces:
        raise Refused(_("The amount does not buy one piece."), code="small")
    reference = f"{row.run.number}-{row.party.code}"
    _id, number = orders.gift(
        actor, party_id=row.party_id, product=document.pays_with, quantity=pieces, currency=row.currency, on=today,
        reference=reference, title=str(_("Rebate %(number)s in goods") % {"number": row.run.number}), under="rewards.settlement",
    )  # fmt: skip
    return number, pieces * each


def _in_points(actor: Actor, row: Any, document: Any) -> tuple[str, int]:
    """As many whole points as the amount is worth by the points programme in force; the rest stays in the account."""
    today = timezone.localdate()
    each = points.worth_minor(today, row.currency)
    count = int(row.due_minor // each) if each else 0
    if not count:
        raise Refused(_("The amount is not worth one point."), code="small")
    lot = points_do.credit(actor, party_id=row.party_id, points=count, document=row.run.number, on=today)
    return f"#{lot}", whole(count * each)


def _into_fund(actor: Actor, row: Any, document: Any) -> tuple[str, int]:
    """All of it, as money of his own in the fund that the programme names (C163)."""
    made = funds.grant(
        actor, fund=document.pays_with, party_id=row.party_id, amount_minor=row.due_minor, currency=row.currency,
        source="rebate", reason=str(_("Rebate %(number)s") % {"number": row.run.number}), on=timezone.localdate(),
    )  # fmt: skip
    return f"{document.pays_with} #{made}", row.due_minor


_WAYS: dict[str, Callable[[Actor, Any, Any], tuple[str, int]]] = {
    "credit_note": _against_invoices,
    "goods": _in_goods,
    "points": _in_points,
    "fund": _into_fund,
}
