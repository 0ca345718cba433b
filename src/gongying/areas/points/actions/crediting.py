"""Points that another document gives: a rebate that is paid in points."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.refusal import Refused

from .. import queries
from . import lots


@action(needs="points.credit", roles=("admin", "finance"), exposed=False)
def credit(actor: Actor, *, party_id: int, points: int, document: str, on: date) -> int:
    """Give a distributor points for a document that was decided elsewhere; they expire by the programme in force. Returns the
    number of the lot. Raises Missing where no programme is in force."""
    if points <= 0:
        raise Refused(_("There are no points to give."), code="points", field="points")
    parties.party(actor, party_id)
    method = queries.programme_on(on).document.expiry
    lots.turn([party_id])
    key = f"points/{document}/{party_id}"
    return int(
        lots.give(actor, party_id, points, key=key, source="rebate", document=document, on=on, method=method).pk
    )
