"""Any figure of the registry, for pages, API and command line."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from gongying.books.metrics import read as metrics
from gongying.books.metrics.read import METRICS
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query

__all__ = ["METRICS", "Answer", "figure"]
MOST_ROWS = 100_000


@dataclass(frozen=True)
class Answer:
    """A figure with its formula in the reader's language; `rows` hold the keys and then the value (None: undefined)."""

    metric: str
    label: str
    unit: str
    formula: str
    version: int
    at: datetime
    columns: list[str]
    rows: list[list[str | int | Decimal | None]]


@query(needs="cockpit.view", roles=EVERYONE)
def figure(
    actor: Actor,
    *,
    metric: str,
    start: date,
    last: date,
    by: list[str] | None = None,
    where: dict[str, str] | None = None,
) -> Answer:
    """A registered figure over business dates `start` to `last` (inclusive), of what the actor may see."""
    found = metrics.figure(
        actor, metric, start=start, end=last + timedelta(days=1), by=tuple(by or ()), where=where or {}
    )
    named = METRICS[metric]
    return Answer(
        metric,
        str(named.label),
        named.unit,
        str(named.formula),
        named.version,
        found.at,
        list(found.columns),
        [list(row) for row in found.rows[:MOST_ROWS]],
    )
