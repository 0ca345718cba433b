"""Give the next number of a series."""

from datetime import date

from .models import Series


def next_number(code: str, *, on: date) -> str:
    """The next number of series `code` in the month of `on`, gapless because it is part of the transaction.

    >>> next_number("DZ", on=date(2026, 7, 3))  # doctest: +SKIP
    'DZ-202607-0001'
    """
    return next_numbers(code, 1, on=on)[0]


def next_numbers(code: str, count: int, *, on: date) -> list[str]:
    """`count` consecutive numbers with one lock."""
    period = f"{on:%Y%m}"
    Series.objects.get_or_create(code=code, period=period)
    row = Series.objects.select_for_update().get(code=code, period=period)
    first = row.last + 1
    row.last += count
    row.save(update_fields=["last"])
    return [f"{code}-{period}-{number:04d}" for number in range(first, first + count)]
