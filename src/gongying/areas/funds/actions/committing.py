"""Ask for money of a fund, decide on it, close what is done."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.approvals import read as approvals
from gongying.core.approvals.matrix import DECISIONS
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.core.ui import links
from gongying.engines import funding

from .. import facts, queries
from ..models import Claim, Commitment

ASKERS = ("admin", "director", "regional", "owner", "clerk")
DECIDERS = ("admin", "director", "regional")
CLOSERS = ("admin", "director", "regional", "finance")
LONGEST = timedelta(days=366)
LARGEST = 10**13  # minor units
DECISIONS["funds.commit"] = _("Commit money of a fund: the amount")
DECISIONS["funds.approve"] = _("Approve claims: the amount")
DECISIONS["funds.settle"] = _("Approve credits by formula: the amount")


@action(needs="funds.request", roles=ASKERS)
def request(
    actor: Actor,
    *,
    party_id: int,
    fund: str,
    kind: str,
    title: str,
    cost_minor: int,
    start: date,
    end: date,
    reason: str,
    place: str = "",
    outlet: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
    category: str = "",
    goal_minor: int = 0,
) -> int:
    """Ask for the fund's part of an activity on days from `start` to before `end`, whose whole cost (minor units) is expected to
    be so much. The part is held on the budget until somebody decides. Returns the commitment's id."""
    today = timezone.localdate()
    party = parties.party(actor, party_id)
    held = queries.fund(fund, start)
    _fits(held, kind, party_id, start, today)
    _said(title, reason, start, end)
    amount = _part(held, cost_minor, goal_minor)
    row = queries.budget_of(held, party_id, start)
    if row is None or row.account is None:
        raise Refused(_("There is no budget for this period yet."), code="budget", field="fund")
    made = Commitment.objects.create(
        number=next_number("FY", on=today),
        party=party,
        budget=row,
        version_id=held.version_id,
        type_code=kind,
        title=title.strip()[:120],
        outlet=outlet.strip()[:80],
        place=place.strip()[:120],
        **_where(latitude, longitude),
        category=category,
        start=start,
        end=end,
        currency=held.fund.currency,
        cost_minor=cost_minor,
        goal_minor=goal_minor,
        amount_minor=amount,
        asked_minor=amount,
        reason=reason.strip()[:400],
        submit_by=end + timedelta(days=held.fund.submit_days),
        expires_on=end + timedelta(days=held.fund.expire_days),
        made_by=actor.name,
        made_on=today,
    )
    _open(actor, made, today)
    book.record(actor, facts.CommitmentRequested(made.pk, made.number, fund, party_id, made.currency, amount))
    return int(made.pk)


def _open(actor: Actor, made: Commitment, today: date) -> None:
    """The account of a commitment, and its amount held on the budget."""
    purse = f"C{made.pk}"
    made.account = ledger.open_accounts(
        actor, kind="fund_committed", currency=made.currency, holders=[made.party_id], floor_minor=0, purse=purse
    )[made.party_id]
    made.transfer_id = _hold(actor, made, f"funds/{made.number}", made.asked_minor, today)
    made.save(update_fields=["account", "transfer_id"])


def _part(held: queries.Held, cost_minor: int, goal_minor: int) -> int:
    """The highest part of a cost that a fund may come to bear. Refused where it bears nothing, or has no goal to go by."""
    if not 0 < cost_minor <= LARGEST:
        raise Refused(_("Write the amount as a number, such as 125000."), field="cost")
    if held.fund.step_by == "goal" and goal_minor <= 0:
        raise Refused(_("The part of this fund grows with a goal: write how much is to be sold."), field="goal")
    amount = most_of(held, cost_minor)
    if amount <= 0:
        raise Refused(_("The fund bears nothing of this."), code="share", field="cost")
    return amount


def most_of(held: queries.Held, cost_minor: int) -> int:
    """The highest part of a cost that a fund may come to bear, in minor units: what is committed."""
    if held.fund.step_by == "goal":
        return int(cost_minor * max(step.share for step in held.fund.steps))
    return funding.cofund(cost_minor, held.fund.ladder, held.fund.method).house_minor


