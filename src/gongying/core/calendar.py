"""Business periods: natural years, halves, quarters, months. Half-open, named the way people write them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from .refusal import Refused

# ASCII: a fullwidth ２０２６ reads as a number too, and one period under two names would be settled twice.
_FORMS = re.compile(r"^(?P<year>\d{4})(?:-(?P<month>\d{2})|(?P<part>[QH])(?P<number>\d))?$", re.ASCII)
_LENGTH = {"": 12, "H": 6, "Q": 3, "M": 1}


@dataclass(frozen=True, slots=True)
class Period:
    """A span of business dates [start, end) with its code, e.g. ``2026Q3``."""

    code: str
    start: date
    end: date

    @property
    def last_day(self) -> date:
        """The last business date that belongs to it."""
        return self.end - timedelta(days=1)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def months(self) -> list["Period"]:
        """The natural months of the period."""
        found, year, month = [], self.start.year, self.start.month
        while date(year, month, 1) < self.end:
            found.append(period(f"{year}-{month:02d}"))
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return found


def _months_on(year: int, month: int, count: int) -> date:
    total = year * 12 + month - 1 + count
    return date(total // 12, total % 12 + 1, 1)


def period(code: str) -> Period:
    """The period named by `code`: ``2026``, ``2026H1``, ``2026Q3`` or ``2026-07``. Raises Refused.

    >>> period("2026Q3").end
    datetime.date(2026, 10, 1)
    """
    match = _FORMS.match(code.strip())
    part = (match["part"] or ("M" if match["month"] else "")) if match else ""
    number = int(match["month"] or match["number"] or 1) if match else 0
    length = _LENGTH[part]
    if not match or not 1 <= number <= 12 // length or not 1970 <= int(match["year"]) <= 2199:
        raise Refused(
            _("“%(code)s” is not a period.") % {"code": code},
            code="period",
            field="period",
            remedy=_("Write 2026, 2026H1, 2026Q3 or 2026-07."),
        )
    year, first = int(match["year"]), (number - 1) * length + 1
    return Period(code.strip(), _months_on(year, first, 0), _months_on(year, first, length))


def month_of(day: date) -> Period:
    """The natural month a date falls in."""
    return period(f"{day.year}-{day.month:02d}")


def quarter_of(day: date) -> Period:
    """The natural quarter a date falls in."""
    return period(f"{day.year}Q{(day.month + 2) // 3}")


def year_of(day: date) -> Period:
    """The natural year a date falls in."""
    return period(f"{day.year}")


def half_of(day: date) -> Period:
    """The half-year a date falls in."""
    return period(f"{day.year}H{(day.month + 5) // 6}")


NATURAL: dict[str, Callable[[date], Period]] = {
    "month": month_of,
    "quarter": quarter_of,
    "half": half_of,
    "year": year_of,
}


def parts(span: Period, kind: str) -> list[Period]:
    """The natural periods of a kind (a key of NATURAL) that make up `span`; empty when it is shorter than one.

    >>> [part.code for part in parts(period("2026H1"), "quarter")], parts(period("2026Q1"), "half")
    (['2026Q1', '2026Q2'], [])
    """
    found, day = [], span.start
    while day < span.end:
        found.append(NATURAL[kind](day))
        day = found[-1].end
    return found if day == span.end and found[0].start == span.start else []


def within(span: Period) -> list[str]:
    """The codes of all natural periods that lie in `span`, its own among them."""
    return [part.code for kind in NATURAL for part in parts(span, kind)]


def around(span: Period) -> list[str]:
    """The codes of all longer natural periods that hold `span`.

    >>> around(period("2026Q3"))
    ['2026H2', '2026']
    """
    held = (natural(span.start) for natural in NATURAL.values())
    return [
        each.code for each in held if each.start <= span.start and each.end >= span.end and each.code != span.code
    ]


def typed(text: str) -> date | None:
    """A day as it is typed into a form or an address; None when it is none.

    >>> typed("2026-07-31"), typed("2026-02-30"), typed("")
    (datetime.date(2026, 7, 31), None, None)
    """
    try:
        return parse_date(text)
    except ValueError:  # 2026-02-30 has the form of a date
        return None


def year_before(day: date) -> date:
    """The same day a year earlier; 29 February becomes 28."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
