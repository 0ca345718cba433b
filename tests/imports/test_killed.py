"""F18: an import that dies at any row, and is sent again, neither loses nor doubles a line."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, connections

from gongying.areas.imports import actions, queries
from gongying.areas.imports.actions import apply, steps
from gongying.books.stock import read as stock
from gongying.books.trade.models import Line
from gongying.core.actor import SYSTEM
from gongying.core.files import shelf
from gongying.core.intake import reading
from gongying.core.journal import book

ROWS = 12
HEAD = "单据号,日期,经销商编码,产品编码,数量,金额\n"
BODY = HEAD + "".join(f"S{n},2026-07-01,{'D9' if n == 5 else 'D1'},P1,1,{n}.00\n" for n in range(ROWS))


def die(*_any, **_named):
    os.kill(os.getpid(), signal.SIGKILL)


def work_until_death(batch_id, where):
    """A process of its own goes on with the batch, and is killed at its first chunk: before or after the commit."""
    connections.close_all()  # two processes cannot share one
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        if where == "before the lines":
            apply.APPLY["sell_in"] = die
        elif where == "before the commit":
            steps.RowError.objects.bulk_create = die
        actions.work_off(SYSTEM, batch_id, die)
    finally:
        os._exit(1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="the test database of SQLite is seen by one process; see below"
)
def test_F18_killed_at_every_row_before_and_after_its_commit(network, settings, tmp_path, monkeypatch):
    check_every_row(settings, tmp_path, monkeypatch)


def check_every_row(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    for name, size in (("HEAD", 1), ("FIRST", 2), ("CHUNK", 1)):  # one row is one chunk
        monkeypatch.setattr(reading, name, size)
    file = shelf.store(SYSTEM, name="a.csv", chunks=[BODY.encode()], purpose="import")
    batch_id = actions.receive(SYSTEM, kind="sell_in", file_id=file.pk, background=False)
    for row in range(2, ROWS + 2):
        for where in ("before the lines", "before the commit"):
            assert os.WTERMSIG(work_until_death(batch_id, where)) == signal.SIGKILL
            assert queries.batch(SYSTEM, batch_id).checkpoint == max(row - 1, 0) * (row > 2), (
                "nothing of the row is kept"
            )
        assert os.WTERMSIG(work_until_death(batch_id, "after the commit")) == signal.SIGKILL
        assert queries.batch(SYSTEM, batch_id).checkpoint == row
    done = actions.work_off(SYSTEM, batch_id)
    assert (done.state, done.created, done.corrected, done.unchanged, done.failed) == ("done", ROWS - 1, 0, 0, 1)
    check_whole()
    again = actions.work_off(SYSTEM, actions.receive(SYSTEM, kind="sell_in", file_id=file.pk, background=False))
    assert (again.created, again.corrected, again.unchanged, again.failed) == (0, 0, ROWS - 1, 1)
    check_whole()


def check_whole():
    held = Line.objects.unscoped("test").order_by("id")
    assert [line.document for line in held] == [f"S{n}" for n in range(ROWS) if n != 5]
    assert sum(line.net_minor for line in held) == 100 * sum(n for n in range(ROWS) if n != 5)
    assert stock.check() == []
    while book.seal():
        pass
    assert book.verify().whole


SCRIPT = """
import os, shutil, sys
sys.path[:0] = {paths!r}
os.environ["GONGYING_DATA"] = {data!r}
os.environ["DJANGO_SETTINGS_MODULE"] = "gongying.site.settings"
os.environ.pop("GONGYING_DATABASE_URL", None)
import django
django.setup()
from django.core.management import call_command
if migrated := os.environ.get("GONGYING_TEMPLATE"):  # a file that was migrated before
    shutil.copy(migrated, os.environ["GONGYING_DATA"] + "/gongying.sqlite3")
call_command("migrate", verbosity=0)
import conftest, pytest
from pathlib import Path
from types import SimpleNamespace
from imports import test_killed
conftest._build()
with pytest.MonkeyPatch.context() as patch:
    test_killed.check_every_row(SimpleNamespace(), Path({data!r}), patch)
print("whole")
"""


def test_F18_killed_at_every_row_on_a_file_of_sqlite(tmp_path):
    here = Path(__file__).resolve().parents[1]
    text = SCRIPT.format(paths=[str(here), *sys.path], data=str(tmp_path))
    told = subprocess.run([sys.executable, "-c", text], check=False, capture_output=True, text=True, timeout=300)
    assert told.stdout.endswith("whole\n"), told.stderr[-2000:]


@pytest.mark.django_db
def test_a_reader_that_dies_leaves_the_batch_to_go_on(network, settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    file = shelf.store(SYSTEM, name="a.csv", chunks=[BODY.encode()], purpose="import")
    batch_id = actions.receive(SYSTEM, kind="sell_in", file_id=file.pk, background=False)
    with monkeypatch.context() as patch:
        patch.setitem(apply.PREPARE, "sell_in", die)
        with pytest.raises(steps.Refused) as no:
            actions.work_off(SYSTEM, batch_id)
    assert no.value.code == "limit"
    assert actions.work_off(SYSTEM, batch_id).created == ROWS - 1
