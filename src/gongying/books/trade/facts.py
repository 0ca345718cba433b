"""What the book of trade announces: one fact for a whole posting."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class LinesPosted(Fact):
    """Lines were posted; `digest` covers every one of them in order, `sums` are net per currency."""

    name = "trade.lines_posted"
    batch: int | None
    count: int
    sums: dict[str, int]
    digest: str
