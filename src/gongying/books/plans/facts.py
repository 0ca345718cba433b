"""What the book of plans announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class TargetsPosted(Fact):
    """Targets were posted, revised or withdrawn; `digest` covers every row."""

    name = "plans.targets_posted"
    batch: int | None
    count: int
    withdrawn: int
    digest: str
