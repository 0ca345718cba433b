"""Rebates accrued at the end of a month, by the people who would do it."""

from gongying.areas.rewards.actions import accruing
from gongying.core.actor import Actor

from .programmes import Round


def accrue(director: Actor, finance: Actor, each: Round) -> None:
    """The director submits what is owed, finance decides; nothing to accrue makes no run."""
    made = accruing.accrue(director, month=each.period)
    if made.run_id is not None and each.approved:
        accruing.approve_accrual(finance, run_id=made.run_id)
