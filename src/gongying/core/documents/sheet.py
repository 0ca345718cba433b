"""Excel and CSV, with formulas made harmless."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import xlsxwriter

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers stay numbers.

    >>> harmless("=1+1")
    "'=1+1"
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(RISKY) else value


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: its name, the header row, the rows, and how many characters wide each column is."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = ()


def xlsx(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """One sheet with a header row, written in constant memory."""
    return workbook([Sheet(name, header, rows)])


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """A workbook, sheet by sheet, in constant memory."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for given in sheets:
            sheet = book.add_worksheet(given.name[:31])
            sheet.freeze_panes(1, 0)
            for column, width in enumerate(given.widths):
                sheet.set_column(column, column, width)
            sheet.write_row(0, 0, [harmless(str(title)) for title in given.header], bold)
            for number, row in enumerate(given.rows, 1):
                for column, value in enumerate(row):
                    if hasattr(value, "year"):
                        sheet.write_datetime(number, column, value, day)
                    else:
                        sheet.write(number, column, float(value) if isinstance(value, Decimal) else harmless(value))
    return out.getvalue()


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """CSV with the same precautions (without a byte order mark)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([harmless(str(title)) for title in header])
    writer.writerows([harmless(value) for value in row] for row in rows)
    return out.getvalue()
