"""Import of 100,000 sell-in rows from .xlsx against the bare reader, in the same run. Prints the ratio."""

import os
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

DATA = tempfile.mkdtemp()
os.environ |= {"GONGYING_DATA": DATA, "DJANGO_SETTINGS_MODULE": "gongying.site.settings"}
os.environ.pop("GONGYING_DATABASE_URL", None)

import django

django.setup()

import python_calamine
import xlsxwriter
from django.core.management import call_command

from gongying.areas.imports import actions
from gongying.core.actor import SYSTEM
from gongying.core.files import shelf

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000


def write(path: Path, head: list[str], rows: object) -> Path:
    """One sheet."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, head)
        for number, row in enumerate(rows, 1):  # type: ignore[arg-type, var-annotated]
            sheet.write_row(number, 0, row)
    return path


def load(path: Path, kind: str) -> float:
    """Seconds from the stored file to the posted rows."""
    file = shelf.store(SYSTEM, name=path.name, chunks=[path.read_bytes()], purpose="import")
    start = time.perf_counter()
    batch_id = actions.receive(SYSTEM, kind=kind, file_id=file.pk, background=False)
    batch = actions.work_off(SYSTEM, batch_id)
    assert batch.failed == 0, batch.failed
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    call_command("migrate", verbosity=0)
    folder = Path(DATA)
    load(write(folder / "d.xlsx", ["经销商编码", "名称"], [[f"D{n}", f"D{n}"] for n in range(50)]), "distributors")
    load(
        write(folder / "p.xlsx", ["产品编码", "名称", "品类"], [[f"P{n}", f"P{n}", "X"] for n in range(200)]),
        "products",
    )
    head = ["单据号", "行号", "日期", "经销商编码", "产品编码", "数量", "金额", "折扣"]
    days = [(date(2026, 1, 1) + timedelta(n)).isoformat() for n in range(200)]
    rows = (
        [
            f"S{n // 10}",
            n % 10,
            days[n // 10 % 200],
            f"D{n // 10 % 50}",
            f"P{n % 200}",
            1 + n % 48,
            n * 37 % 900_001 / 100,
            n % 1999 / 100,
        ]
        for n in range(ROWS)
    )
    path = write(folder / "s.xlsx", head, rows)
    start = time.perf_counter()
    count = sum(1 for _ in python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())
    bare = time.perf_counter() - start
    ours = load(path, "sell_in")
    print(f"rows {count - 1:,}  bare reader {bare:.2f} s  import {ours:.2f} s  ratio {ours / bare:.1f}")


if __name__ == "__main__":
    main()
