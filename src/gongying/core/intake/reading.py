"""Open an .xlsx or .csv in a child process with memory and time limits; work is done on it there, chunk by chunk."""

import csv
import faulthandler
import gc
import mmap
import multiprocessing
import os
import resource
import traceback
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import python_calamine
from django.utils.translation import gettext_lazy as _

from gongying.core.refusal import Refused

MEMORY = (
    2 * 1024**3
)  # on top of what the process that forks has mapped: a busy web server holds gigabytes of address space
SECONDS = 300
CHUNK = 6_000
FIRST = 3_000  # a small first chunk, so that posting begins while the second is read
HEAD = 10  # rows among which a header is looked for
MOST_ROWS, MOST_COLUMNS, MOST_CELL = 1_000_000, 200, 4000
MOST_MEMBERS, MOST_UNZIPPED, MOST_RATIO = 1000, 600 * 1024**2, 200
ENCODINGS = ("utf-8-sig", "gb18030")
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")  # "Unicode text" of Excel is UTF-16
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CERTAINLY_UTF8 = 3  # so many Chinese characters of three sound bytes are no accident of another encoding

FAULTS = {
    "zip": (_("The file is not a sound Excel file."), _("Save it again as .xlsx and send that.")),
    "locked": (_("The file is protected by a password."), _("Save it without a password and send that.")),
    "old": (_("The file is of the old Excel format (.xls)."), _("Save it as .xlsx and send that.")),
    "bomb": (_("The file unpacks to more than is allowed."), _("Split it into smaller files.")),
    "empty": (_("The file is empty."), _("Take a template, fill it in and send that.")),
    "none": (_("There are no rows below the header."), _("Fill them in and send the file again.")),
    "rows": (_("The file has more rows than is allowed."), _("Split it into files of up to 1,000,000 rows.")),
    "columns": (
        _("Row %(row)s has more than 200 columns."),
        _("Delete the empty columns on the right, or check the separator."),
    ),
    "cell": (
        _("A cell in row %(row)s is too long to be read."),
        _("Shorten it, and see whether a quotation mark is left open there."),
    ),
    "encoding": (_("The text encoding is not known."), _("Save the file as UTF-8 or GB18030 CSV, or as .xlsx.")),
    "broken": (
        _("There is a broken character in line %(row)s: the text before it is UTF-8."),
        _("Type it again, or save the file as .xlsx."),
    ),
    "limit": (_("Reading the file took too much memory or time."), _("Split it into smaller files.")),
    "type": (_("Only .xlsx and .csv files can be read."), _("Save the file as .xlsx or .csv.")),
}


class _Fault(Exception):
    """A fault in the file, by code, and the row it is in."""

    def __init__(self, code: str, row: int = 0) -> None:
        super().__init__(code, row)
        self.code, self.row = code, row


def fault(code: str, row: int = 0) -> Refused:
    """The refusal for a fault code; `row` is where, as a spreadsheet counts."""
    message, remedy = FAULTS[code]
    return Refused(message % {"row": row} if row else message, code=code, field="file", remedy=remedy)


Row = list[Any]
Work = Callable[[int, list[Row]], Any]
Begin = Callable[[list[Row]], tuple[int, Work]]


@dataclass(frozen=True)
class Piece:
    """What the work made of a chunk; `done` rows of about `total` are read, and whether it was the last.

    `sheets` are the visible sheets from the one that is read on; none for CSV.
    """

    load: Any
    done: int
    total: int
    last: bool
    sheets: tuple[str, ...] = ()


@dataclass
class _Source:
    rows: Iterator[Row]
    total: Callable[[int], int]  # about how many rows there are, when so many were read
    sheets: tuple[str, ...] = ()


def through(path: Path, name: str, begin: Begin) -> Iterator[Piece]:
    """Work through the file at `path`, called `name` by its sender, in a child process. Raises Refused.

    `begin` sees the first rows and answers how many of them are header, and the work. The work gets the number of the first
    row as a spreadsheet counts and the raw rows of a chunk; what it returns is handed over. Both run in the child: what they
    do to memory stays there. A file without rows is one empty chunk.
    """
    suffix = sort_of(path, name)
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
                raise fault(*load)
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


def sort_of(path: Path, name: str) -> str:
    """`.xlsx` or `.csv`, by what the file is: a workbook that was called .csv is a workbook. Raises Refused."""
    suffix = Path(name).suffix.lower()
    if suffix not in (".xlsx", ".csv"):
        raise fault("old" if suffix == ".xls" else "type")
    with path.open("rb") as probe:
        start = probe.read(8)
        if not start:
            raise fault("empty")
        if start == OLE:  # the container of old workbooks, and of new ones under a password
            with mmap.mmap(probe.fileno(), 0, access=mmap.ACCESS_READ) as whole:
                locked = whole.find("EncryptedPackage".encode("utf-16-le")) >= 0
            raise fault("locked" if locked else "old")
    if start.startswith(ZIP):
        return ".xlsx"
    if suffix == ".xlsx":
        raise fault("zip")
    return ".csv"


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
    most = _mapped() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    faulthandler.disable()
    gc.disable()  # rows of plain values make no circles, and the child is gone when the file is read
    # A reader that runs out of memory shouts; the sender gets an answer instead.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        for piece in _worked(_open(path, suffix), begin):
            out.send(("piece", piece))
    except _Fault as known:
        out.send(("fault", (known.code, known.row)))
    except Refused as no:
        out.send(("refused", no.as_dict()))
    except MemoryError:
        out.send(("fault", ("limit",)))
    except Exception:  # a fault of ours, not of the file: told as such
        out.send(("broken", traceback.format_exc()))


