"""Import of 100,000 sell-in rows from .xlsx against the bare readers of the same file, round by round in one run.

The bare reader is the one the import itself stands on (python-calamine): the file is opened and every cell is handed to
Python, nothing is done with it. openpyxl (read-only) is the reader people know. An import is everything from the stored file
to the committed rows: reading, checking each row, business keys and content hashes, posting, facts, checkpoint, audit lines.

    python bench/import_speed.py [ROWS] [ROUNDS]

On SQLite, or on an empty database named by GONGYING_DATABASE_URL.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

DATA = tempfile.mkdtemp()
os.environ |= {"GONGYING_DATA": DATA, "DJANGO_SETTINGS_MODULE": "gongying.site.settings"}

import django

django.setup()

import openpyxl
import python_calamine
import xlsxwriter
from django.core.management import call_command
from django.db import connection

from gongying.areas.imports import actions
from gongying.core.actor import SYSTEM
from gongying.core.files import shelf

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
AT_MOST = 3.0
HEAD = ["单据号", "行号", "日期", "经销商编码", "产品编码", "数量", "金额", "折扣"]


def write(path: Path, head: list[str], rows: Iterable[list[object]]) -> Path:
    """One sheet."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, head)
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, row)
    return path


def sales() -> Iterable[list[object]]:
    """Documents of ten lines, 50 distributors, 200 products, 200 days, amounts and discounts with cents."""
    days = [(date(2026, 1, 1) + timedelta(n)).isoformat() for n in range(200)]
    for n in range(ROWS):
        paper, cents = n // 10, 2_000 + n * 37 % 900_001
        yield [
            f"S{paper}",
            n % 10,
            days[paper % 200],
            f"D{paper % 50}",
            f"P{n % 200}",
            1 + n % 48,
            cents / 100,
            n % 1999 / 100,
        ]


def load(path: Path, kind: str, source: str = "file") -> float:
    """Seconds from the stored file to the posted rows."""
    file = shelf.store(SYSTEM, name=path.name, chunks=[path.read_bytes()], purpose="import")
    start = time.perf_counter()
    batch_id = actions.receive(SYSTEM, kind=kind, file_id=file.pk, source=source, background=False)
    batch = actions.work_off(SYSTEM, batch_id)
    seconds = time.perf_counter() - start
    assert batch.failed == batch.unchanged == 0, (batch.failed, batch.unchanged)
    return seconds


def calamine(path: Path) -> float:
    """Seconds in which the reader of the import hands over every cell."""
    start = time.perf_counter()
    sheet = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    count = sum(1 for row in sheet.iter_rows() for _cell in row)
    assert count == (ROWS + 1) * len(HEAD), count
    return time.perf_counter() - start


def known_reader(path: Path) -> float:
    """Seconds in which openpyxl, read-only, hands over every cell."""
    start = time.perf_counter()
    book = openpyxl.load_workbook(path, read_only=True)
    count = sum(1 for row in book.active.iter_rows(values_only=True) for _cell in row)
    assert count == (ROWS + 1) * len(HEAD), count
    return time.perf_counter() - start


def _as_before(kept: Path) -> None:
    """On SQLite every round begins with the same database: distributors, products and no line."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    home = Path(connection.settings_dict["NAME"])
    shutil.copyfile(kept if kept.exists() else home, home if kept.exists() else kept)


def main() -> None:
    """Measure and print; exit 1 when the import takes more than three times the bare reader."""
    call_command("migrate", verbosity=0)
    folder = Path(DATA)
    load(write(folder / "d.xlsx", ["经销商编码", "名称"], [[f"D{n}", f"D{n}"] for n in range(50)]), "distributors")
    goods: list[list[object]] = [[f"P{n}", f"P{n}", "X"] for n in range(200)]
    load(write(folder / "p.xlsx", ["产品编码", "名称", "品类"], goods), "products")
    path = write(folder / "s.xlsx", HEAD, sales())
    rounds, kept = [], Path(DATA) / "before.sqlite3"
    for number in range(ROUNDS):
        _as_before(kept)
        bare, ours = calamine(path), load(path, "sell_in", source=f"round{number}")
        rounds.append((ours / bare, bare, ours))
        print(f"  round {number + 1}: calamine {bare:.2f} s, import {ours:.2f} s, ratio {ours / bare:.1f}")
    ratio, bare, ours = statistics.median_low(rounds)
    known = known_reader(path)
    print(f"{ROWS:,} rows, {path.stat().st_size / 1e6:.1f} MB, {connection.vendor}")
    print(
        f"import {ours:.2f} s = {ratio:.1f} x calamine ({bare:.2f} s) = {ours / known:.2f} x openpyxl ({known:.2f} s)"
    )
    if ratio > AT_MOST:
        sys.exit(f"more than {AT_MOST} x the bare reader")


if __name__ == "__main__":
    main()
