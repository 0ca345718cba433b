"""Set-based writing of append-only rows: one statement for many rows, known keys found in one query.

A posted row is known by its business key and says what it says by its content hash. The same row twice is nothing new;
the same key with another content is a correction, which is a new row.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, models

AT_ONCE = 20_000


class Posted(NamedTuple):
    """What became of the rows of one posting."""

    created: int
    unchanged: int
    corrected: int


def digest_of(row: Iterable[Any]) -> str:
    """What a row says, as 32 hex digits: the same row is always the same digest."""
    return hashlib.sha256("|".join(map(str, row)).encode()).hexdigest()[:32]


def chunks(rows: Iterable[Any], size: int = AT_ONCE) -> Iterator[list[Any]]:
    """Lists of at most `size` rows."""
    source = iter(rows)
    while held := list(islice(source, size)):
        yield held


def insert(model: type[models.Model], names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows of plain values (dates as ISO text) with COPY on PostgreSQL and one prepared INSERT on SQLite.

    `names` are column names. Database constraints and triggers hold as for every other write.
    """
    if not rows:
        return
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(name) for name in names)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out:
                for row in rows:
                    out.write_row(row)
            return
        marks = ", ".join(["%s"] * len(names))
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608 - our own names


def select_by_keys(
    model: type[models.Model], names: Sequence[str], where: dict[str, Any], keys: Sequence[str], *, key: str
) -> Iterator[tuple[Any, ...]]:
    """Rows of plain values with `where` and a key among `keys`, oldest first, in one query a chunk of keys."""
    quote = connection.ops.quote_name
    picked = ", ".join(f"t.{quote(name)}" for name in names)
    table, conditions = quote(model._meta.db_table), " AND ".join(f"t.{quote(name)} = %s" for name in where)
    given = "unnest(%s::text[]) AS k(value)" if connection.vendor == "postgresql" else "json_each(%s) AS k"
    sql = (
        f"SELECT {picked} FROM {given} JOIN {table} t ON t.{quote(key)} = k.value "  # noqa: S608 - our own names
        f"WHERE {conditions} ORDER BY t.id"
    )
    with connection.cursor() as cursor:
        for part in chunks(keys):
            sent = part if connection.vendor == "postgresql" else json.dumps(part)
            cursor.execute(sql, [sent, *where.values()])
            yield from cursor.fetchall()
