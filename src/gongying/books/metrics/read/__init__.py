"""Ask for a figure: by what, from when to when, of what; the answer carries its formula and its freshness."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.books.lake.read import LINES, Snapshot, later, snapshot
from gongying.core.actor import Actor
from gongying.core.refusal import Refused

from . import sums
from .bases import Bare, Base, Selection, bare, bases, first_sold, widths
from .registry import METRICS, Metric
from .sums import TIMES, Window, days

__all__ = [
    "METRICS",
    "Bare",
    "Base",
    "Figure",
    "Metric",
    "Selection",
    "bare",
    "bases",
    "currencies",
    "figure",
    "first_sold",
    "newest_day",
    "snapshot",
    "widths",
]
MOST_KEPT = 512


@dataclass(frozen=True)
class Figure:
    """The answer: one row for each grain, key columns then the value; `at` and `stamp` say how fresh it is."""

    metric: str
    unit: str
    version: int
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    stamp: tuple[int, int]
    at: datetime

    @property
    def one(self) -> Any:
        """The value of a figure without a grain."""
        return self.rows[0][-1] if self.rows else None

    def as_dict(self) -> dict[Any, Any]:
        """Value by key; the key is a tuple when the grain has several columns."""
        return {row[0] if len(row) == 2 else row[:-1]: row[-1] for row in self.rows}


_kept: OrderedDict[Any, Figure] = OrderedDict()
_days: dict[Any, Any] = {}
_lock = Lock()


def figure(
    actor: Actor,
    metric: str,
    *,
    start: date,
    end: date,
    by: tuple[str, ...] = (),
    where: dict[str, str] | None = None,
    on: Snapshot | None = None,
) -> Figure:
    """A registered figure over business dates [start, end), of what the actor may see. Raises Refused for an unknown
    metric, grain or filter. The same question of the same state of the books is answered from memory.
    """
    found = METRICS.get(metric)
    if found is None:
        raise Refused(_("There is no figure %(code)s.") % {"code": metric}, field="metric")
    narrowed = tuple(sorted((where or {}).items()))
    for name in (*by, *(name for name, _value in narrowed)):
        if name not in found.by:
            remedy = _("Use one of: %(names)s.") % {"names": ", ".join(found.by)}
            raise Refused(_("This figure cannot be split by %(name)s.") % {"name": name}, field="by", remedy=remedy)
    if end <= start:
        raise Refused(_("The end must come after the start."), field="end")
    moment = on or snapshot()
    window = Window(start, end, by, actor.parties, narrowed)
    if found.priced and "currency" not in (*by, *dict(narrowed)):
        _one_currency(actor, start, end, narrowed, moment)
    key = (moment.serial, metric, window)
    with _lock:
        known = _kept.get(key)
    if known is None:
        known = _compute(found, window, moment)
        with _lock:
            _kept[key] = known
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    return known


def currencies(actor: Actor, *, start: date, end: date, on: Snapshot | None = None) -> list[str]:
    """The currencies of what was sold in [start, end) within what the actor may see, the one with most value first."""
    moment = on or snapshot()
    window = Window(start, end, (), actor.parties)
    key = (moment.serial, "currencies", window)
    if key not in _days:
        _room()
        _days[key] = [str(row[0]) for row in sums.ask(moment, sums.currencies, window)]
    return list(_days[key])


def _one_currency(actor: Actor, start: date, end: date, where: tuple[tuple[str, str], ...], on: Snapshot) -> None:
    """Refuse to add money of several currencies."""
    found = currencies(actor, start=start, end=end, on=on)
    if len(found) > 1 and where:  # what is asked for may be of one currency all the same
        found = [str(row[0]) for row in sums.ask(on, sums.currencies, Window(start, end, (), actor.parties, where))]
    if len(found) > 1:
        said = {"names": ", ".join(found)}
        raise Refused(
            _("Money of several currencies is never added: %(names)s.") % said,
            code="currencies",
            field="where",
            remedy=_("Split by currency, or ask for one with where currency=%(name)s.") % {"name": found[0]},
        )


def _room() -> None:
    if len(_days) > MOST_KEPT:
        _days.clear()


def newest_day(actor: Actor, on: Snapshot) -> date | None:
    """The newest business date of the sell-in the actor may see."""
    key = (on.serial, "newest_day", actor.parties)
    if key not in _days:
        _room()
        scoped = actor.parties is not None
        _days[key] = on.ask(_newest_day, scoped, parties=sorted(actor.parties or ()))[0][0]
    day: date | None = _days[key]
    return day


def _newest_day(scoped: bool) -> Any:
    table = LINES.filter(LINES.level == "sell_in")
    if scoped:
        table = table.filter(sums.inside(table.party_id, later("numbers", "parties")))
    return table.aggregate(last=table.business_date.max())


def _compute(metric: Metric, window: Window, moment: Snapshot) -> Figure:
    """Run the inputs and join them by key in the order of the keys."""
    held: dict[str, dict[tuple[Any, ...], Any]] = {}
    for name, expression in metric.inputs.items():
        held[name] = {tuple(row[:-1]): row[-1] for row in sums.ask(moment, expression, window)}
    times = tuple(name for name in window.by if name in (*TIMES, "currency"))
    wholes: dict[tuple[Any, ...], Any] = {}
    if metric.whole:
        first = next(iter(metric.inputs.values()))
        asked = Window(
            window.start, window.end, times, window.parties, tuple(p for p in window.where if p[0] == "currency")
        )
        wholes = {tuple(row[:-1]): row[-1] for row in sums.ask(moment, first, asked)}
    found = set[tuple[Any, ...]]().union(*held.values())
    if window.by:
        found.discard(())  # an input without the grain is no row of its own: it counts in every row
    keys = sorted(found, key=lambda key: tuple((part is None, str(part)) for part in key))
    length, made = days(window), []
    for key in keys or ([()] if not window.by else []):
        inputs = {name: rows.get(key, rows.get(())) for name, rows in held.items()}
        inputs["whole"] = wholes.get(
            tuple(part for name, part in zip(window.by, key, strict=True) if name in times)
        )
        made.append((*key, metric.of(inputs, length)))
    return Figure(
        metric.code, metric.unit, metric.version, (*window.by, metric.code), made, moment.stamp, moment.at
    )
