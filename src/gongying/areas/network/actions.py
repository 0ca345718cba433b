"""Name who plays a role for a distributor, and carry its level on: the only writers."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from gongying.books.parties import post, read
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.refusal import Missing, Refused


@action(needs="network.assign", roles=("admin", "director", "finance"))
def set_role(actor: Actor, *, party_id: int, role: str, other: str, valid_from: date) -> None:
    """From a day on the distributor with the code `other` plays a role (bill_to, payer, ship_to) for a distributor.

    An empty code gives the role back to the distributor itself. Raises Refused for an unknown code or role, and for a day
    before a change that is on record.
    """
    party = read.party(actor, party_id)
    code = other.strip() or party.code
    ids = read.ids_by_code([code])
    try:
        found = read.party(actor, ids.get(code, 0))
    except Missing as missing:
        raise Refused(
            _("There is no distributor %(code)s.") % {"code": code},
            field="other",
            remedy=_("Check the code, or load distributors first."),
        ) from missing
    post.set_role(actor, party_id=party.pk, role=role, other_id=found.pk, valid_from=valid_from)


@action(needs="network.assign", roles=("admin", "director", "finance"), exposed=False)
def carry_levels(actor: Actor, *, levels: dict[int, str], since: date, document: str) -> int:
    """The levels that a review granted hold from a day on, for prices and policies. Returns how many changed."""
    return post.set_levels(actor, levels, since=since, document=document)
