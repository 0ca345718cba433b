"""The only writer of the lake: Parquet parts of append-only tables, named by the range of numbers they hold.

A part is written under another name and renamed, so a reader never sees half of one. Two processes may mirror the same
rows at once: parts that another chain covers are ignored. What a compaction covers stays for an hour, because another
process may still be reading it.
"""

import hashlib
import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from gongying.core.soundness import sound

WORTH_A_PART = 5_000  # rows; a shorter tail stays in memory
MOST_PARTS = 32
KEEP = 3600  # seconds; no question runs longer
AT_ONCE = 250_000  # rows read into memory at a time


@dataclass(frozen=True, slots=True)
class Mirrored:
    """A mirrored table: its database table, the Arrow type of each column, and the column that anchors a part."""

    table: str
    schema: pa.Schema
    anchor: str = "content_hash"


_DAY, _INT, _TEXT = pa.date32(), pa.int64(), pa.string()
LINES = {
    "id": _INT, "level": _TEXT, "business_date": _DAY, "party_id": _INT, "product_id": _INT, "quantity": _INT,
    "currency": _TEXT, "gross_minor": _INT, "discount_minor": _INT, "net_minor": _INT, "tax_minor": _INT,
    "freight_minor": _INT, "kind": _TEXT, "place": _TEXT, "content_hash": _TEXT,
}  # fmt: skip
COUNTS = {
    "id": _INT, "holder_id": _INT, "product_id": _INT, "lot": _TEXT, "counted_on": _DAY, "quantity": _INT,
    "source": _TEXT, "business_key": _TEXT, "revision": _INT, "withdrawn": pa.bool_(), "content_hash": _TEXT,
}  # fmt: skip
MOVES = {
    "id": _INT, "holder_id": _INT, "site_id": _INT, "product_id": _INT, "lot": _TEXT, "kind": _TEXT,
    "business_date": _DAY, "quantity": _INT, "content_hash": _TEXT,
}  # fmt: skip
TARGETS = {
    "id": _INT, "period": _TEXT, "starts_on": _DAY, "ends_on": _DAY, "party_id": _INT, "seller": _TEXT,
    "category": _TEXT, "metric": _TEXT, "currency": _TEXT, "amount_minor": _INT, "source": _TEXT,
    "business_key": _TEXT, "revision": _INT, "withdrawn": pa.bool_(), "content_hash": _TEXT,
}  # fmt: skip
MIRRORED = {
    "lines": Mirrored("trade_line", pa.schema(LINES)),
    "stock_counts": Mirrored("stock_count", pa.schema(COUNTS)),
    "moves": Mirrored("stock_movement", pa.schema(MOVES)),
    "targets": Mirrored("plans_target", pa.schema(TARGETS)),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A file that holds every row with a number in (after, last]."""

    after: int
    last: int
    mark: str
    path: Path


@dataclass(frozen=True, slots=True)
class Gap:
    """A mirrored table whose parts do not hold the rows of the database up to their last number."""

    table: str
    rows: int
    mirrored: int


def home() -> Path:
    """The folder of the lake of this database."""
    given = connection.settings_dict
    name = "|".join(str(given.get(key, "")) for key in ("ENGINE", "HOST", "PORT", "NAME"))
    return Path(settings.DATA_DIR) / "lake" / hashlib.sha256(name.encode()).hexdigest()[:16]


def uncommitted() -> bool:
    """Whether this thread is inside a transaction, which may still be rolled back."""
    return bool(connection.in_atomic_block)


def chain(name: str) -> list[Part]:
    """The parts that together hold (0, last], longest first at every step; empty when the database is another one."""
    found = [_part(path) for path in (home() / name).glob("*.parquet")]
    parts: list[Part] = []
    after = 0
    while steps := [part for part in found if part.after == after]:
        parts.append(max(steps, key=lambda part: part.last))
        after = parts[-1].last
    return parts if not parts or _anchored(name, parts[-1]) else []


def tail(name: str, after: int) -> pa.Table:
    """Rows of the database that no part holds yet."""
    batches = list(_read(name, after))
    return pa.concat_tables(batches) if batches else MIRRORED[name].schema.empty_table()


@sound("lake.whole", _("the lake holds what the books hold"))
def check() -> list[Gap]:
    """Reconcile: the parts of every table against the numbers the database has. Empty is well; a gap is mended by removing
    the folder, which is written anew.
    """
    found = []
    for name, kind in MIRRORED.items():
        parts = chain(name)
        if not parts:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*), SUM(id) FROM {kind.table} WHERE id <= %s", [parts[-1].last])  # noqa: S608 - our names
            here = tuple(map(int, cursor.fetchone()))
        with duckdb.connect() as engine:
            held = engine.read_parquet([str(part.path) for part in parts]).aggregate("COUNT(*), SUM(id)::BIGINT")
            ((rows, total),) = held.fetchall()
            there = (rows, total)
        if here != there:
            found.append(Gap(name, here[0], there[0]))
    return found


def refresh() -> int:
    """Write parts for what is new, and few parts out of many. Returns how many rows were mirrored.

    Inside a transaction nothing is written: a part never holds rows that may be rolled back.
    """
    if uncommitted():
        return 0
    written = 0
    for name in MIRRORED:
        parts = chain(name)
        after = parts[-1].last if parts else 0
        if not parts:
            _clear(name)
        for rows in _read(name, after):
            if len(rows) >= WORTH_A_PART:
                _write(name, after, rows)
                after = rows["id"][-1].as_py()
                written += len(rows)
        if len(parts) > MOST_PARTS:
            _compact(name)
    return written


def _read(name: str, after: int) -> Any:
    """Arrow tables of rows with a number above `after`, in order."""
    kind = MIRRORED[name]
    columns = ", ".join(connection.ops.quote_name(column) for column in kind.schema.names)
    sql = f"SELECT {columns} FROM {kind.table} WHERE id > %s ORDER BY id LIMIT {AT_ONCE}"  # noqa: S608 - our names
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql, [after])
            rows = cursor.fetchall()
        if not rows:
            return
        columns_of = list(zip(*rows, strict=True))
        arrays = [
            pa.array(map(_plain, c) if pa.types.is_decimal(f.type) else c, f.type)
            for c, f in zip(columns_of, kind.schema, strict=True)
        ]
        yield pa.Table.from_arrays(arrays, schema=kind.schema)
        after = rows[-1][0]
        if len(rows) < AT_ONCE:
            return


def _plain(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _write(name: str, after: int, rows: pa.Table) -> None:
    folder = home() / name
    folder.mkdir(parents=True, exist_ok=True)
    last, mark = rows["id"][-1].as_py(), rows[MIRRORED[name].anchor][-1].as_py()
    draft = folder / f".{secrets.token_hex(8)}"
    pq.write_table(rows, draft)
    os.replace(draft, folder / f"{after}-{last}-{mark}.parquet")


def _part(path: Path) -> Part:
    after, last, mark = path.stem.split("-", 2)
    return Part(int(after), int(last), mark, path)


def _anchored(name: str, part: Part) -> bool:
    """Whether the last row of a part is the row of that number in this database."""
    kind = MIRRORED[name]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {kind.anchor} FROM {kind.table} WHERE id = %s", [part.last])  # noqa: S608 - our names
        found = cursor.fetchone()
    return bool(found) and found[0] == part.mark


def _clear(name: str) -> None:
    for path in (home() / name).glob("*.parquet"):
        path.unlink(missing_ok=True)


def _sweep(name: str) -> None:
    """Remove what a compaction of more than an hour ago covers: nobody reads it any more."""
    parts = [_part(path) for path in (home() / name).glob("*.parquet")]
    long_ago = time.time() - KEEP
    covers = [part for part in parts if part.after == 0 and part.path.stat().st_mtime < long_ago]
    if covers:
        cover = max(covers, key=lambda part: part.last)
        for part in parts:
            if part.last <= cover.last and part != cover:
                part.path.unlink(missing_ok=True)


def _compact(name: str) -> None:
    """One part out of the whole chain."""
    with suppress(FileNotFoundError):  # another process sweeps as well
        _sweep(name)
    parts = chain(name)
    if len(parts) < 2:
        return
    folder, last = home() / name, parts[-1]
    draft = folder / f".{secrets.token_hex(8)}"
    with duckdb.connect() as engine:
        files = [str(part.path) for part in parts]
        engine.read_parquet(files).order("id").write_parquet(str(draft), compression="snappy")
    os.replace(draft, folder / f"0-{last.last}-{last.mark}.parquet")
