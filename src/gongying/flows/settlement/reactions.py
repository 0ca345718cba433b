"""Act once on what was told."""

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from gongying.areas.imports.actions.steps import objections
from gongying.areas.rewards import actions as rewards_do
from gongying.areas.rewards import queries as rewards
from gongying.areas.rewards.facts import AcknowledgementsAsked, DisputeRuled, RebateSettled, StatementDisputed
from gongying.books.trade import read as trade
from gongying.core.actor import SYSTEM
from gongying.core.journal import book
from gongying.core.journal.models import Entry
from gongying.core.notices import bell
from gongying.core.policies.facts import PolicyPublished

from . import actions

PROGRAMME = "rewards.programme"


@book.on(PolicyPublished)
def ask_to_read(fact: PolicyPublished, entry: Entry) -> None:
    """A programme that was published is put before those it is for."""
    if fact.kind == PROGRAMME:
        rewards_do.ask_to_read(SYSTEM.through("flow"), version_id=fact.version_id)


@book.on(AcknowledgementsAsked)
def tell_readers(fact: AcknowledgementsAsked, entry: Entry) -> None:
    """Each of them finds it in his bell."""
    link = f"/rewards/terms/{fact.version_id}/"
    for party in fact.parties:
        bell.tell(
            party_id=party, link=link, title="新返利政策已发布，请阅读并确认", title_en="A programme was published for you to read",
            body=f"请在 {fact.due_on} 前阅读。", body_en=f"Read it by {fact.due_on}.",
        )  # fmt: skip


@book.on(RebateSettled)
def tell_distributors(fact: RebateSettled, entry: Entry) -> None:
    """Each distributor's people find his statement in their bell."""
    for party, statement in zip(fact.parties, fact.statements, strict=True):
        link = f"/rewards/statements/{statement}/"
        zh, en = f"返利结算 {fact.number} 已入账", f"Rebate {fact.number} was credited"
        bell.tell(party_id=party, link=link, level="good", title=zh, title_en=en)


@book.on(RebateSettled)
def pay_out(fact: RebateSettled, entry: Entry) -> None:
    """What is not left in the rebate account is paid at once; finance is told of what waits."""
    waiting = actions.pay_out(SYSTEM.through("flow"), run_id=fact.run)["waiting"]
    if waiting:
        bell.tell(
            role="finance",
            link=f"/rewards/runs/{fact.run}/",
            level="warning",
            title=f"返利结算 {fact.number} 有 {waiting} 笔未能按方案兑付，暂存返利账户",
            title_en=f"{waiting} statements of {fact.number} could not be paid as the programme says",
        )


@book.on(StatementDisputed)
def tell_finance(fact: StatementDisputed, entry: Entry) -> None:
    """Finance learns of an objection."""
    link = f"/rewards/statements/{fact.statement}/"
    body, body_en = (f"请在 {fact.due_on} 前答复。", f"Answer by {fact.due_on}.") if fact.due_on else ("", "")
    zh, en = "对账单有异议", "A statement is disputed"
    bell.tell(role="finance", link=link, level="warning", title=zh, title_en=en, body=body, body_en=body_en)


@book.on(DisputeRuled)
def tell_who_objected(fact: DisputeRuled, entry: Entry) -> None:
    """The distributor reads the ruling, and that the statement may be confirmed when it was the last."""
    upheld = fact.verdict == "upheld"
    zh = f"对账单 {fact.number} 的异议{'成立' if upheld else '不成立'}"
    en = f"Your objection to {fact.number} was {'upheld' if upheld else 'rejected'}"
    bell.tell(
        party_id=fact.party,
        link=f"/rewards/statements/{fact.statement}/",
        level="good" if upheld else "info",
        title=zh,
        title_en=en,
        body="请查看答复，然后确认对账单。" if fact.settled else "还有其他异议待答复。",
        body_en="Read the answer, then confirm the statement."
        if fact.settled
        else "Another objection is still open.",
    )


def settlement_rests_on(batch_id: int) -> str:
    """A batch that a standing settlement has seen cannot be undone: correct its lines instead."""
    first = trade.of_batch(batch_id).aggregate(first=Min("id"))["first"]
    if first and rewards.runs(SYSTEM).filter(state__in=("pending", "posted"), watermark__gte=first).exists():
        return str(_("A settlement rests on this batch. Send the corrected rows instead."))
    return ""


if settlement_rests_on not in objections:
    objections.append(settlement_rests_on)
