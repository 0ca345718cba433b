"""The year that is looked at: what of it is known, and what of it is complete."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from gongying.books.lake.read import Snapshot, snapshot
from gongying.books.metrics import read as metrics
from gongying.core import calendar
from gongying.core.actor import Actor


@dataclass(frozen=True)
class Season:
    """A year up to its newest day: [start, end) is known, [start, closed) are its complete months."""

    year: str
    start: date
    end: date
    closed: date
    moment: Snapshot
    years: list[str]
    currencies: list[str]  # of what was sold, the one that is shown first

    @property
    def currency(self) -> str:
        """The currency that is shown; the others are a choice away."""
        return self.currencies[0] if self.currencies else "CNY"

    @property
    def where(self) -> dict[str, str]:
        """What narrows a figure of money to the currency shown; nothing where there is one only."""
        return {"currency": self.currency} if len(self.currencies) > 1 else {}

    @property
    def last_day(self) -> date:
        """The newest day with sell-in."""
        return self.end - timedelta(days=1)

    @property
    def closed_day(self) -> date:
        """The last day of the last complete month."""
        return self.closed - timedelta(days=1)

    @property
    def known(self) -> str:
        """What is known as the window of a figure's address."""
        return self._window(self.last_day)

    @property
    def complete(self) -> str:
        """The complete months as the window of a figure's address."""
        return self._window(self.closed_day)

    def _window(self, last: date) -> str:
        return urlencode({"from": self.start, "to": last, **self.where})

    @property
    def month_end(self) -> date:
        """The end of the month that is running (exclusive)."""
        return calendar.month_of(self.last_day).end


def season(actor: Actor, year: str = "", currency: str = "") -> Season:
    """The chosen year, or the year of the newest sell-in. Raises Refused for what is not a year."""
    moment = snapshot()
    newest = metrics.newest_day(actor, moment) or date(2026, 1, 1)
    span = calendar.period(year or str(newest.year))
    end = max(span.start + timedelta(days=1), min(span.end, newest + timedelta(days=1)))
    month = calendar.month_of(end)
    closed = end if end == month.start else month.start
    closed = closed if closed > span.start else end
    years = [str(newest.year - back) for back in range(3)]
    found = metrics.currencies(actor, start=calendar.year_before(span.start), end=end, on=moment)
    found.sort(key=lambda code: code != currency)  # the chosen one first, the others as they were
    return Season(span.code, span.start, end, closed, moment, years, found)