def _fits(held: queries.Held, kind: str, party_id: int, start: date, today: date) -> None:
    if not queries.open_to(held, party_id, start):
        raise Refused(_("This fund is not for this distributor."), code="not_for", field="fund")
    known = {each.code for each in queries.types(start)[0].types}
    if kind not in known or (held.fund.types and kind not in held.fund.types):
        raise Refused(_("The fund does not pay for activities of this type."), code="type", field="kind")
    if start < today + timedelta(days=held.fund.notice_days):
        raise Refused(
            _("Ask at least %(days)s days before it begins.") % {"days": held.fund.notice_days},
            code="notice",
            field="start",
        )


def _said(title: str, reason: str, start: date, end: date) -> None:
    if not title.strip():
        raise Refused(_("Give it a title."), field="title")
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    if end <= start:
        raise Refused(_("It must end after it begins."), code="days", field="end")
    if end - start > LONGEST:
        raise Refused(_("An activity lasts a year at most."), code="long", field="end")


def _where(latitude: Decimal | None, longitude: Decimal | None) -> dict[str, Any]:
    """The place in degrees, both or neither."""
    if latitude is None or longitude is None:
        return {"latitude": None, "longitude": None}
    for name, value, most in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if not value.is_finite() or abs(value) > most:
            raise Refused(_("Degrees are written as 30.274100."), field=name)
    return {"latitude": round(latitude, 6), "longitude": round(longitude, 6)}


def _hold(actor: Actor, row: Commitment, key: str, amount: int, on: date) -> int:
    """Hold an amount of the budget for a commitment. Refused when the budget does not have it."""
    assert row.account is not None
    assert row.budget.account is not None
    wanted = ledger.Wanted(key, row.budget.account, row.account, amount)
    return of_budget(actor, [wanted], document=row.number, on=on, field="cost")[key]


def of_budget(
    actor: Actor, wanted: Sequence[ledger.Wanted], *, document: str, on: date, field: str
) -> dict[str, int]:
    """Hold money of a budget: the pending transfers by key. Refused (naming the field of the form) when it does not have it."""
    try:
        return ledger.reserve(actor, wanted, document=document, on=on)
    except Refused as no:
        if no.code != "floor":
            raise
        raise Refused(
            _("The budget of the fund does not have this much any more."),
            code="budget",
            field=field,
            remedy=_("Ask for less, or have the budget raised."),
        ) from no


@action(needs="funds.commit", roles=DECIDERS)
def approve_request(actor: Actor, *, commitment_id: int, amount_minor: int | None = None, answer: str = "") -> int:
    """Commit the money that was asked for, or less (minor units); whoever asked cannot approve it, and the authority matrix says
    up to which amount somebody may. Returns the amount."""
    row = _requested(actor, commitment_id)
    amount = row.asked_minor if amount_minor is None else amount_minor
    if not 0 < amount <= row.asked_minor:
        raise Refused(_("Commit what was asked for, or less."), field="amount")
    if amount < row.asked_minor and not answer.strip():
        raise Refused(_("Say why it is less."), code="reason", field="answer")
    today = timezone.localdate()
    verdict = approvals.may(
        actor,
        "funds.commit",
        amount_minor=amount,
        currency=row.currency,
        on=today,
        party_id=row.party_id,
        made_by=(row.made_by,),
    )
    if not verdict.allowed:
        raise Refused(verdict.why, code="authority", remedy=_("Leave it to somebody who may."))
    pending = row.transfer_id or 0
    if amount < row.asked_minor:
        ledger.void_pending(actor, [pending])
        pending = _hold(actor, row, f"funds/{row.number}/less", amount, today)
    ledger.post_pending(actor, [pending])
    row.amount_minor, row.transfer_id = amount, None
    _decided(actor, row, "approved", answer, verdict.rule + (f" ({verdict.stead})" if verdict.stead else ""))
    _tell(row, f"活动 {row.number} 已批准", f"Activity {row.number} was approved", "good")
    return amount


