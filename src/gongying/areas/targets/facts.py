"""What targets announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class PlanSubmitted(Fact):
    """A plan awaits a second person; `digest` covers every line."""

    name = "targets.plan_submitted"
    plan: int
    number: str
    year: str
    currency: str
    total_minor: int
    digest: str


@dataclass(frozen=True)
class PlanApproved(Fact):
    """A plan holds: its months were posted."""

    name = "targets.plan_approved"
    plan: int
    number: str
    year: str
    total_minor: int
    parties: list[int]


@dataclass(frozen=True)
class PlanRejected(Fact):
    """A plan was turned down; nothing was posted."""

    name = "targets.plan_rejected"
    plan: int
    number: str
