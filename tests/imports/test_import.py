"""Files as people send them."""

import csv
import io
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
import xlsxwriter
from django.utils import translation

from gongying.areas.imports import actions, queries
from gongying.areas.imports.models import RowError
from gongying.books.trade.models import Line
from gongying.core.actor import SYSTEM, Actor
from gongying.core.documents.sheet import harmless
from gongying.core.files import shelf
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db
HEAD = "单据号,行号,日期,经销商编码,产品编码,数量,金额,折扣\n"


@pytest.fixture(autouse=True)
def _data(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with translation.override("zh-hans"):  # whatever the last page was read in
        yield


def send(body, name="a.csv", kind="sell_in", actor=SYSTEM):
    data = body.encode() if isinstance(body, str) else body
    file = shelf.store(actor, name=name, chunks=[data], purpose="import")
    batch_id = actions.receive(actor, kind=kind, file_id=file.pk, background=False)
    return actions.work_off(actor, batch_id)


def net():
    return sum(Line.objects.unscoped("test").values_list("net_minor", flat=True))


def test_good_rows_are_taken_and_bad_rows_come_back_with_a_remedy(network):
    body = (
        HEAD
        + "S1,1,2026-07-01,D1,P1,2,200.00,10\nS1,2,2026-07-01,D9,P1,2,1,0\nS1,3,31/31/26,D1,P1,2,1,0\nS1,4,2026-07-02,D1,P1,1.5,1,0\n"
    )
    batch = send(body)
    assert (batch.created, batch.failed, net()) == (1, 3, 190_00)
    assert list(RowError.objects.order_by("row").values_list("row", "field")) == [
        (3, "party"),
        (4, "business_date"),
        (5, "quantity"),
    ]
    name, data = queries.error_file(SYSTEM, batch.pk)
    head, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert (name, len(rows)) == ("a-错误行.csv", 3)
    assert head == [*HEAD.strip().split(","), "错误 / Error", "修改建议 / Remedy"]
    assert rows[0][:8] == ["S1", "2", "2026-07-01", "D9", "P1", "2", "1", "0"]
    assert rows[0][8:] == ["第 3 行, 经销商编码: 没有经销商 D9。", "请核对编码，或先导入经销商。"]


def test_the_same_file_again_changes_nothing_and_a_changed_row_is_corrected(network):
    send(HEAD + "S1,1,2026-07-01,D1,P1,2,200,0\n")
    assert send(HEAD + "S1,1,2026-07-01,D1,P1,2,200,0\n").unchanged == 1
    assert send(HEAD + "S1,1,2026-07-01,D1,P1,2,250,0\n").corrected == 1
    assert net() == 250_00


def test_undo_reverses_and_the_file_can_come_again(network):
    batch = send(HEAD + "S1,1,2026-07-01,D1,P1,2,200,0\n")
    assert actions.undo(SYSTEM, batch_id=batch.pk) == 1
    assert net() == 0
    with pytest.raises(Refused):
        actions.undo(SYSTEM, batch_id=batch.pk)
    assert send(HEAD + "S1,1,2026-07-01,D1,P1,2,200,0\n").created == 1
    assert net() == 200_00


def test_gb18030_full_width_excel_days_and_english_headers(network):
    send((HEAD + 'Ｓ１,1,2026年7月1日,D1,P1,２,"1,200.00",0\n').encode("gb18030"))
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Document", "Date", "Distributor code", "SKU", "Qty", "Gross amount"])
        sheet.write_row(1, 0, ["S2", 46204, "D1", "P1", 3, 0.1])
    send(out.getvalue(), "b.xlsx")
    assert [
        (r.document, str(r.business_date), r.net_minor) for r in Line.objects.unscoped("test").order_by("id")
    ] == [("S1", "2026-07-01", 1200_00), ("S2", "2026-07-01", 10)]


def test_missing_columns_are_named(network):
    with pytest.raises(Refused, match="经销商编码"):
        send("单据号,日期\nS1,2026-07-01\n")


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "name", "code"),
    [
        (bomb(), "a.xlsx", "bomb"),
        (b"PK\x03\x04junk", "a.xlsx", "zip"),
        (b"\xff\xfe\xff\x00\x81", "a.csv", "encoding"),
        (b"x", "a.exe", "type"),
        (b"," * 500, "a.csv", "columns"),
        (b"a" * 9000, "a.csv", "cell"),
    ],
)
def test_hostile_files_get_a_clear_answer(network, body, name, code):
    with pytest.raises(Refused) as no:
        send(body, name)
    assert no.value.code == code
    assert str(no.value.remedy)


def test_formulas_are_refused_going_in_and_harmless_going_out(network):
    assert send(HEAD + "S1,1,2026-07-01,D1,P1,=1+1,200,0\n").failed == 1
    assert [harmless(t)[0] for t in ("=1", "＝1", "@x", "+1", "-1")] == ["'"] * 5
    assert harmless(-1) == -1


def test_a_distributor_reports_only_his_own_sell_out(network):
    clerk = Actor("clerk", 5, "clerk", frozenset({"imports.send"}), frozenset({network.ids["D1"]}))
    batch = send(HEAD + "S1,1,2026-07-01,D1,P1,1,9,0\nS2,1,2026-07-01,D2,P1,1,9,0\n", kind="sell_out", actor=clerk)
    assert (batch.created, batch.failed) == (1, 1)
    with pytest.raises(Refused):
        send(HEAD, actor=clerk)


def test_F18_killed_at_any_moment_and_repeated_nothing_is_lost_or_doubled(tmp_path):
    """A child loads 12,000 rows and is killed with no warning; a second run completes the load."""
    if os.environ.get("GONGYING_DATABASE_URL"):
        pytest.skip("one database of its own on SQLite is enough: the transaction is the same")
    env = os.environ | {"GONGYING_DATA": str(tmp_path)}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    tool = [sys.executable, "-m", "gongying.site.cli"]
    env["PYTHONPATH"] = os.pathsep.join(sys.path)
    files = {
        "distributors": "经销商编码,名称\nD1,杭州\n",
        "products": "产品编码,名称,品类\nP1,锅,COOK\n",
        "sell_in": HEAD + "".join(f"S{n},1,2026-07-01,D1,P1,1,1.00,0\n" for n in range(12_000)),
    }
    if migrated := os.environ.get("GONGYING_TEMPLATE"):  # a file that was migrated before
        shutil.copy(migrated, tmp_path / "gongying.sqlite3")
    subprocess.run([*tool, "init"], env=env, check=True, capture_output=True)
    for kind, text in files.items():
        (tmp_path / f"{kind}.csv").write_text(text)
        load = [*tool, "import", str(tmp_path / f"{kind}.csv"), "--kind", kind]
        if kind == "sell_in":
            for seconds in (1.2, 1.8, 2.4):
                child = subprocess.Popen(load, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    child.wait(timeout=seconds)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
        told = subprocess.run(load, env=env, check=True, capture_output=True, text=True).stdout
    created, unchanged = (int(told.split(word)[1].split(",")[0]) for word in ("created", "unchanged"))
    assert created + unchanged == 12_000
    again = subprocess.run(load, env=env, check=True, capture_output=True, text=True).stdout
    assert "created 0, corrected 0, unchanged 12000, failed 0" in again
    assert "whole" in subprocess.run([*tool, "verify"], env=env, check=True, capture_output=True, text=True).stdout
