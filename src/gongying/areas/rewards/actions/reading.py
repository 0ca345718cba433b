"""A published programme is put before those it is for, and each says that he has read it."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Acknowledgement

AT_ONCE = 500


@action(needs="rewards.ask_to_read", roles=("admin",), exposed=False)
def ask_to_read(actor: Actor, *, version_id: int) -> int:
    """Put a published version before every distributor it is for on the day it begins; each has the days of `rewards.answers`.
    Whoever was asked is not asked again. Returns how many are new."""
    row = queries.programme_row(version_id)
    if row.status != "published":
        raise Refused(_("Only a published programme is read and acknowledged."), code="state")
    today = timezone.localdate()
    asked = set(queries.acknowledgements(actor, version_id).values_list("party_id", flat=True))
    wanted = [party for party in queries.concerned(row) if party not in asked]
    days = queries.read_days(wanted, today)
    made = [
        Acknowledgement(
            version_id=row.pk, party_id=party, policy_hash=row.hash, asked_on=today,
            due_on=today + timedelta(days=days[party]),
        )
        for party in wanted
    ]  # fmt: skip
    Acknowledgement.objects.unscoped("asking those it is for").bulk_create(made, batch_size=AT_ONCE)
    if made:
        last = max(each.due_on for each in made).isoformat()
        book.record(actor, facts.AcknowledgementsAsked(row.pk, row.key, row.hash, last, wanted))
    return len(made)


@action(needs="rewards.acknowledge", roles=("owner",))
def acknowledge(actor: Actor, *, version_id: int) -> str:
    """Say for one's company that the terms of a published programme were read. Agrees to nothing else: objections stay open.
    Returns the hash of the text that was read. Refused when it was said before."""
    rows = queries.acknowledgements(actor, version_id).select_for_update(of=("self",))
    row: Acknowledgement = one(rows)
    if row.read_at is not None:
        raise Refused(_("This was acknowledged already."), code="state")
    row.read_by, row.read_at = actor.name, timezone.now()
    row.save(update_fields=["read_by", "read_at"])
    programme = queries.programme_row(version_id).key
    book.record(actor, facts.ProgrammeAcknowledged(version_id, programme, row.policy_hash, row.party_id))
    return row.policy_hash
