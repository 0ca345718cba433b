"""Decide on claims: line by line, whole or in part; withdraw, pay, appeal, rule."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.core.actor import Actor
from gongying.core.approvals import read as approvals
from gongying.core.doors import action
from gongying.core.files import shelf
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.core.ui import links
from gongying.engines.money import portion

from .. import facts, queries
from ..models import Appeal, Claim, ClaimLine, Commitment, Step
from .claiming import CLAIMERS, hold

DECIDERS = ("admin", "director", "finance")
PAYERS = ("admin", "finance")
RULERS = ("admin", "director")
AT_ONCE = 500  # claims that pass or are paid in one go


class Verdict(NamedTuple):
    """What is accepted of a cost (minor units), and why not all."""

    line_id: int
    amount_minor: int
    reason: str = ""


@action(needs="funds.approve", roles=DECIDERS)
def approve(actor: Actor, *, claim_id: int, lines: list[Verdict] | None = None, answer: str = "") -> int:
    """Approve a claim: whole, or line by line with a reason for what is cut. Whoever claimed or asked cannot, and the authority
    matrix says up to which amount somebody may. What is not approved is free on the commitment again. Returns the fund's part,
    in minor units."""
    row = _submitted(actor, claim_id)
    under = _may(actor, row)
    return _approve(actor, row, _cut(row, lines), answer, under, by_itself=False)


@action(needs="funds.approve", roles=DECIDERS)
def reject(actor: Actor, *, claim_id: int, answer: str) -> None:
    """Turn a claim down, and say why; its money is free on the commitment again."""
    if not answer.strip():
        raise Refused(_("Say why."), code="reason", field="answer")
    row = _submitted(actor, claim_id)
    under = _may(actor, row)
    _reject(actor, row, answer, under)


def _reject(actor: Actor, row: Claim, answer: str, under: str) -> None:
    ledger.void_pending(actor, [row.transfer_id or 0])
    row.transfer_id, row.state, row.approved_minor = None, "rejected", 0
    _lines(row).update(approved_minor=0)
    _decided(actor, row, answer, under, by_itself=False)
    _tell(row, f"核销申请 {row.number} 未通过", f"Claim {row.number} was turned down", answer, "warning")


@action(needs="funds.approve", roles=DECIDERS)
def pass_light(actor: Actor, *, claim_ids: list[int] | None = None) -> list[str]:
    """Approve the claims that were not drawn, show nothing wrong and stay below the amount of their type, without anybody looking
    at them: all in scope or these. Returns their numbers; at most 500."""
    rows = Claim.objects.for_actor(actor).filter(state="submitted", sampled=False, findings__isnull=True)
    rows = rows if claim_ids is None else rows.filter(pk__in=claim_ids)
    done = []
    for pk in list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        row = _submitted(actor, pk)
        kind = queries.types_of(row.version_id).type_of(row.commitment.type_code)
        held = queries.version(row.commitment.version_id).fund
        if kind is None or kind.auto_up_to is None or row.claimed_minor > held.minor(kind.auto_up_to):
            continue
        verdict = _verdict(actor, row)
        if verdict.allowed:
            _approve(actor, row, _cut(row, None), "", verdict.rule, by_itself=True)
            done.append(row.number)
    return done


def _approve(
    actor: Actor,
    row: Claim,
    cuts: Sequence[tuple[ClaimLine, int, str]],
    answer: str,
    under: str,
    *,
    by_itself: bool,
) -> int:
    accepted = sum(amount for _line, amount, _reason in cuts)
    part = portion(row.claimed_minor, row.cost_minor, 0, accepted)
    if not part:
        raise Refused(_("Nothing of it is accepted: reject the claim."), code="nothing", field="lines")
    for line, amount, reason in cuts:
        line.approved_minor, line.reason = amount, reason
        line.save(update_fields=["approved_minor", "reason"])
    if part < row.claimed_minor:
        ledger.void_pending(actor, [row.transfer_id or 0])
        row.holds += 1
        row.transfer_id = hold(actor, row, _commitment(row), part, timezone.localdate())
    row.state, row.approved_minor = "approved", part
    _decided(actor, row, answer, under, by_itself=by_itself)
    text = (f"核销申请 {row.number} 已批准", f"Claim {row.number} was approved")
    if part < row.claimed_minor:
        text = (f"核销申请 {row.number} 部分批准", f"Claim {row.number} was approved in part")
    _tell(row, *text, answer, "good" if part == row.claimed_minor else "warning")
    return part


def _cut(row: Claim, lines: list[Verdict] | None) -> list[tuple[ClaimLine, int, str]]:
    """Every line with what is accepted of it and why not all. Refused without a reason for what is cut."""
    every = list(_lines(row).order_by("id"))
    if lines is None:
        return [(line, line.amount_minor, "") for line in every]
    given = {each.line_id: each for each in lines}
    if set(given) != {line.pk for line in every}:
        raise Refused(_("Say of every cost what is accepted."), code="lines", field="lines")
    found = []
    for line in every:
        amount, reason = given[line.pk].amount_minor, given[line.pk].reason.strip()[:200]
        if not 0 <= amount <= line.amount_minor:
            raise Refused(_("Accept what was claimed, or less."), field=f"line-{line.pk}")
        if amount < line.amount_minor and not reason:
            raise Refused(_("Say why it is less."), code="reason", field=f"reason-{line.pk}")
        found.append((line, amount, reason))
    return found


@action(needs="funds.claim", roles=CLAIMERS)
def withdraw(actor: Actor, *, claim_id: int) -> None:
    """Take a claim back before it is decided; its money is free on the commitment, its papers may be used again."""
    row = _submitted(actor, claim_id)
    ledger.void_pending(actor, [row.transfer_id or 0])
    row.transfer_id, row.state = None, "withdrawn"
    row.save(update_fields=["transfer_id", "state"])
    Step.objects.create(claim=row, what="withdrawn", by=actor.name)
    book.record(actor, facts.ClaimWithdrawn(row.pk, row.number, row.party_id))


@action(needs="funds.pay", roles=PAYERS)
def pay(actor: Actor, *, claim_ids: list[int]) -> int:
    """Post approved claims to the rebate accounts of their distributors, all or none, at most 500. Whoever approved one does not
    pay it. Returns the sum in minor units."""
    if not claim_ids or len(claim_ids) > AT_ONCE:
        raise Refused(_("Choose 1 to %(most)s claims.") % {"most": AT_ONCE}, field="claim_ids")
    rows = Claim.objects.for_actor(actor).select_for_update(of=("self",)).filter(pk__in=claim_ids)
    found = list(rows.order_by("pk"))
    for pk in set(claim_ids) - {row.pk for row in found}:
        one(rows, pk=pk)
    total, today = 0, timezone.localdate()
    for row in found:
        if row.state != "approved" or row.transfer_id is None:
            raise Refused(_("%(number)s is not approved.") % {"number": row.number}, code="state")
        if same(actor, row.decided_by):
            raise Refused(_("Somebody else must pay what you approved."), code="four_eyes")
    ledger.post_pending(actor, [row.transfer_id or 0 for row in found])
    for row in found:
        due = (row.approved_minor or 0) - row.paid_minor
        row.paid_minor, row.state, row.paid_on, row.transfer_id = row.approved_minor or 0, "paid", today, None
        row.save(update_fields=["paid_minor", "state", "paid_on", "transfer_id"])
        Step.objects.create(claim=row, what="paid", amount_minor=due, by=actor.name)
        book.record(actor, facts.ClaimPaid(row.pk, row.number, row.party_id, row.currency, due))
        _tell(row, f"核销款 {row.number} 已入账", f"Claim {row.number} was paid to your account", "", "good")
        total += due
    return total


@action(needs="funds.claim", roles=CLAIMERS)
def appeal(actor: Actor, *, claim_id: int, reason: str, file_id: int | None = None) -> int:
    """Say that a decision is wrong, within the days the policy gives; head office answers in time. Returns the appeal's id."""
    row: Claim = one(Claim.objects.for_actor(actor).select_for_update(of=("self",)), pk=claim_id)
    today, types = timezone.localdate(), queries.types_of(row.version_id)
    cut = row.approved_minor is not None and row.approved_minor < row.claimed_minor
    if row.state not in ("approved", "rejected", "paid") or not cut or row.decided_on is None:
        raise Refused(_("Nothing was cut here."), code="state")
    if today > row.decided_on + timedelta(days=types.appeal_days):
        raise Refused(_("An appeal is made within %(days)s days.") % {"days": types.appeal_days}, code="late")
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    if Appeal.objects.for_actor(actor).filter(claim=row, state="open").exists():
        raise Refused(_("An appeal is open already."), code="open")
    if file_id is not None:
        shelf.find(actor, file_id)  # nobody names a file he may not read
    due = today + timedelta(days=types.answer_days)
    made = Appeal.objects.create(
        claim=row, reason=reason.strip()[:1000], file_id=file_id, made_by=actor.name, made_on=today, due_on=due
    )
    Step.objects.create(claim=row, what="appealed", text=made.reason[:400], by=actor.name)
    book.record(actor, facts.AppealMade(made.pk, row.pk, row.party_id, due.isoformat()))
    return int(made.pk)