def _mapped() -> int:
    """Bytes of address space in use at the fork; 0 where the system does not say."""
    told = Path("/proc/self/statm")
    return int(told.read_text().split()[0]) * resource.getpagesize() if told.exists() else 0


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
    if not any(map(any, head)):
        raise _Fault("empty")
    _check_titles(head, 1)
    skipped, work = begin(head)
    _check_titles(head, skipped)
    done = len(head)
    number = skipped + 1  # rows are counted as the spreadsheet counts them
    held = head[skipped:] + _next(source, done, FIRST - HEAD)
    while True:
        done = number - 1 + len(held)
        following = _next(source, done, CHUNK)
        total = max(source.total(done), done + len(following))
        yield Piece(work(number, held), done, total, not following, source.sheets)
        if not following:
            return
        number, held = number + len(held), following


def _check_titles(head: list[Row], count: int) -> None:
    """No header is as long as that; a long cell below it is a row to be handed back."""
    for number, row in enumerate(head[:count], 1):
        if any(len(cell) > MOST_CELL for cell in row if cell.__class__ is str):
            raise _Fault("cell", number)


def _next(source: _Source, count: int, size: int) -> list[Row]:
    rows = list(islice(source.rows, size))
    if count + len(rows) > MOST_ROWS + 1:
        raise _Fault("rows")
    if max(map(len, rows), default=0) > MOST_COLUMNS:
        wide = next(at for at, row in enumerate(rows) if len(row) > MOST_COLUMNS)
        raise _Fault("columns", count + wide + 1)
    return rows


def _excel(path: str) -> _Source:
    """The first visible sheet that has rows."""
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
    except python_calamine.PasswordError as locked:
        raise _Fault("locked") from locked
    plain = (python_calamine.SheetTypeEnum.WorkSheet, python_calamine.SheetVisibleEnum.Visible)
    names = [each.name for each in book.sheets_metadata if (each.typ, each.visible) == plain]
    for at, name in enumerate(names):
        sheet = book.get_sheet_by_name(name)
        if sheet.end is not None:
            return _of_sheet(sheet, sheet.end, tuple(names[at:]))
    raise _Fault("empty")


def _of_sheet(sheet: python_calamine.CalamineSheet, end: tuple[int, int], sheets: tuple[str, ...]) -> _Source:
    height, width = end[0] + 1, end[1] + 1
    if width > MOST_COLUMNS:
        raise _Fault("columns", 1)
    if height > MOST_ROWS + 1:
        raise _Fault("rows")
    return _Source(iter(sheet.iter_rows()), lambda done: height, sheets)


def _csv(path: str) -> _Source:
    encoding, mark = manner(path)
    lines = open(path, encoding=encoding, newline="")  # noqa: SIM115 - open as long as the child lives
    size = os.path.getsize(path)

    def total(done: int) -> int:
        return done * size // max(1, os.lseek(lines.fileno(), 0, os.SEEK_CUR))

    return _Source(_told(csv.reader(lines, delimiter=mark)), total)


def _told(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows; one that cannot be split into cells is named."""
    number = 0
    try:
        for number, row in enumerate(rows, 1):  # noqa: B007 - the number of the last good row
            yield row
    except csv.Error as bad:
        raise _Fault("cell", number + 1) from bad


def manner(path: str) -> tuple[str, str]:
    """How a CSV file is written: its encoding, and the mark between its cells."""
    encoding = _encoding(path)
    with open(path, encoding=encoding, newline="") as lines:
        head = lines.read(8192)
    return encoding, max(",;\t|", key="\n".join(head.split("\n")[:HEAD]).count)


def _encoding(path: str) -> str:
    with open(path, "rb") as probe:
        wide = probe.read(2) in WIDE_MARKS
    for encoding in ("utf-16", *ENCODINGS) if wide else ENCODINGS:
        try:
            with open(path, encoding=encoding, newline="") as text:
                while text.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            if encoding == "utf-8-sig":
                _check_broken(path)
            continue
        return encoding
    raise _Fault("encoding")


def _check_broken(path: str) -> None:
    """A file that is not UTF-8 to its end, but was for a while, is not of another encoding: it is damaged."""
    chinese = 0
    with open(path, "rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                chinese += sum("\u4e00" <= letter <= "\u9fff" for letter in line.decode())
            except UnicodeDecodeError:
                if chinese >= CERTAINLY_UTF8:
                    raise _Fault("broken", number) from None
                return