@action(needs="funds.commit", roles=DECIDERS)
def reject_request(actor: Actor, *, commitment_id: int, answer: str) -> None:
    """Turn a request down, with an answer for whoever asked; the money is free again."""
    if not answer.strip():
        raise Refused(_("Say why."), code="reason", field="answer")
    row = _requested(actor, commitment_id)
    ledger.void_pending(actor, [row.transfer_id or 0])
    row.transfer_id = None
    _decided(actor, row, "rejected", answer, "")
    _tell(row, f"活动 {row.number} 未获批准", f"Activity {row.number} was turned down", "warning")


@action(needs="funds.request", roles=ASKERS)
def withdraw_request(actor: Actor, *, commitment_id: int) -> None:
    """Take a request back while nobody has decided."""
    row = _requested(actor, commitment_id)
    ledger.void_pending(actor, [row.transfer_id or 0])
    row.transfer_id = None
    _decided(actor, row, "withdrawn", "", "")


@action(needs="funds.close", roles=CLOSERS)
def close(actor: Actor, *, commitment_id: int, expired: bool = False) -> int:
    """Close a commitment: what was not claimed goes back to the fund. Refused while a claim or an appeal is open. Returns what
    went back, in minor units."""
    row = one(
        Commitment.objects.for_actor(actor)
        .select_for_update(of=("self",))
        .select_related("account", "budget__account"),
        pk=commitment_id,
    )
    if row.state != "approved":
        raise Refused(_("Only what is committed can be closed."), code="state")
    mine = Claim.objects.unscoped("claims of this commitment").filter(commitment=row)
    if mine.filter(state__in=("submitted", "approved")).exists() or mine.filter(appeals__state="open").exists():
        raise Refused(
            _("A claim on it is still open."),
            code="open",
            remedy=_("Decide and pay it first, or have it withdrawn."),
        )
    assert row.account is not None
    assert row.budget.account is not None
    row.account.refresh_from_db()  # whoever held the row before has changed it
    back, today = row.account.balance_minor, timezone.localdate()
    if back:
        wanted = ledger.Wanted(f"funds/{row.number}/close", row.account, row.budget.account, back)
        ledger.pay(actor, [wanted], document=row.number, on=today)
    row.state, row.closed_on, row.returned_minor = "closed", today, back
    row.save(update_fields=["state", "closed_on", "returned_minor"])
    told = (row.pk, row.number, row.party_id, row.currency, back, expired)
    book.record(actor, facts.CommitmentClosed(*told))
    return int(back)


@action(needs="funds.close", roles=CLOSERS)
def expire(actor: Actor, *, on: date) -> int:
    """Close every commitment in scope whose days are over and on which nothing is open. Returns how many."""
    rows = Commitment.objects.for_actor(actor).filter(state="approved", expires_on__lt=on)
    busy = Claim.objects.unscoped("claims that are open").filter(state__in=("submitted", "approved"))
    appealed = Claim.objects.unscoped("claims that are open").filter(appeals__state="open")
    done = rows.exclude(claims__in=busy).exclude(claims__in=appealed)
    ids = list(done.order_by("pk").values_list("pk", flat=True)[:1000])
    for pk in ids:
        close(actor, commitment_id=pk, expired=True)
    return len(ids)


def _requested(actor: Actor, commitment_id: int) -> Commitment:
    rows = Commitment.objects.for_actor(actor).select_for_update(of=("self",))
    row: Commitment = one(rows.select_related("party", "account", "budget__account"), pk=commitment_id)
    if row.state != "requested":
        raise Refused(_("This request was decided already."), code="state")
    return row


def _decided(actor: Actor, row: Commitment, state: str, answer: str, under: str) -> None:
    row.state, row.decided_by, row.decided_at = state, actor.name, timezone.now()
    row.answer, row.decided_under = answer.strip()[:400], under[:200]
    row.save()
    told = (row.pk, row.number, row.budget.fund, row.party_id, state, row.currency, row.amount_minor)
    book.record(actor, facts.CommitmentDecided(*told))


def _tell(row: Commitment, title: str, title_en: str, level: str) -> None:
    bell.tell(
        party_id=row.party_id,
        title=title,
        title_en=title_en,
        body=row.answer,
        body_en=row.answer,
        link=links.to("commitment", row.pk),
        level=level,
    )
