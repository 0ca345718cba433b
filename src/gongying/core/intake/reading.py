"""Open an .xlsx or .csv in a child process with memory and time limits; work is done on it there, chunk by chunk."""

import csv
import faulthandler
import gc
import multiprocessing
import os
import resource
import traceback
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import python_calamine
from django.utils.translation import gettext_lazy as _

from gongying.core.refusal import Refused

MEMORY = 2 * 1024**3
SECONDS = 300
CHUNK = 12_000
FIRST = 4_000  # a small first chunk, so that posting begins while the second is read
HEAD = 10  # rows among which a header is looked for
MOST_ROWS, MOST_COLUMNS, MOST_CELL = 1_000_000, 200, 4000
MOST_MEMBERS, MOST_UNZIPPED, MOST_RATIO = 1000, 600 * 1024**2, 200
ENCODINGS = ("utf-8-sig", "gb18030")
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")  # "Unicode text" of Excel is UTF-16

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


Row = list[Any]
Work = Callable[[int, list[Row]], Any]
Begin = Callable[[list[Row]], tuple[int, Work]]


@dataclass(frozen=True)
class Piece:
    """What the work made of a chunk; `done` rows of about `total` are read, and whether it was the last."""

    load: Any
    done: int
    total: int
    last: bool


@dataclass
class _Source:
    rows: Iterator[Row]
    total: Callable[[int], int]  # about how many rows there are, when so many were read


def through(path: Path, name: str, begin: Begin) -> Iterator[Piece]:
    """Work through the file at `path`, called `name` by its sender, in a child process. Raises Refused.

    `begin` sees the first rows and answers how many of them are header, and the work. The work gets the number of the first
    row as a spreadsheet counts and the raw rows of a chunk; what it returns is handed over. Both run in the child: what they
    do to memory stays there. A file without rows is one empty chunk.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in (".xlsx", ".csv"):
        raise fault("type")
    if suffix == ".xlsx":
        _check_zip(path)
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(str(path), suffix, begin, theirs), daemon=True)
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
            if kind == "fault":
                raise fault(load)
            if kind == "refused":
                raise Refused(load["message"], code=load["code"], field=load["field"], remedy=load["remedy"])
            if kind == "broken":
                raise RuntimeError(load)
            yield load
            if load.last:
                return
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


def _child(path: str, suffix: str, begin: Begin, out: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    faulthandler.disable()
    gc.disable()  # rows of plain values make no circles, and the child is gone when the file is read
    # A reader that runs out of memory shouts; the sender gets an answer instead.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        for piece in _worked(_open(path, suffix), begin):
            out.send(("piece", piece))
    except _Fault as known:
        out.send(("fault", str(known)))
    except Refused as no:
        out.send(("refused", no.as_dict()))
    except MemoryError:
        out.send(("fault", "limit"))
    except Exception:  # a fault of ours, not of the file: told as such
        out.send(("broken", traceback.format_exc()))


def _open(path: str, suffix: str) -> _Source:
    try:
        return _excel(path) if suffix == ".xlsx" else _csv(path)
    except (_Fault, MemoryError):
        raise
    except Exception as bad:  # whatever a hostile file does to a reader, the sender gets a clear answer
        raise _Fault("zip") from bad


def _worked(source: _Source, begin: Begin) -> Iterator[Piece]:
    """Chunk by chunk, one chunk ahead, so that the last one is known as such."""
    head = _next(source, 0, HEAD)
    skipped, work = begin(head)
    done = len(head)
    number = skipped + 1  # rows are counted as the spreadsheet counts them
    held = head[skipped:] + _next(source, done, FIRST - HEAD)
    while True:
        done = number - 1 + len(held)
        following = _next(source, done, CHUNK)
        total = max(source.total(done), done + len(following))
        yield Piece(work(number, held), done, total, not following)
        if not following:
            return
        number, held = number + len(held), following


def _next(source: _Source, count: int, size: int) -> list[Row]:
    try:
        rows = list(islice(source.rows, size))
    except csv.Error as bad:
        raise _Fault("cell") from bad
    if count + len(rows) > MOST_ROWS + 1:
        raise _Fault("rows")
    if max(map(len, rows), default=0) > MOST_COLUMNS:
        raise _Fault("columns")
    if any(len(cell) > MOST_CELL for cell in chain.from_iterable(rows) if cell.__class__ is str):
        raise _Fault("cell")
    return rows


def _excel(path: str) -> _Source:
    book = python_calamine.CalamineWorkbook.from_path(path)
    sheet = book.get_sheet_by_index(0)
    if (sheet.total_width or 0) > MOST_COLUMNS:
        raise _Fault("columns")
    height = sheet.total_height or 0
    if height > MOST_ROWS + 1:
        raise _Fault("rows")
    return _Source(iter(sheet.iter_rows()), lambda done: height)


def _csv(path: str) -> _Source:
    lines = open(path, encoding=_encoding(path), newline="")  # noqa: SIM115 - open as long as the child lives
    head = lines.read(8192)
    lines.seek(0)
    mark = max(",;\t|", key=head.split("\n", 1)[0].count)
    size = os.path.getsize(path)

    def total(done: int) -> int:
        return done * size // max(1, os.lseek(lines.fileno(), 0, os.SEEK_CUR))

    return _Source(csv.reader(lines, delimiter=mark), total)


def _encoding(path: str) -> str:
    with open(path, "rb") as probe:
        wide = probe.read(2) in WIDE_MARKS
    for encoding in ("utf-16", *ENCODINGS) if wide else ENCODINGS:
        try:
            with open(path, encoding=encoding, newline="") as text:
                while text.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise _Fault("encoding")
