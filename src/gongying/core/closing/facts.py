"""What closing announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class PeriodClosed(Fact):
    """Nothing more is posted into a month."""

    name = "closing.period_closed"
    month: str
    lock: int


@dataclass(frozen=True)
class PeriodReopened(Fact):
    """A month takes postings again: one person asked, another agreed."""

    name = "closing.period_reopened"
    month: str
    lock: int
    asked_by: str
