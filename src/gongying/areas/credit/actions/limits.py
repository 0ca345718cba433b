"""Propose, approve, turn down, end limits."""

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.people.access import same
from gongying.core.refusal import Forbidden, Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Grant

PROPOSERS = ("admin", "director", "regional", "finance")
DECIDERS = ("admin", "director", "finance")
LARGEST = 10**15  # minor units: beyond that it is a slip of the pen
LONGEST_TERMS = 365


@action(needs="credit.propose", roles=PROPOSERS)
def set_limit(
    actor: Actor,
    *,
    party_id: int,
    currency: str,
    amount_minor: int,
    valid_from: date,
    reason: str,
    terms_days: int | None = None,
) -> int:
    """Propose what a distributor may owe from a day on (minor units), and how many days he has to pay. It holds when a second
    person has approved it. Returns its number."""
    if terms_days is not None and not 0 <= terms_days <= LONGEST_TERMS:
        raise Refused(_("Payment terms are 0 to 365 days."), field="terms_days")
    _check(actor, party_id, currency, amount_minor, reason)
    row = Grant.objects.create(
        party_id=party_id,
        currency=currency,
        kind="limit",
        amount_minor=amount_minor,
        terms_days=terms_days,
        valid_from=valid_from,
        reason=reason.strip()[:400],
        proposed_by=actor.name,
    )
    return int(row.pk)


@action(needs="credit.propose", roles=PROPOSERS)
def grant_temporary(
    actor: Actor, *, party_id: int, currency: str, amount_minor: int, valid_from: date, valid_to: date, reason: str
) -> int:
    """Propose a temporary limit on top of the limit, until the end of its last day. Returns its number."""
    _check(actor, party_id, currency, amount_minor, reason)
    if amount_minor == 0:
        raise Refused(_("Write the amount as a number, such as 125000."), field="amount")
    if valid_to < valid_from or valid_to < timezone.localdate():
        raise Refused(_("The last day lies before the first, or is over."), field="valid_to")
    rules, _version = queries.rules_for(party_id, valid_from)
    if valid_to >= valid_from + timedelta(days=rules.temporary_days):
        raise Refused(
            _("A temporary limit lasts at most %(days)s days.") % {"days": rules.temporary_days},
            code="too_long",
            field="valid_to",
            remedy=_("Raise the limit instead if it is to last."),
        )
    row = Grant.objects.create(
        party_id=party_id,
        currency=currency,
        kind="temporary",
        amount_minor=amount_minor,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason.strip()[:400],
        proposed_by=actor.name,
    )
    return int(row.pk)


def _check(actor: Actor, party_id: int, currency: str, amount_minor: int, reason: str) -> None:
    parties.party(actor, party_id)
    if not 0 <= amount_minor <= LARGEST:
        raise Refused(_("Write the amount as a number, such as 125000."), field="amount")
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        raise Refused(_("A currency is three capital letters, such as CNY."), field="currency")
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")


@action(needs="credit.approve", roles=DECIDERS)
def approve(actor: Actor, *, grant_id: int, answer: str = "") -> None:
    """Let a proposed limit hold. Whoever proposed it cannot approve it, and a role only up to its amount."""
    row = _proposed(actor, grant_id)
    if same(actor, row.proposed_by):
        raise Refused(_("Somebody else must approve what you submitted."), code="four_eyes")
    rules, _version = queries.rules_for(row.party_id, timezone.localdate())
    if not rules.may(actor.role, row.amount_minor, row.currency) and "*" not in actor.may:
        raise Refused(
            _("Your role does not decide on this amount."),
            code="authority",
            remedy=_("Ask somebody whose limit is higher."),
        )
    _decide(actor, row, "approved", answer)
    told = (row.pk, row.party_id, row.kind, row.currency, row.amount_minor, row.valid_from.isoformat())
    book.record(actor, facts.LimitApproved(*told))


@action(needs="credit.approve", roles=DECIDERS)
def reject(actor: Actor, *, grant_id: int, answer: str) -> None:
    """Turn a proposed limit down, and say why."""
    if not answer.strip():
        raise Refused(_("Say why."), code="reason", field="answer")
    _decide(actor, _proposed(actor, grant_id), "rejected", answer)


@action(needs="credit.approve", roles=DECIDERS)
def end(actor: Actor, *, grant_id: int, answer: str) -> None:
    """End an approved temporary limit at once, and say why: it counts from now on no more."""
    if not answer.strip():
        raise Refused(_("Say why."), code="reason", field="answer")
    row = one(Grant.objects.for_actor(actor).select_for_update(), pk=grant_id)
    if row.kind != "temporary":
        raise Refused(_("A limit holds until the next one: propose that."), code="kind")
    if row.state != "approved":
        raise Refused(_("This was already decided."), code="decided")
    row.state, row.answer = "ended", answer.strip()[:400]
    row.save(update_fields=["state", "answer"])


def _proposed(actor: Actor, grant_id: int) -> Grant:
    row: Grant = one(Grant.objects.for_actor(actor).select_for_update(), pk=grant_id)
    if row.state != "proposed":
        raise Refused(_("This was already decided."), code="decided")
    return row


def _decide(actor: Actor, row: Grant, state: str, answer: str) -> None:
    if not actor.can("credit.approve"):
        raise Forbidden("credit.approve")
    row.state, row.decided_by, row.decided_at = state, actor.name, timezone.now()
    row.answer = answer.strip()[:400]
    row.save(update_fields=["state", "decided_by", "decided_at", "answer"])
