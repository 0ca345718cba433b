"""What was not taken comes back in the file it came in, is corrected there, and is sent again."""

import csv
import datetime
import io

import openpyxl
import pytest
import xlsxwriter
from django.utils import translation

from gongying.areas.imports import actions, queries
from gongying.areas.imports.models import RowError
from gongying.books.parties.models import Party
from gongying.books.trade.models import Line
from gongying.core.actor import SYSTEM
from gongying.core.files import shelf

pytestmark = pytest.mark.django_db
TITLES = ["错误 / Error", "修改建议 / Remedy"]


@pytest.fixture(autouse=True)
def _data(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with translation.override("zh-hans"):  # whatever the last page was read in
        yield


def send(data, name, kind="sell_in", columns=None):
    file = shelf.store(SYSTEM, name=name, chunks=[data], purpose="import")
    batch_id = actions.receive(SYSTEM, kind=kind, file_id=file.pk, background=False, columns=columns)
    return actions.work_off(SYSTEM, batch_id)


def workbook(rows):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy/m/d"})
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, datetime.date):
                    sheet.write_datetime(at, place, cell, day)
                else:
                    sheet.write(at, place, cell)
    return out.getvalue()


def sheet_of(data):
    return list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))


def changed(data, row, place, value):
    """The workbook as a person saves it after correcting a cell."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    book.active.cell(row, place, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_comes_back_as_one_with_its_titles_columns_and_kinds_of_cells(network):
    day = datetime.date(2026, 7, 1)
    data = workbook(
        [
            ["七月销售", "", "", "", "", "", ""],
            ["备注", "单据号", "日期", "经销商编码", "产品编码", "数量", "金额"],
            ["好", "S1", day, "D1", "P1", 2, 200],
            ["=cmd|' /C calc'!A0", "S2", day, "D9", "P1", 3, 300.5],
        ]
    )
    batch = send(data, "七月.xlsx")
    assert (batch.created, batch.failed) == (1, 1)
    name, handed = queries.error_file(SYSTEM, batch.pk)
    title, head, row = sheet_of(handed)
    assert name == "七月-错误行.xlsx"
    assert title[0] == "七月销售"
    assert list(head) == ["备注", "单据号", "日期", "经销商编码", "产品编码", "数量", "金额", *TITLES]
    assert (row[1], row[2].date(), *row[3:7]) == ("S2", day, "D9", "P1", 3, 300.5)
    assert row[0].startswith("'="), "nothing that a spreadsheet runs goes out"
    assert row[7:] == ("第 4 行, 经销商编码: 没有经销商 D9。", "请核对编码，或先导入经销商。")
    wrong = send(changed(handed, 3, 4, "D8"), name)
    assert (wrong.created, wrong.failed) == (0, 1)
    assert list(sheet_of(queries.error_file(SYSTEM, wrong.pk)[1])[1]) == list(head), "the two columns stand once"
    right = send(changed(handed, 3, 4, "D2"), name)
    assert (right.created, right.failed) == (1, 0)
    assert Line.objects.unscoped("test").get(document="S2").net_minor == 300_50


@pytest.mark.parametrize(("encoding", "mark"), [("gb18030", ","), ("utf-16", "\t"), ("utf-8-sig", ";")])
def test_csv_comes_back_in_its_encoding_with_its_mark(network, encoding, mark):
    head = ["单据号", "日期", "经销商编码", "产品编码", "数量", "金额", "说明"]
    rows = [
        ["S1", "2026/7/1", "D1", "P9", "-2", "-1,000.50", "退，“旧”货"],
        ["S2", "2026/7/1", "D1", "P1", "1", "5", "x"],
    ]
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows([head, *rows])
    batch = send(out.getvalue().encode(encoding), "a.csv")
    assert (batch.created, batch.failed) == (1, 1)
    text = queries.error_file(SYSTEM, batch.pk)[1].decode(encoding)
    first, row = csv.reader(io.StringIO(text), delimiter=mark)
    assert first == [*head, *TITLES]
    assert row[:7] == rows[0]
    again = send(text.replace("P9", "P2").encode(encoding), "a.csv")
    assert (again.created, again.failed) == (1, 0)
    assert Line.objects.unscoped("test").get(document="S1").net_minor == -1000_50


def test_what_was_guarded_going_out_is_itself_coming_in(network):
    head = "经销商编码,名称,电话,区域编码\n"
    batch = send(f"{head}D5,@阿特,+86 571 8888,XX\n".encode(), "a.csv", "distributors")
    text = queries.error_file(SYSTEM, batch.pk)[1].decode("utf-8-sig")
    assert "'+86" in text
    send(text.replace("XX", "HD").encode(), "a.csv", "distributors")
    party = Party.objects.unscoped("test").get(code="D5")
    assert (party.name, party.phone) == ("@阿特", "+86 571 8888")


def test_chosen_columns_hold_for_what_comes_back(network):
    columns = {"document": "票号", "business_date": "开票日"}
    batch = send(
        "票号,开票日,客户编码,货号,数量,金额\nS1,2026-07-01,D9,P1,1,1\n".encode(), "a.csv", columns=columns
    )
    text = queries.error_file(SYSTEM, batch.pk)[1].decode("utf-8-sig")
    assert send(text.replace("D9", "D1").encode(), "a.csv", columns=columns).created == 1


def test_every_fault_is_told_in_the_readers_language(network):
    head = "单据号,行号,日期,经销商编码,产品编码,数量,金额,折扣,币种\n"
    good = ["S", "1", "2026-07-01", "D1", "P1", "1", "9", "0", "CNY"]
    faults = [
        (0, ""), (0, "S" * 41), (0, "1.23457E+17"), (0, "=A1"), (0, "a\x00"), (1, "1/2"), (2, "31/12/26"), (2, "2026115"),
        (3, "D9"), (4, "P9"), (5, "1.5"), (5, "-1"), (6, "1.234,50"), (6, "9" * 16), (6, "$5"), (7, "-1"), (8, "元元"),
    ]  # fmt: skip
    body = head
    for number, (place, cell) in enumerate(faults):
        row = [f"S{number}", *good[1:]]
        row[place] = cell
        body += ",".join(f'"{each}"' for each in row) + "\n"
    body += "S99,1,2026-07-01,D1,P1,1,9,0,CNY\nS99,1,2026-07-01,D1,P1,2,18,0,CNY\n"
    batch = send(body.encode(), "a.csv")
    assert (batch.created, batch.failed) == (1, len(faults) + 1)
    with translation.override("en"):
        english = list(csv.reader(io.StringIO(queries.error_file(SYSTEM, batch.pk)[1].decode("utf-8-sig"))))[1:]
    chinese = list(csv.reader(io.StringIO(queries.error_file(SYSTEM, batch.pk)[1].decode("utf-8-sig"))))[1:]
    for error, en, zh in zip(RowError.objects.order_by("row"), english, chinese, strict=True):
        assert en[-2].startswith(f"Row {error.row}, "), en
        assert zh[-2].startswith(f"第 {error.row} 行, "), zh
        for told, want in ((en[-2:], str.isascii), (zh[-2:], lambda text: not text.isascii())):
            assert all(map(want, told)), told
            assert "%(" not in "".join(told)


def test_two_rows_of_one_number_are_not_silently_one(network):
    body = "单据号,日期,经销商编码,产品编码,数量,金额\n" + "".join(
        f"S1,2026-07-01,D1,P{n},{n},{n}00\n" for n in (1, 2)
    )
    batch = send(body.encode(), "a.csv")
    assert (batch.created, batch.failed) == (1, 1)
    fault = RowError.objects.get()
    assert (fault.row, fault.field, fault.words) == (3, "line_no", {"row": 2})


def test_two_rows_of_one_number_are_found_across_chunks_and_after_a_stop(network, monkeypatch):
    from gongying.core.intake import reading

    monkeypatch.setattr(reading, "CHUNK", 3)
    monkeypatch.setattr(reading, "FIRST", 11)
    rows = [f"S{n},2026-07-01,D1,P1,1,1\n" for n in range(20)] + ["S2,2026-07-01,D1,P1,1,7\n"]
    body = "单据号,日期,经销商编码,产品编码,数量,金额\n" + "".join(rows)
    file = shelf.store(SYSTEM, name="a.csv", chunks=[body.encode()], purpose="import")
    batch_id = actions.receive(SYSTEM, kind="sell_in", file_id=file.pk, background=False)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.work_off(SYSTEM, batch_id, stop)
    batch = actions.work_off(SYSTEM, batch_id)
    assert (batch.created, batch.corrected, batch.failed) == (20, 0, 1)
    assert RowError.objects.get().words == {"row": 4}


@pytest.mark.parametrize(
    ("kind", "body", "row"),
    [
        ("distributors", "经销商编码,名称\nD7,甲\nD8,乙\nD7,丙\n", 4),
        ("products", "产品编码,名称,品类\nP7,甲,X\nP7,乙,X\n", 3),
        ("price_lists", "价格表,产品编码,单价,生效日期\nS,P1,1,2026-07-01\nS,P1,2,2026/7/1\n", 3),
        ("targets", "期间,经销商编码,目标金额\n2026-07,D1,1\n2026年7月,D1,2\n", 3),
        ("stock_declarations", "经销商编码,产品编码,盘点日期,库存数量\nD1,P1,2026-07-01,1\nD1,P1,20260701,2\n", 3),
    ],
)
def test_one_thing_said_twice_in_a_file_is_handed_back(network, kind, body, row):
    batch = send(body.encode(), "a.csv", kind)
    assert (batch.failed, RowError.objects.get().row) == (1, row)
    assert batch.corrected == 0
