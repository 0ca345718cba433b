"""Open an .xlsx or .csv in a child process with memory and time limits; rows come back in chunks."""

import csv
import io
import multiprocessing
import resource
import zipfile
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import python_calamine
from django.utils.translation import gettext_lazy as _

from gongying.core.refusal import Refused

MEMORY = 2 * 1024**3
SECONDS = 300
CHUNK = 5000
MOST_ROWS, MOST_COLUMNS, MOST_CELL = 1_000_000, 200, 4000
MOST_MEMBERS, MOST_UNZIPPED, MOST_RATIO = 1000, 600 * 1024**2, 200
ENCODINGS = ("utf-8-sig", "gb18030")

FAULTS = {
    "zip": (_("The file is not a sound Excel file."), _("Save it again as .xlsx and send that.")),
    "bomb": (_("The file unpacks to more than is allowed."), _("Split it into smaller files.")),
    "rows": (_("The file has more rows than is allowed."), _("Split it into files of up to 1,000,000 rows.")),
    "columns": (_("The file has more than 200 columns."), _("Delete the empty columns on the right.")),
    "cell": (_("A cell holds more than 4,000 characters."), _("Shorten it.")),
    "encoding": (_("The text encoding is not known."), _("Save the file as UTF-8 or GB18030 CSV, or as .xlsx.")),
    "limit": (_("Reading the file took too much memory or time."), _("Split it into smaller files.")),
    "type": (_("Only .xlsx and .csv files can be read."), _("Save the file as .xlsx or .csv.")),
}


class _Fault(Exception):
    """A fault in the file, by code."""


def fault(code: str) -> Refused:
    """The refusal for a fault code."""
    message, remedy = FAULTS.get(code, FAULTS["zip"])
    return Refused(message, code=code, field="file", remedy=remedy)


def rows(path: Path, name: str) -> Iterator[list[list[Any]]]:
    """Chunks of raw rows (header first) of the file at `path`, called `name` by its sender. Raises Refused."""
    suffix = Path(name).suffix.lower()
    if suffix not in (".xlsx", ".csv"):
        raise fault("type")
    if suffix == ".xlsx":
        _check_zip(path)
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(str(path), suffix, theirs), daemon=True)
    child.start()
    theirs.close()
    try:
        while True:
            if not ours.poll(SECONDS):
                raise fault("limit")
            try:
                kind, load = ours.recv()
            except EOFError as gone:
                raise fault("limit") from gone
            if kind == "end":
                return
            if kind == "fault":
                raise fault(load)
            yield load
    finally:
        child.kill()
        child.join()
        ours.close()


def _check_zip(path: Path) -> None:
    """Judge the zip directory before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError) as bad:
        raise fault("zip") from bad
    size = sum(m.file_size for m in members)
    packed = max(1, sum(m.compress_size for m in members))
    if len(members) > MOST_MEMBERS or size > MOST_UNZIPPED or (size > 10**7 and size / packed > MOST_RATIO):
        raise fault("bomb")
    if any(m.filename.startswith("/") or ".." in Path(m.filename).parts for m in members):
        raise fault("zip")


def _child(path: str, suffix: str, out: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        source = _excel(path) if suffix == ".xlsx" else _csv(path)
        chunk: list[list[Any]] = []
        for count, row in enumerate(source):
            _check_row(count, row)
            chunk.append(row)
            if len(chunk) == CHUNK:
                out.send(("rows", chunk))
                chunk = []
        out.send(("rows", chunk))
        out.send(("end", None))
    except _Fault as known:
        out.send(("fault", str(known)))
    except MemoryError:
        out.send(("fault", "limit"))
    except Exception:  # whatever a hostile file does to a reader, the sender gets a clear answer
        out.send(("fault", "zip"))


def _check_row(count: int, row: list[Any]) -> None:
    if count > MOST_ROWS:
        raise _Fault("rows")
    if len(row) > MOST_COLUMNS:
        raise _Fault("columns")
    if any(isinstance(cell, str) and len(cell) > MOST_CELL for cell in row):
        raise _Fault("cell")


def _excel(path: str) -> Iterator[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_path(path)
    sheet = book.get_sheet_by_index(0)
    if (sheet.total_width or 0) > MOST_COLUMNS:
        raise _Fault("columns")
    yield from sheet.iter_rows()


def _csv(path: str) -> Iterator[list[Any]]:
    for encoding in ENCODINGS:
        try:
            with open(path, encoding=encoding, newline="") as probe:
                while probe.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        with open(path, encoding=encoding, newline="") as lines:
            head = lines.read(8192)
            lines.seek(0)
            mark = max(",;\t|", key=head.split("\n", 1)[0].count)
            yield from csv.reader(lines, delimiter=mark)
        return
    raise _Fault("encoding")


def as_bytes(table: list[list[str]]) -> bytes:
    """A small table as UTF-8 CSV with a byte order mark, the way Excel opens it."""
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return b"\xef\xbb\xbf" + out.getvalue().encode()
