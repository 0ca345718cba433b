"""Create what was redeemed: money of a fund, an order of goods that cost nothing, or a voucher."""

from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.areas.funds import actions as funds
from gongying.areas.orders import actions as orders
from gongying.areas.points import actions as points
from gongying.areas.points import queries
from gongying.areas.points.facts import Redeemed
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action, words
from gongying.core.refusal import Missing, Refused

SOURCE, UNDER = "points", "points.redemption"


@action(needs="rewarding.create", roles=("admin",))
def create(actor: Actor, *, redemption_id: int) -> str:
    """Create what an ordered redemption is for, and fulfil it with that. Where it cannot be created (the fund is unknown, there
    is no warehouse) the reason is written beside it, and it waits for a person. Returns what came of it ("" for nothing)."""
    row = queries.redemption_row(actor, redemption_id, locked=True)
    if row.state != "ordered":
        raise Refused(_("This redemption was already decided."), code="decided")
    units = row.quantity
    if row.kind == "goods":
        reward = queries.catalogue_of(row.version_id).reward(row.reward)
        units *= reward.units if reward is not None else 1
    told = Redeemed(
        row.pk, row.number, row.party_id, row.kind, row.target, units, row.cost_minor, row.currency, row.name,
        row.on.isoformat(),
    )  # fmt: skip
    return bring_about(told)


def bring_about(fact: Redeemed) -> str:
    """The thing itself, and the redemption fulfilled; or the reason why not, with nothing half made left behind."""
    own = replace(SYSTEM, via="flow")
    try:
        with transaction.atomic():
            return _made(own, fact, timezone.localdate())
    except (Refused, Missing) as no:
        points.hold_up(own, redemption_id=fact.redemption, problem=str(no) or type(no).__name__)
        return ""


def _made(own: Actor, fact: Redeemed, on: date) -> str:
    if fact.kind == "fund":
        grant = funds.grant(
            own,
            fund=fact.target,
            party_id=fact.party,
            amount_minor=fact.cost_minor,
            currency=fact.currency,
            source=SOURCE,
            reason=f"{fact.title} {fact.number}",
            on=on,
        )
        ref = f"{fact.target} #{grant}"
        points.fulfil(own, redemption_id=fact.redemption, result="grant", ref=ref, result_id=grant)
        return ref
    if fact.kind == "goods":
        order_id, number = orders.gift(
            own,
            party_id=fact.party,
            product=fact.target,
            quantity=fact.quantity,
            currency=fact.currency,
            on=on,
            reference=fact.number,
            title=fact.title,
            under=UNDER,
        )
        points.fulfil(own, redemption_id=fact.redemption, result="order", ref=number, result_id=order_id)
        return number
    return str(points.issue(own, redemption_id=fact.redemption, on=on))


words(
    "rewarding", _("Rewarding"), {"create": _("Create what was redeemed once more, where it could not be created")}
)
