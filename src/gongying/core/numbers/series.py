"""Give the next number of a series."""

from datetime import date

from django.db import connection

from .models import Series


def next_number(code: str, *, on: date) -> str:
    """The next number of series `code` in the month of `on`, gapless because it is part of the transaction.

    >>> next_number("DZ", on=date(2026, 7, 3))  # doctest: +SKIP
    'DZ-202607-0001'
    """
    return next_numbers(code, 1, on=on)[0]


def next_numbers(code: str, count: int, *, on: date) -> list[str]:
    """`count` consecutive numbers with one lock."""
    period, table = f"{on:%Y%m}", connection.ops.quote_name(Series._meta.db_table)
    with (
        connection.cursor() as cursor
    ):  # one statement: it waits for whoever has the counter, and adds to what he left
        cursor.execute(
            f"INSERT INTO {table} (code, period, last) VALUES (%s, %s, %s) ON CONFLICT (code, period) "  # noqa: S608 - our name
            f"DO UPDATE SET last = {table}.last + excluded.last RETURNING last",
            [code, period, count],
        )
        last = cursor.fetchone()[0]
    return [f"{code}-{period}-{number:04d}" for number in range(last - count + 1, last + 1)]
