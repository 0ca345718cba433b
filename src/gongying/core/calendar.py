"""Business periods: natural years, halves, quarters, months; 4-4-5 years; contract years. Half-open, named the way people
write them."""

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


def first_of_month(day: date, count: int = 0) -> date:
    """The first of the month that lies `count` months after that of a day.

    >>> first_of_month(date(2026, 1, 31), -2)
    datetime.date(2025, 11, 1)
    """
    return _months_on(day.year, day.month, count)


def period(code: str) -> Period:
    """The period named by `code`: ``2026``, ``2026H1``, ``2026Q3`` or ``2026-07``. Raises Refused.

    >>> period("2026Q3").end
    datetime.date(2026, 10, 1)
    """
    own = _other(code.strip())
    if own is not None:
        return own
    match = _FORMS.match(code.strip())
    part = (match["part"] or ("M" if match["month"] else "")) if match else ""
    number = int(match["month"] or match["number"] or 1) if match else 0
    length = _LENGTH[part]
    if not match or not 1 <= number <= 12 // length or not 1970 <= int(match["year"]) <= 2199:
        raise Refused(
            _("“%(code)s” is not a period.") % {"code": code},
            code="period",
            field="period",
            remedy=_("Write 2026, 2026H1, 2026Q3 or 2026-07; 2026P07 or 2026R3 for 4-4-5 weeks."),
        )
    year, first = int(match["year"]), (number - 1) * length + 1
    return Period(code.strip(), _months_on(year, first, 0), _months_on(year, first, length))


# 4-4-5: twelve periods and four quarters of whole weeks, in the ISO year (from the Monday nearest to 1 January; a 53rd week
# goes with the last). Contract years: twelve months from the first of a month.
_RETAIL = re.compile(r"^(?P<year>\d{4})(?:P(?P<part>\d{2})|R(?P<quarter>\d)?)$", re.ASCII)
_CONTRACT = re.compile(r"^(?P<year>\d{4})-(?P<month>\d{2})Y$", re.ASCII)
WEEKS = (4, 4, 5) * 4


def _other(code: str) -> Period | None:
    """A period that is no natural one, or None."""
    held = _CONTRACT.match(code)
    if held and 1 <= int(held["month"]) <= 12 and 1970 <= int(held["year"]) <= 2199:
        year, month = int(held["year"]), int(held["month"])
        return Period(code, date(year, month, 1), date(year + 1, month, 1))
    held = _RETAIL.match(code)
    if not held or not 1970 <= int(held["year"]) <= 2198:
        return None
    year, number = int(held["year"]), int(held["part"] or held["quarter"] or 1)
    long = 12 if held["part"] is None and held["quarter"] is None else 3 if held["quarter"] else 1
    first = (number - 1) * long
    if not 1 <= number <= 12 // long:
        return None
    start, following = date.fromisocalendar(year, 1, 1), date.fromisocalendar(year + 1, 1, 1)
    end = following if first + long == 12 else start + timedelta(weeks=sum(WEEKS[: first + long]))
    return Period(code, start + timedelta(weeks=sum(WEEKS[:first])), end)


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


def _retail_of(form: str, count: int) -> Callable[[date], Period]:
    def of(day: date) -> Period:
        """The 4-4-5 period a date falls in."""
        year = day.isocalendar().year
        held = (_other(form.format(year=year, number=number)) for number in range(1, count + 1))
        return next(each for each in held if each is not None and day in each)

    return of


def _contract_of(month: int) -> Callable[[date], Period]:
    def of(day: date) -> Period:
        """The contract year a date falls in."""
        return period(f"{day.year if day.month >= month else day.year - 1}-{month:02d}Y")

    return of


# Every sort of period, by name: the natural ones, 4-4-5 weeks, contract years by their first month.
KINDS: dict[str, Callable[[date], Period]] = {
    **NATURAL,
    "p445": _retail_of("{year}P{number:02d}", 12),
    "q445": _retail_of("{year}R{number}", 4),
    "y445": _retail_of("{year}R", 1),
    **{f"from_{month:02d}": _contract_of(month) for month in range(2, 13)},
}


def parts(span: Period, kind: str) -> list[Period]:
    """The periods of a kind (a key of KINDS) that make up `span`; empty when it is shorter than one.

    >>> [part.code for part in parts(period("2026H1"), "quarter")], parts(period("2026Q1"), "half")
    (['2026Q1', '2026Q2'], [])
    >>> [part.code for part in parts(period("2026R1"), "p445")], period("2026P03").start
    (['2026P01', '2026P02', '2026P03'], datetime.date(2026, 2, 23))
    """
    found, day = [], span.start
    while day < span.end:
        found.append(KINDS[kind](day))
        day = found[-1].end
    return found if day == span.end and found[0].start == span.start else []


def within(span: Period) -> list[str]:
    """The codes of all periods of whole kinds that make up `span`, its own among them."""
    return [part.code for kind in KINDS for part in parts(span, kind)]


def around(span: Period) -> list[str]:
    """The codes of all longer periods that hold `span`.

    >>> around(period("2026Q3"))[:2]
    ['2026H2', '2026']
    """
    held = (kind(span.start) for kind in KINDS.values())
    return [
        each.code for each in held if each.start <= span.start and each.end >= span.end and each.code != span.code
    ]


def meet(one: Period, other: Period) -> bool:
    """Whether two periods share a day."""
    return one.start < other.end and other.start < one.end


def before(span: Period, kind: str) -> Period:
    """The period of a kind that ends where `span` begins (or before, where they do not meet).

    >>> before(period("2026Q1"), "quarter").code
    '2025Q4'
    """
    return KINDS[kind](span.start - timedelta(days=1))


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
