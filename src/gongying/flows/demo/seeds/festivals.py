"""The year as Chinese retail feels it: Spring Festival, 618, Singles' Day, weekends, seasons of heat and cold.

A factor of 1 is an average day of an average week; `factor` multiplies season, festival and weekday.
"""

from datetime import date, timedelta

# First day of the Chinese year (GB/T 33661-2017), the only lunar date the story needs.
_SPRING = (
    "2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13"
    " 2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08 2036-01-28 2037-02-15 2038-02-04 2039-01-24"
    " 2040-02-12 2041-02-01 2042-01-22 2043-02-10 2044-01-30 2045-02-17 2046-02-06 2047-01-26 2048-02-14 2049-02-02"
)
SPRING = {day.year: day for day in map(date.fromisoformat, _SPRING.split())}

# Sell-out by month, January first; the mean is brought to 1 below.
_SEASONS = {
    "RC": (1.12, 0.90, 0.94, 0.94, 0.96, 0.98, 0.92, 0.95, 1.02, 1.06, 1.10, 1.11),
    "AF": (1.05, 0.90, 0.95, 0.96, 0.98, 1.02, 0.96, 0.95, 1.00, 1.05, 1.12, 1.06),
    "EK": (1.16, 1.00, 0.96, 0.92, 0.88, 0.88, 0.84, 0.86, 0.98, 1.08, 1.20, 1.24),
    "BL": (1.08, 0.94, 0.98, 0.98, 1.00, 1.04, 0.98, 0.94, 0.96, 1.02, 1.06, 1.02),
    "RV": (1.04, 0.86, 0.98, 0.96, 0.98, 1.06, 0.94, 0.94, 1.00, 1.06, 1.14, 1.04),
    "VC": (1.06, 0.88, 1.04, 1.04, 1.00, 1.02, 0.94, 0.92, 0.98, 1.04, 1.08, 1.00),
    "AP": (1.30, 1.16, 1.20, 1.02, 0.80, 0.74, 0.68, 0.70, 0.90, 1.10, 1.22, 1.28),
    "FN": (0.18, 0.20, 0.45, 0.95, 1.80, 2.45, 2.50, 1.85, 0.90, 0.40, 0.22, 0.18),
    "HT": (2.25, 1.30, 0.70, 0.25, 0.12, 0.10, 0.10, 0.14, 0.45, 1.40, 2.40, 2.75),
}
_WEEK = (0.88, 0.86, 0.87, 0.90, 1.04, 1.24, 1.21)  # Monday first
_PROMOTED = {"RV": 1.35, "VC": 1.2, "AF": 1.15}  # categories that live on promotions more than others
_GIFTS = {"RC": 1.2, "BL": 1.15, "EK": 1.1}  # and those bought for the New Year
# (month, first day, last day, lift); later rows win
_PROMOTIONS = (
    (1, 1, 3, 1.15),
    (3, 6, 8, 1.25),
    (5, 1, 5, 1.30),
    (6, 1, 1, 1.90),
    (6, 2, 15, 1.30),
    (6, 16, 17, 2.60),
    (6, 18, 18, 3.80),
    (6, 19, 28, 0.68),
    (8, 17, 19, 1.20),
    (9, 8, 10, 1.15),
    (10, 1, 7, 1.25),
    (10, 20, 30, 1.15),
    (10, 31, 31, 2.00),
    (11, 1, 3, 1.70),
    (11, 4, 9, 1.30),
    (11, 10, 10, 2.80),
    (11, 11, 11, 4.60),
    (11, 12, 24, 0.66),
    (12, 10, 11, 1.20),
    (12, 12, 12, 1.60),
)
_LIFT = {(m, d): lift for m, first, last, lift in _PROMOTIONS for d in range(first, last + 1)}


def days_from_spring(day: date) -> int:
    """Days since the nearest first day of a Chinese year; negative before it.

    >>> days_from_spring(date(2026, 2, 10))
    -7
    """
    try:
        near = [(day - SPRING[year]).days for year in (day.year, day.year + 1) if year in SPRING]
        return min(near, key=abs)
    except ValueError:
        raise ValueError(f"the Chinese calendar of {day.year} is not known here") from None


def _spring_lift(category: str, offset: int) -> float:
    """The weeks of shopping before the New Year, the closed week, the slow start after."""
    gifts = _GIFTS.get(category, 1.0)
    if -30 <= offset < -20:
        return 1.15 * gifts
    if -20 <= offset < -7:
        return 1.42 * gifts
    if -7 <= offset < -2:
        return 1.05
    if -2 <= offset <= 6:
        return 0.28
    return 0.72 if 6 < offset <= 16 else 1.0


def _season(category: str, day: date) -> float:
    """The monthly figures, joined smoothly from mid-month to mid-month."""
    table = _SEASONS[category]
    place = day.month - 1 + (day.day - 15.5) / 30.5
    low = int(place // 1)
    part = place - low
    return (table[low % 12] * (1 - part) + table[(low + 1) % 12] * part) * 12 / sum(table)


def lift(category: str, day: date) -> float:
    """What the calendar of festivals and promotions does to a category on a day."""
    plain = _LIFT.get((day.month, day.day), 1.0)
    promoted = 1 + (plain - 1) * _PROMOTED.get(category, 1.0) if plain > 1 else plain
    return promoted * _spring_lift(category, days_from_spring(day))


def factor(category: str, day: date) -> float:
    """Consumer demand of a category on a day against its yearly mean."""
    return (
        _season(category, day) * lift(category, day) * _WEEK[day.weekday()] * 0.936
    )  # festivals alone add 7 % a year


def is_working(day: date) -> bool:
    """Whether warehouses deliver: weekdays outside Spring Festival, Labour Day and the National Day week."""
    closed = -2 <= days_from_spring(day) <= 6 or (day.month, day.day) in _CLOSED
    return day.weekday() < 5 and not closed


_CLOSED = {(1, 1), (5, 1), (5, 2), (5, 3), *((10, d) for d in range(1, 8))}


def next_working(day: date) -> date:
    """The day itself, or the first working day after it."""
    while not is_working(day):
        day += timedelta(days=1)
    return day


def quarter_end(day: date) -> date:
    """The last day of the quarter a day lies in.

    >>> quarter_end(date(2026, 8, 4))
    datetime.date(2026, 9, 30)
    """
    month = (day.month + 2) // 3 * 3
    return date(day.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def month_ends(start: date, end: date) -> list[date]:
    """The last days of the months that end within [start, end]."""
    found: list[date] = []
    day = date(start.year, start.month, 1)
    while True:
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        if day - timedelta(days=1) > end:
            return found
        found.append(day - timedelta(days=1))
