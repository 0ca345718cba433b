"""`gongying import` and `gongying template` do what the page does."""

import pytest
from click.testing import CliRunner

from gongying.areas.imports import actions, api
from gongying.areas.imports.models import Batch, Layout
from gongying.areas.imports.rules import KINDS
from gongying.books.trade.models import Line
from gongying.core.intake import reading

pytestmark = pytest.mark.django_db
HEAD = "单据号,日期,经销商编码,产品编码,数量,金额\n"


@pytest.fixture(autouse=True)
def _data(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()


def run(command, *words):
    return CliRunner().invoke(command, list(map(str, words)))


def test_what_was_not_taken_lies_beside_the_file_and_is_said(network, tmp_path):
    path = tmp_path / "july.csv"
    path.write_text(HEAD + "S1,2026-07-01,D1,P1,1,9\nS2,2026-07-01,D9,P1,1,9\n")
    told = run(api.import_file, path, "--kind", "sell_in", "--language", "en")
    assert told.exit_code == 0
    assert "row 3: party: There is no distributor D9. Check the code, or load distributors first." in told.output
    left = tmp_path / "july-errors.csv"
    assert str(left) in told.output
    assert "没有经销商 D9" in run(api.import_file, path, "--kind", "sell_in").output
    left.write_bytes(left.read_bytes().replace(b"D9", b"D2"))
    assert "created 1, corrected 0, unchanged 0, failed 0" in run(api.import_file, left, "--kind", "sell_in").output


def test_a_file_that_was_cut_off_is_gone_on_with(network, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "FIRST", 12)
    monkeypatch.setattr(reading, "CHUNK", 5)
    path = tmp_path / "july.csv"
    path.write_text(HEAD + "".join(f"S{n},2026-07-01,D1,P1,1,9\n" for n in range(30)))
    with monkeypatch.context() as patch:
        patch.setattr(actions, "work_off", stopped)
        assert run(api.import_file, path, "--kind", "sell_in").exit_code == 1
    half = Batch.objects.get()
    assert (half.state, half.checkpoint, Line.objects.unscoped("test").count()) == ("open", 12, 11)
    told = run(api.import_file, path, "--kind", "sell_in").output
    assert "going on after row 12" in told
    assert "created 30, corrected 0, unchanged 0, failed 0" in told
    assert Batch.objects.get().state == "done"


def stopped(actor, batch_id, report):
    """Work that ends after its first chunk."""

    def stop(done, total):
        raise RuntimeError("killed")

    actions.steps.work_off(actor, batch_id, stop)


def test_columns_that_were_chosen_once_are_chosen_again(network, tmp_path):
    path = tmp_path / "july.csv"
    path.write_text(HEAD.replace("单据号", "票号") + "S1,2026-07-01,D1,P1,1,9\n")
    assert run(api.import_file, path, "--kind", "sell_in").exit_code == 1
    assert run(api.import_file, path, "--kind", "sell_in", "--map", "document=票号").exit_code == 0
    assert Layout.objects.get().columns == {"document": "票号"}
    path.write_text(path.read_text().replace("S1", "S2"))
    assert "created 1" in run(api.import_file, path, "--kind", "sell_in").output, "no need to say it again"
    path.write_text(HEAD + "S3,2026-07-01,D1,P1,1,9\n")
    assert "created 1" in run(api.import_file, path, "--kind", "sell_in").output, (
        "a file with the usual header is read as usual"
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_template_of_the_command_can_be_sent_as_it_is(network, tmp_path, kind, language, ending):
    path = tmp_path / f"form.{ending}"
    assert run(api.template_file, kind, path, "--language", language).exit_code == 0
    told = run(api.import_file, path, "--kind", kind, "--dry-run")
    assert told.exit_code == 0, told.output
    assert "good 1" in told.output or "D001" in told.output or "SKU-1001" in told.output or "330100" in told.output
    assert run(api.template_file, kind, tmp_path / "form.txt").exit_code == 1


def test_a_file_that_cannot_be_read_is_a_sentence_and_no_trace(network, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
    told = run(api.import_file, path, "--kind", "sell_in", "--language", "en")
    assert (told.exit_code, "old Excel format" in told.output) == (1, True)
    assert "Traceback" not in told.output
