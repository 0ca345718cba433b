"""Files that lie, files that attack, files that are merely odd: a clear error, or read right."""

import io
import mmap
import re
import zipfile
from datetime import UTC, date, datetime

import pytest
import xlsxwriter
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from gongying.areas.imports import actions, queries
from gongying.areas.imports.models import RowError
from gongying.areas.imports.rules import KINDS
from gongying.books.trade.models import Line
from gongying.core.actor import SYSTEM
from gongying.core.files import shelf
from gongying.core.intake import columns, fields, reading
from gongying.core.refusal import Refused
from gongying.engines.money import minor_of

pytestmark = pytest.mark.django_db
HEAD = ["单据号", "日期", "经销商编码", "产品编码", "数量", "金额"]
ROW = ["S1", "2026-07-01", "D1", "P1", 2, 200]


@pytest.fixture(autouse=True)
def _data(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def send(data, name="a.xlsx"):
    file = shelf.store(SYSTEM, name=name, chunks=[data], purpose="import")
    batch_id = actions.receive(SYSTEM, kind="sell_in", file_id=file.pk, background=False)
    return actions.work_off(SYSTEM, batch_id)


def send_kind(body, kind):
    file = shelf.store(SYSTEM, name="a.csv", chunks=[body.encode()], purpose="import")
    return actions.work_off(SYSTEM, actions.receive(SYSTEM, kind=kind, file_id=file.pk, background=False))


def workbook(write=None, rows=(HEAD, ROW)):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        if write:
            write(sheet, book)
    return out.getvalue()


def with_sheet(data, change):
    """The same workbook with another text of its sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, change(body.decode()).encode() if name.endswith("sheet1.xml") else body)
    return out.getvalue()


def lines():
    return [
        (line.document, str(line.business_date), line.quantity, line.net_minor)
        for line in Line.objects.unscoped("test").order_by("id")
    ]


@pytest.mark.parametrize("told", ["A1:XFD1048576", "A1", "Z99:Z100", "B2:A1"])
def test_a_dimension_that_lies_is_not_believed(network, told):
    data = with_sheet(workbook(), lambda text: re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="{told}"', text))
    batch = send(data)
    assert (batch.created, batch.failed) == (1, 0)
    assert lines() == [("S1", "2026-07-01", 2, 200_00)]


def test_a_dimension_that_is_none_gives_a_clear_answer(network):
    data = with_sheet(workbook(), lambda text: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="x"', text))
    with pytest.raises(Refused) as no:
        send(data)
    assert no.value.code == "zip"


def declared(entities, used):
    def change(text):
        text = text.replace("?>", f"?><!DOCTYPE worksheet [{entities}]>", 1)
        cell = f'<row r="3"><c r="A3" t="inlineStr"><is><t>{used}</t></is></c></row>'
        return text.replace("</sheetData>", cell + "</sheetData>")

    return change


@pytest.mark.parametrize(
    ("entities", "used"),
    [
        ('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"),
        (
            '<!ENTITY a "ha">'
            + "".join(f'<!ENTITY a{n} "{("&a%s;" % (n - 1 or "")) * 10}">' for n in range(1, 12)),
            "&a11;",
        ),
    ],
)
def test_entities_are_never_resolved(network, entities, used):
    with pytest.raises(Refused) as no:
        send(with_sheet(workbook(), declared(entities, used)))
    assert no.value.code == "zip"
    assert str(no.value.remedy)
    assert not RowError.objects.exists()
    assert lines() == []


def test_a_cell_at_the_end_of_the_sheet_does_not_take_the_memory(network):
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    with pytest.raises(Refused) as no:
        send(with_sheet(workbook(), lambda text: text.replace("</sheetData>", far)))
    assert no.value.code in ("limit", "columns", "rows")


def test_a_zip_that_unpacks_to_ever_more_is_refused_before_it_is_unpacked(network):
    data = with_sheet(workbook(), lambda text: text.replace("</sheetData>", " " * 30_000_000 + "</sheetData>"))
    assert len(data) < 100_000
    with pytest.raises(Refused) as no:
        send(data)
    assert no.value.code == "bomb"


def test_a_title_above_and_a_header_merged_over_two_rows_are_read_through(network):
    def merged(sheet, book):
        sheet.merge_range("A1:F1", "2026 年 7 月销售明细")
        for at, title in enumerate(HEAD[:4]):
            sheet.merge_range(1, at, 2, at, title)
        sheet.merge_range("E2:F2", "本期")
        sheet.write_row("E3", HEAD[4:])
        sheet.write_row("A4", ROW)
        sheet.write_row("A5", ["S2", "2026-07-02", "D9", "P1", 1, 1])

    batch = send(workbook(merged, rows=()))
    assert (batch.created, batch.failed) == (1, 1)
    assert RowError.objects.get().row == 5, "rows are counted as the spreadsheet counts them"
    assert lines() == [("S1", "2026-07-01", 2, 200_00)]


def test_dates_as_numbers_with_and_without_a_time_of_day(network):
    rows = [HEAD] + [
        [f"S{n}", day, "D1", "P1", 1, 1] for n, day in enumerate((46204, 46204.75, "46204", "2026/7/1"))
    ]
    assert send(workbook(rows=rows)).created == 4
    assert {day for _doc, day, *_ in lines()} == {"2026-07-01"}


def test_formulas_give_what_they_gave_when_the_file_was_saved(network):
    def formulas(sheet, book):
        sheet.write_formula("E2", "=1+1", None, 2)
        sheet.write_formula("F2", "=E2*100", None, 200)
        sheet.write_row("A3", ["S2", "2026-07-01", "D1", "P1"])
        sheet.write_formula("E3", "=1+1", None, "")  # saved without its result
        sheet.write_number("F3", 1)
        sheet.write_row("A4", ["S3", "2026-07-01", "D1", "P1", 1])
        sheet.write_formula("F4", "=1/0", None, "#DIV/0!")

    batch = send(workbook(formulas, rows=(HEAD, ROW)))
    assert (batch.created, batch.failed) == (1, 2)
    assert lines() == [("S1", "2026-07-01", 2, 200_00)]
    assert list(RowError.objects.order_by("row").values_list("field", flat=True)) == ["quantity", "gross"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_encodings_and_marks_of_csv(network, encoding, mark):
    text = mark.join(HEAD) + "\r\n" + mark.join(map(str, ["单１", *ROW[1:]])) + "\r\n\r\n"
    assert send(text.encode(encoding), "a.CSV").created == 1
    assert lines() == [("单1", "2026-07-01", 2, 200_00)]


def test_a_text_that_is_too_long_for_its_field_is_named(network):
    send((",".join(HEAD) + "\n" + "S" * 41 + ",2026-07-01,D1,P1,1,1\n").encode(), "a.csv")
    fault = RowError.objects.get()
    assert (fault.row, fault.field, fault.words) == (2, "document", {"most": 40})


FIELDS = {field.name: field for field in KINDS["sell_in"]}
CELLS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.decimals(-(10**9), 10**9, places=3).map(float),
    st.integers(-(10**6), 10**6).map(float),
    st.text(max_size=8),
    st.booleans(),
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
)


@given(st.sampled_from(sorted(FIELDS)), st.lists(CELLS, min_size=1, max_size=6) | st.lists(st.floats(), min_size=1))
def test_a_column_says_what_its_cells_say_one_by_one(name, cells):
    """The quick ways are only quick: value by value and fault by fault they agree with `fields.read`."""
    field = FIELDS[name]
    frame = columns.frame_of((field,), {name: 0}, 2, [[cell] for cell in cells])
    expected, failed = [], []
    for number, cell in enumerate(cells, 2):
        try:
            value = fields.read(field, cell)
        except fields.Bad:
            if fields.plain(cell):
                failed.append(number)
            continue
        expected.append(minor_of(value, "CNY") if field.kind == "amount" else value)
    assert frame.values[name] == expected
    assert [failure[0] for failure in frame.failures] == failed


def test_a_fault_of_ours_is_not_blamed_on_the_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")

    def begin(head):
        raise ZeroDivisionError

    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        list(reading.through(path, "a.csv", begin))


CSV_HEAD = ",".join(HEAD) + "\n"


def encrypted():
    """The start of a workbook under a password: a compound file with a stream of that name."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(900)


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (encrypted(), "a.xlsx", "locked"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "a.xlsx", "old"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "a.xls", "old"),
        (b"", "a.csv", "empty"),
        (b"", "a.xlsx", "empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "a.csv", "empty"),
        (workbook(rows=()), "a.xlsx", "empty"),
        (workbook(rows=(HEAD,)), "a.xlsx", "none"),
        (CSV_HEAD.encode(), "a.csv", "none"),
        (CSV_HEAD.encode(), "a.xlsx", "zip"),
        (b"<html><table><tr><td>1</td></tr></table>", "a.xlsx", "zip"),
        (b"PK\x05\x06" + bytes(18), "a.xlsx", "zip"),
        ((CSV_HEAD + "S1,2026-07-01,D1,P1,1," + '"' + "9\n" * 80_000).encode(), "a.csv", "cell"),
        ((CSV_HEAD + "S1" + ",1" * 300).encode(), "a.csv", "columns"),
        ((CSV_HEAD + "中文字," * 3 + "\n").encode() + b"\xff\n", "a.csv", "broken"),
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_cannot_be_read_is_named_with_a_remedy_in_either_language(network, data, name, code, language):
    with translation.override(language):
        with pytest.raises(Refused) as no:
            send(data, name)
        told = f"{no.value.message} {no.value.remedy}"
    assert (no.value.code, told.isascii(), "%(" in told) == (code, language == "en", False)
    assert str(no.value.remedy)
    if code in ("cell", "columns", "broken"):
        assert {"cell": "2", "columns": "2", "broken": "3"}[code] in told
    assert lines() == []


def test_a_workbook_that_was_called_csv_is_read_right(network):
    assert send(workbook(), "a.csv").created == 1


def test_the_first_sheet_that_is_seen_and_has_rows_is_read(network):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("藏").write_row(0, 0, ["x"])
        book.add_worksheet("空")
        sheet = book.add_worksheet("七月")
        for at, row in enumerate((HEAD, ROW)):
            sheet.write_row(at, 0, row)
        book.add_worksheet("八月").write_row(0, 0, HEAD)
        book.worksheets_objs[1].activate()
        book.worksheets_objs[0].hide()
    file = shelf.store(SYSTEM, name="a.xlsx", chunks=[out.getvalue()], purpose="import")
    seen = queries.look(SYSTEM, "sell_in", shelf.path_of(file), file.name)
    assert (seen.good, seen.sheets) == (1, ("七月", "八月")), "and what is not read is said"


def test_a_header_that_stands_twice_is_not_guessed(network):
    data = workbook(rows=([*HEAD, "金额"], [*ROW, 999]))
    with pytest.raises(Refused, match="金额"):
        send(data)
    assert send(workbook(rows=([*HEAD, "备注", "备注"], [*ROW, 1, 2]))).created == 1, (
        "unless nothing is read from it"
    )


@pytest.mark.parametrize("told", [0, 10])
def test_a_zip_that_lies_about_its_sizes_is_no_way_round(network, told):
    """The directory says a few bytes; the sheet is 300 MB of blanks."""
    data = bytearray(
        with_sheet(workbook(), lambda text: text.replace("</sheetData>", " " * 300_000_000 + "</sheetData>"))
    )
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        size = next(member.file_size for member in archive.infolist() if member.filename.endswith("sheet1.xml"))
    real, fake = size.to_bytes(4, "little"), told.to_bytes(4, "little")
    assert data.count(real) >= 1
    with pytest.raises(Refused) as no:
        send(bytes(data).replace(real, fake))
    assert no.value.code in ("zip", "bomb", "limit", "empty", "none", "refused")
    assert lines() == []


def test_the_memory_of_the_process_that_forks_is_not_the_files(network, monkeypatch):
    """A web server has gigabytes of address space mapped; a small file is read all the same."""
    monkeypatch.setattr(reading, "MEMORY", 512 * 1024**2)
    with mmap.mmap(-1, 4 * 1024**3, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS):
        assert send(workbook()).created == 1


def test_a_nul_byte_and_a_very_long_cell_are_rows_handed_back(network):
    body = (
        CSV_HEAD
        + "S\x001,2026-07-01,D1,P1,1,1\n"
        + "S2,2026-07-01,D1,"
        + "P" * 5000
        + ",1,1\nS3,2026-07-01,D1,P1,1,1\n"
    )
    batch = send(body.encode(), "a.csv")
    assert (batch.created, batch.failed) == (1, 2)
    assert list(RowError.objects.order_by("row").values_list("row", "field")) == [(2, "document"), (3, "product")]
    assert b"S3" not in queries.error_file(SYSTEM, batch.pk)[1]


@pytest.mark.parametrize(
    ("cell", "minor"),
    [
        ("1,234.50", 123450), ("¥１，２３４．５０", 123450), ("1234.5元", 123450), ("(12.5)", -1250), ("12万", 12_000_000), ("-0", 0), ("−3", -300),
        ("1.234,50", None), ("1,5", None), ("1,2,3", None), ("$5", None), ("1_000", None), ("nan", None), ("1e999", None),
        (-0.0, 0), (0.1 + 0.2, 30), (1.005, 101), (-1.005, -101), (float("inf"), None), (True, None),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(cell, minor):
    field = FIELDS["gross"]
    frame = columns.frame_of((field,), {"gross": 0}, 2, [[cell], ["1"]])
    assert frame.values["gross"] == ([100] if minor is None else [minor, 100])


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026/1/5", "2026-01-05"), ("2026年1月5日", "2026-01-05"), ("20260105", "2026-01-05"), (20260105.0, "2026-01-05"),
        ("2026-01-05T08:30:00", "2026-01-05"), ("2026/1/5 0:00", "2026-01-05"), ("２０２６．１．５", "2026-01-05"), ("46027", "2026-01-05"),
        (46027.5, "2026-01-05"), (date(2026, 1, 5), "2026-01-05"), (datetime(2026, 1, 5, 23, 59, tzinfo=UTC), "2026-01-05"),
        ("2026115", None), ("5/1/2026", None), ("2026-02-30", None), ("1/5", None), ("2026-13-01", None), ("昨天", None), ("0026-01-05", None),
    ],
)  # fmt: skip
def test_dates_as_people_write_them(cell, day):
    frame = columns.frame_of((FIELDS["business_date"],), {"business_date": 0}, 2, [[cell]])
    assert list(map(str, frame.values["business_date"])) == ([day] if day else [])


def test_a_code_of_more_digits_than_a_spreadsheet_keeps_is_handed_back():
    cells = [2.026010112345679e16, "2.02601E+16", 123.0, "00123"]
    frame = columns.frame_of((FIELDS["document"],), {"document": 0}, 2, [[cell] for cell in cells])
    assert frame.values["document"] == ["123", "00123"]
    assert [fault.row for fault in frame.failures] == [2, 3]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("S1,2026-07-01,D1,P1,-2,100,0,1", "gross"),
        ("S1,2026-07-01,D1,P1,2,-100,0,1", "gross"),
        ("S1,2026-07-01,D1,P1,2,100,-10,1", "discount"),
        ("S1,2026-07-01,D1,P1,2,100,10,1/2", "line_no"),
        ("S1,2026-07-01,D1,P1,-2,-100,-10,1", ""),
        ("S1,2026-07-01,D1,P1,0,-100,0,1", ""),
    ],
)
def test_sides_of_a_line_that_do_not_fit_together(network, row, field):
    send(f"{CSV_HEAD[:-1]},折扣,行号\n{row}\n".encode(), "a.csv")
    assert [error.field for error in RowError.objects.all()] == ([field] if field else [])


@pytest.mark.parametrize(
    ("code", "right"), [("91110000600037341L", True), ("91110000600037341M", False), ("9111", False)]
)
def test_a_credit_code_is_checked(network, code, right):
    batch = send_kind(f"经销商编码,名称,统一社会信用代码\nD7,甲,{code}\n", "distributors")
    assert batch.created == right
