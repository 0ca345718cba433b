"""Review, approve, reject; what an approved review grants and ends."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core import posting, turns
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Entitlement, EntitlementEnd, Review, Standing

COLUMNS = ("review_id", "party_id", "level", "previous", "reason", "short_since", "figures")


@dataclass(frozen=True)
class Reviewed:
    """What a review came to; `review_id` is None when an approved review of the period says the same already."""

    review_id: int | None
    number: str
    standings: int
    up: int
    down: int


@action(needs="tiers.review", roles=("admin", "director", "planner"))
def review(actor: Actor, *, programme: str, period: str, as_of: date | None = None) -> Reviewed:
    """Judge everybody who bought in a period or holds a level; nothing holds until a second person approves.

    Repeating it changes nothing while the figures and the rules are the same. A period that still runs can raise a
    level, but only a finished one starts the months of grace.
    """
    turns.take(f"tiers.review/{programme}")  # of two at once the second is refused with words
    if Review.objects.filter(programme=programme, state="pending").exists():
        raise Refused(
            _("A review of this programme awaits approval."),
            code="pending",
            remedy=_("Approve or reject it first."),
        )
    on = as_of or timezone.localdate()
    outcome = queries.propose(programme, period, on)
    rows = [
        (
            p.party_id,
            p.level,
            p.previous,
            p.reason,
            p.short_since.isoformat() if p.short_since else None,
            json.dumps({k: None if v is None else str(v) for k, v in p.values.items()}, sort_keys=True),
        )
        for p in outcome.rows
    ]
    said = [(row[0], row[1], row[4], row[5]) for row in rows]  # what was before is not what is said
    digest = hashlib.sha256(json.dumps([outcome.policy_hash, period, said]).encode()).hexdigest()
    last = Review.objects.filter(programme=programme, state="approved").order_by("-id").first()
    if not rows or (last is not None and last.digest == digest):
        return Reviewed(None, "", 0, 0, 0)
    made = Review.objects.create(
        number=next_number("PJ", on=on),
        programme=programme,
        version_id=outcome.version_id,
        policy_hash=outcome.policy_hash,
        period=period,
        as_of=on,
        digest=digest,
        created_by=actor.name,
    )
    posting.insert(Standing, COLUMNS, [(made.pk, *row) for row in rows])
    book.record(
        actor,
        facts.ReviewSubmitted(made.pk, made.number, programme, period, outcome.policy_hash, len(rows), digest),
    )
    reasons = [p.reason for p in outcome.rows]
    return Reviewed(
        made.pk, made.number, len(rows), reasons.count("first") + reasons.count("up"), reasons.count("down")
    )


@action(needs="tiers.approve", roles=("admin", "director"))
def approve(actor: Actor, *, review_id: int) -> int:
    """Let the standings of a review hold. Whoever submitted it cannot approve it. Returns how many."""
    row = _pending(review_id)
    if same(actor, row.created_by):
        raise Refused(_("Somebody else must approve what you submitted."), code="four_eyes")
    row.state, row.decided_by = "approved", actor.name
    row.save(update_fields=["state", "decided_by"])
    held = Standing.objects.unscoped("approval of the whole review").filter(review=row).order_by("party_id")
    whom = list(held.values_list("party_id", flat=True))
    book.record(actor, facts.StandingsGranted(row.pk, row.number, row.digest, whom))
    _entitle(actor, row, list(held))
    return len(whom)


def _entitle(actor: Actor, row: Review, standings: list[Standing]) -> None:
    """Post what the levels of a review bring, and end what they no longer do."""
    document = queries.judged_by(row)
    found = queries.change(row, document, standings)
    ends = [
        EntitlementEnd(entitlement_id=pk, review=row, ended_on=row.as_of, because=because)
        for pk, because in found.ended
    ]
    EntitlementEnd.objects.unscoped("approval of the whole review").bulk_create(ends, batch_size=500)
    made = Entitlement.objects.unscoped("approval of the whole review").bulk_create(
        [
            Entitlement(
                party_id=each.party_id,
                review=row,
                programme=row.programme,
                level=each.level,
                kind=each.benefit.kind,
                what=each.what,
                period=each.period,
                currency=document.currency,
                value_minor=each.value_minor,
                valid_from=row.as_of,
                key=each.key,
            )
            for each in found.granted
        ],
        batch_size=500,
    )
    if ends:
        book.record(actor, facts.EntitlementsEnded(row.pk, row.number, [pk for pk, _because in found.ended]))
    if made:
        book.record(actor, facts.EntitlementsGranted(row.pk, row.number, [each.pk for each in made]))


@action(needs="tiers.approve", roles=("admin", "director"))
def reject(actor: Actor, *, review_id: int) -> None:
    """Turn a review down; what held before holds on."""
    row = _pending(review_id)
    row.state, row.decided_by = "rejected", actor.name
    row.save(update_fields=["state", "decided_by"])
    book.record(actor, facts.ReviewRejected(row.pk, row.number))


def _pending(review_id: int) -> Review:
    row = one(Review.objects.select_for_update(), pk=review_id)
    if row.state != "pending":
        raise Refused(_("This review was already decided."), code="decided")
    return row