@action(needs="funds.rule", roles=RULERS)
def rule(actor: Actor, *, appeal_id: int, verdict: str, answer: str, granted_minor: int = 0) -> None:
    """Rule on an appeal (upheld or rejected), with words; upheld, `granted_minor` more of the fund's part is approved and waits
    to be paid. Whoever decided on the claim does not rule on it."""
    found: Appeal = one(Appeal.objects.for_actor(actor).select_for_update(of=("self",)), pk=appeal_id)
    if found.state != "open":
        raise Refused(_("This was already decided."), code="decided")
    if verdict not in ("upheld", "rejected"):
        raise Refused(_("Choose one of the list."), code="choice", field="verdict")
    if not answer.strip():
        raise Refused(_("Say why."), code="reason", field="answer")
    row: Claim = one(Claim.objects.for_actor(actor).select_for_update(of=("self",)), pk=found.claim_id)
    if same(actor, row.decided_by) or same(actor, found.made_by):
        raise Refused(_("Somebody else must rule on what you decided."), code="four_eyes")
    if verdict == "upheld":
        _more(actor, row, granted_minor)
        found.granted_minor = granted_minor
    found.state, found.ruling = verdict, answer.strip()[:1000]
    found.ruled_by, found.ruled_on = actor.name, timezone.localdate()
    found.save()
    Step.objects.create(
        claim=row, what=verdict, amount_minor=found.granted_minor or None, text=found.ruling[:400], by=actor.name
    )
    told = (found.pk, row.pk, row.party_id, verdict, found.granted_minor)
    book.record(actor, facts.AppealRuled(*told))
    _tell(row, f"申诉 {row.number} 已裁定", f"Your appeal on {row.number} was ruled on", found.ruling, "info")


