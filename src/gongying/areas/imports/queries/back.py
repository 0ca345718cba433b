"""Rows that were not taken, handed back as they were sent: the same format, the same columns, and beside them what to do."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.documents.sheet import harmless, xlsx
from gongying.core.files import shelf
from gongying.core.intake import columns, fields, reading
from gongying.core.words import is_chinese

from ..models import Batch, RowError
from ..rules import KINDS

TITLES = ("错误 / Error", "修改建议 / Remedy")  # in both languages: the file goes to people we do not know
NEGATIVE = re.compile(r"-[\d,]*\.?\d+")
Cells = list[Any]


def field_label(kind: str, name: str) -> str:
    """A field in the reader's language."""
    found = next((field for field in KINDS[kind] if name in (field.name, field.header)), None)
    return name if found is None else found.header if is_chinese() else found.english.capitalize()


def told(text: str, words: dict[str, Any]) -> str:
    """What is wrong, or what to do, in the reader's language."""
    return gettext(text) % words if text and words else gettext(text) if text else ""


def fault(kind: str, row: int, name: str, message: str) -> str:
    """Row, field and fault in one line."""
    place = _("Row %(row)s") % {"row": row}
    return f"{place}, {field_label(kind, name)}: {message}" if name else f"{place}: {message}"


def faults_with(rows: QuerySet[RowError], text: str) -> QuerySet[RowError]:
    """Faults whose words, field or code hold a text, as the reader sees them."""
    wanted = text.lower()
    messages = [
        each
        for each in rows.order_by().values_list("message", flat=True).distinct()
        if wanted in gettext(each).lower()
    ]
    fields_named = [
        name
        for kind, name in rows.order_by().values_list("batch__kind", "field").distinct()
        if wanted in field_label(kind, name).lower()
    ]
    return rows.filter(Q(message__in=messages) | Q(field__in=fields_named) | Q(words__code__icontains=text))


def error_name(row: Batch) -> str:
    """The name of the file with the rows that were not taken; its format is that of the file they came in."""
    path = Path(row.file_name)
    return f"{path.stem}-{_('errors')}{path.suffix.lower()}"


def error_file(row: Batch, actor: Actor) -> bytes:
    """What stood above the rows, the rows that were not taken, and two columns: what is wrong, what to do."""
    file = shelf.find(actor, row.file_id)
    path = shelf.path_of(file)
    wrong = {error.row: error for error in row.errors.all()}
    rows = _with_faults(row, _sent(path, row, wrong), wrong)
    if reading.sort_of(path, row.file_name) == ".xlsx":
        first = next(rows)
        return xlsx(row.kind, first, rows)
    encoding, mark = reading.manner(str(path))
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows([_safe(cell) for cell in cells] for cells in rows)
    return out.getvalue().encode(encoding)


def _sent(path: Path, row: Batch, wrong: dict[int, RowError]) -> Iterator[tuple[int, Cells]]:
    """The rows up to the header with the number 0, then the wrong ones with theirs; read in the child like every file."""

    def begin(head: list[Cells]) -> tuple[int, reading.Work]:
        skipped, _titles, _places = columns.find_header(head, KINDS[row.kind], row.columns)
        above = [(0, cells) for cells in head[:skipped]]

        def work(first: int, rows: list[Cells]) -> list[tuple[int, Cells]]:
            held = [(number, cells) for number, cells in enumerate(rows, first) if number in wrong]
            return above + held if first == skipped + 1 else held

        return skipped, work

    for piece in reading.through(path, row.file_name, begin):
        yield from piece.load


def _with_faults(row: Batch, sent: Iterator[tuple[int, Cells]], wrong: dict[int, RowError]) -> Iterator[Cells]:
    """Each row with the two columns; those of a file that was handed back before are replaced."""
    above: list[Cells] = []
    rows = _whole(sent, above)
    first = next(rows, None)
    width = max((at + 1 for cells in above for at, title in enumerate(cells) if fields.plain(title)), default=0)
    spelled = {fields.spelling(title) for title in TITLES}
    ours = {at for cells in above for at, title in enumerate(cells) if fields.spelling(title) in spelled}
    kept = [at for at in range(width) if at not in ours]
    for place, cells in enumerate(above, 1):
        yield [*map(fields.plain, _picked(cells, kept)), *(TITLES if place == len(above) else ("", ""))]
    while first is not None:
        number, cells = first
        error = wrong[number]
        message, remedy = told(error.message, error.words), told(error.remedy, error.words)
        yield [*_picked(cells, kept), fault(row.kind, number, error.field, message), remedy]
        first = next(rows, None)


def _whole(sent: Iterator[tuple[int, Cells]], above: list[Cells]) -> Iterator[tuple[int, Cells]]:
    """Put what stands above the rows aside."""
    for number, cells in sent:
        if number:
            yield number, cells
        else:
            above.append(cells)


def _picked(cells: Sequence[Any], kept: list[int]) -> Cells:
    return [cells[at] if at < len(cells) else "" for at in kept]


def _safe(cell: Any) -> Any:
    """A cell of CSV that no spreadsheet runs; a number below zero is no formula."""
    return cell if isinstance(cell, str) and NEGATIVE.fullmatch(cell) else harmless(cell)
