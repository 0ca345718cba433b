"""What is settled already on the morning after the story: who stands in for whom, a limit in force, differences of account that
were answered, keys and messages of other systems.
"""

from datetime import date, timedelta

from gongying.areas.connections import actions as connections
from gongying.areas.credit import actions as credit
from gongying.areas.reconciliation import actions as reconciliation
from gongying.areas.reconciliation import queries as reconciled
from gongying.core.actor import SYSTEM, Actor
from gongying.core.approvals import actions as approvals
from gongying.core.hooks import delivery, told, wire

from .trading import Trader

STRETCHES = 100  # of the journal at most; at its end another look costs nothing
DIRECTOR_AWAY = timedelta(days=14)


def listen(owner: Actor) -> int:
    """The star's own system wants to hear of its orders, and has a key to read them. Returns its endpoint."""
    connections.make_key(owner, name="ERP", scopes=["orders.view", "supply.view", "billing.view"])
    made = connections.make_endpoint(
        owner, name="ERP", url="https://erp.example.com/gongying", facts=["orders.*", "supply.*"]
    )
    return made.endpoint_id


def hear(trader: Trader) -> None:
    """The star's system takes what happened so far this morning."""
    _in_line(trader)
    delivery.work_off(send=lambda url, headers, body: wire.Outcome(204, 80))


def fall_silent(trader: Trader, owner: Actor, hook: int) -> None:
    """It answers no more, and is switched off: what happens from now on waits for it."""
    _in_line(trader)
    connections.disable_endpoint(owner, endpoint_id=hook)


def _in_line(trader: Trader) -> None:
    """Put messages in line: stretches of the journal before the endpoint was made give none, so they are not counted."""
    trader.tell()
    for _stretch in range(STRETCHES):
        told.fan_out()


def decide(trader: Trader, today: date, direct: list[str]) -> None:
    """The director lends his authority, a temporary limit holds, finance answers differences of account."""
    director, finance = trader.who("director"), trader.who("finance")
    approvals.delegate(
        director, receiver="regional@gongying.demo", until=today + DIRECTOR_AWAY, verb="ordering.approve",
        limit_minor=200_000_000, reason="出差期间请代为审批订单",
    )  # fmt: skip
    made = credit.grant_temporary(
        finance, party_id=trader.ids[direct[0]], currency="CNY", amount_minor=30_000_000, valid_from=today,
        valid_to=today + timedelta(days=45), reason="年货节备货，回款按周排定",
    )  # fmt: skip
    credit.approve(director, grant_id=made, answer="同意，逐周核对回款")
    held = list(reconciled.differences(SYSTEM).exclude(state="closed").order_by("id"))
    for turn, row in enumerate(held):
        reconciliation.assign(
            finance, difference_ids=[row.pk], owner=finance.name, next_step="核对银行回单与签收单", due_on=today + timedelta(days=10)
        )  # fmt: skip
        if turn == 1:
            reconciliation.say(finance, difference_id=row.pk, text="银行流水中暂未找到该笔，请提供汇款凭证。")
        elif turn == 2:
            reconciliation.agree(
                finance, difference_id=row.pk, corrects="house", text="款项已到账但记在其他经销商名下，本周内更正。"
            )