def _more(actor: Actor, row: Claim, granted: int) -> None:
    """Approve more of a claim: held on the commitment like the rest, paid the same way."""
    given = row.approved_minor or 0
    if not 0 < granted <= row.claimed_minor - given:
        raise Refused(_("Grant what was cut, or less."), field="granted_minor")
    due = given + granted - row.paid_minor
    if row.transfer_id is not None:  # approved in part and not paid yet: one hold for both
        ledger.void_pending(actor, [row.transfer_id])
    row.holds += 1
    row.transfer_id = hold(actor, row, _commitment(row), due, timezone.localdate())
    row.approved_minor, row.state = given + granted, "approved"
    row.save(update_fields=["holds", "transfer_id", "approved_minor", "state"])


def _verdict(actor: Actor, row: Claim) -> approvals.Verdict:
    return approvals.may(
        actor,
        "funds.approve",
        amount_minor=row.claimed_minor,
        currency=row.currency,
        on=timezone.localdate(),
        party_id=row.party_id,
        made_by=(row.made_by,),
    )


def _may(actor: Actor, row: Claim) -> str:
    """By which rule somebody may decide on a claim. Refused when none lets him."""
    verdict = _verdict(actor, row)
    if not verdict.allowed:
        raise Refused(verdict.why, code="authority", remedy=_("Leave it to somebody who may."))
    return verdict.rule + (f" ({verdict.stead})" if verdict.stead else "")


def _submitted(actor: Actor, claim_id: int) -> Claim:
    rows = Claim.objects.for_actor(actor).select_for_update(of=("self",)).select_related("commitment")
    row: Claim = one(rows, pk=claim_id)
    if row.state != "submitted":
        raise Refused(_("This was already decided."), code="decided")
    return row


def _commitment(row: Claim) -> Commitment:
    rows = Commitment.objects.unscoped("the commitment of a claim in scope").select_related("account")
    found: Commitment = rows.get(pk=row.commitment_id)
    return found


def _lines(row: Claim) -> QuerySet[ClaimLine]:
    rows: QuerySet[ClaimLine] = ClaimLine.objects.unscoped("lines of a claim in scope")
    return rows.filter(claim=row)


def _decided(actor: Actor, row: Claim, answer: str, under: str, *, by_itself: bool) -> None:
    row.decided_by, row.decided_on = actor.name, timezone.localdate()
    row.save()
    what = "rejected" if row.state == "rejected" else "passed" if by_itself else "approved"
    Step.objects.create(
        claim=row,
        what=what,
        amount_minor=row.approved_minor,
        text=answer.strip()[:400],
        under=under[:200],
        by=actor.name,
    )
    given = row.approved_minor or 0
    told = (row.pk, row.number, row.party_id, row.state, row.currency, row.claimed_minor, given, by_itself)
    book.record(actor, facts.ClaimDecided(*told))


def _tell(row: Claim, title: str, title_en: str, body: str, level: str) -> None:
    """A message to the distributor."""
    bell.tell(
        party_id=row.party_id,
        title=title,
        title_en=title_en,
        body=body,
        body_en=body,
        link=links.to("fund_claim", row.pk),
        level=level,
    )
