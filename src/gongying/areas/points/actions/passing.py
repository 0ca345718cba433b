"""Pass points on within a group."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused

from .. import facts, queries
from ..models import PointLot
from . import lots

MOST = 10_000_000_000


@action(needs="points.transfer", roles=("admin", "planner", "owner"))
def transfer(actor: Actor, *, party_id: int, taker: str, points: int, reason: str) -> str:
    """Pass points to another distributor (by code) of the same group, where the programme allows it: one supplies the other,
    directly or not, or both have one supplier above them. They keep their age and last day. Returns the number."""
    giver, today = parties.party(actor, party_id), timezone.localdate()
    if not queries.programme_on(today).document.transfers:
        raise Refused(_("The programme does not let points be passed on."), code="transfers")
    if not 1 <= points <= MOST:
        raise Refused(_("At least one point is passed on."), code="points", field="points")
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    other = parties.ids_by_code([taker.strip()]).get(taker.strip())
    if other is None or other == giver.pk or top(giver.pk) != top(other):
        raise Refused(
            _("No other distributor of the same group has this code."), code="group", field="taker",
            remedy=_("Points are passed on within a group only."),
        )  # fmt: skip
    lots.turn([giver.pk, other])
    parts = lots.burnt_from(giver.pk, points)
    number = next_number("JFZ", on=today)
    lots.take(
        actor, giver.pk, parts, key=f"points/{number}", kind="transfer", document=number, on=today,
        target=lots.account(actor, other),
    )  # fmt: skip
    from_lots = {lot.pk: lot for lot in PointLot.objects.unscoped(lots.WHY).filter(pk__in=[pk for pk, _n in parts])}
    PointLot.objects.bulk_create(
        PointLot(
            party_id=other, source="transfer", document=number, amount=each, open=each, on=today,
            earned_on=from_lots[pk].earned_on, expires_on=from_lots[pk].expires_on,
        )
        for pk, each in parts
    )  # fmt: skip
    book.record(actor, facts.Transferred(giver.pk, other, points, number))
    return number


def top(party_id: int) -> int:
    """The head of a distributor's group today: whoever supplies all of it, himself when nobody does."""
    above = parties.ancestors(party_id, timezone.localdate())
    return above[-1] if above else party_id
