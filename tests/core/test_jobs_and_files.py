"""Background work is put in line once, tried again and taken over; files are whole or not there."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.db import OperationalError, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from gongying.core.actor import SYSTEM, Actor
from gongying.core.documents.sheet import csv_text, xlsx
from gongying.core.files import shelf
from gongying.core.files.models import StoredFile
from gongying.core.jobs import queue
from gongying.core.jobs.models import Job
from gongying.core.jobs.registry import JOBS, Cancelled, JobContext, job
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def work():
    """A job that does what the test says."""
    does = {"it": lambda context: {"rows": 1}}

    @job("tests.work", label="Work")
    def work_off(context, **given):
        return does["it"](context, **given)

    yield does
    JOBS.pop("tests.work")


def start(**given):
    return queue.start(SYSTEM, "tests.work", title="work", **given)


def test_a_job_is_put_in_line_with_its_transaction_and_not_without(work):
    with transaction.atomic():
        start()
        transaction.set_rollback(True)
    assert (Job.objects.count(), DBTaskResult.objects.count()) == (0, 0)
    number = start(n=3)
    assert DBTaskResult.objects.get().args_kwargs["args"] == [number]
    work["it"] = lambda context, n: {"n": n, "who": context.actor.name, "via": context.actor.via}
    done = queue.run(number)
    assert (done.state, done.result, done.percent) == ("done", {"n": 3, "who": "system", "via": "job"}, 100)
    assert queue.run(number).attempts == 1, "a job that ran is not run again"


def test_what_the_database_could_not_do_is_tried_again_three_times_in_all(work):
    def falter(context):
        raise OperationalError("database is locked")

    work["it"] = falter
    number = start()
    for attempt, state in ((1, "queued"), (2, "queued"), (3, "failed")):
        ran = queue.run(number)
        assert (ran.attempts, ran.state, ran.error) == (attempt, state, "OperationalError: database is locked")
    waiting = DBTaskResult.objects.exclude(run_after__lt=timezone.now())
    assert DBTaskResult.objects.count() == 3
    assert waiting.exists(), "a little later, not at once"


@pytest.mark.parametrize(
    ("fault", "shown"), [(Refused("No."), "No."), (KeyError("x"), "KeyError: 'x'"), (Cancelled(), "")]
)
def test_a_fault_of_the_work_itself_is_shown_and_not_tried_again(work, fault, shown):
    def fail(context):
        raise fault

    work["it"] = fail
    ended = queue.run(start())
    assert (ended.state, ended.error) == ("cancelled" if isinstance(fault, Cancelled) else "failed", shown)
    assert ended.ended_at is not None


def test_what_a_dead_worker_left_is_taken_over_and_the_dead_one_changes_nothing_any_more(work):
    number = start()
    long_ago = timezone.now() - 2 * queue.STALE
    Job.objects.update(state="running", attempts=1, beat_at=long_ago)
    assert queue.revive() == 1
    assert queue.revive() == 0, "it is in line"
    dead = JobContext(number, SYSTEM, attempt=1)
    with pytest.raises(Cancelled):
        dead.progress(5)
    assert queue.run(number).state == "done"
    queue._end(Job(pk=number, attempts=1), state="failed")
    assert Job.objects.get().state == "done"


def test_a_job_that_fell_out_of_the_line_is_put_back_and_one_that_died_thrice_is_given_up(work):
    start()
    Job.objects.update(created_at=timezone.now() - 2 * queue.STALE)
    DBTaskResult.objects.all().delete()
    assert queue.revive() == 1
    assert DBTaskResult.objects.count() == 1
    Job.objects.update(state="running", attempts=3, beat_at=timezone.now() - timedelta(hours=1))
    assert queue.revive() == 0
    assert (Job.objects.get().state, Job.objects.get().error) == ("failed", "worker lost")


def test_a_job_reports_and_stops_when_it_is_asked_to(work):
    def count(context):
        context.progress(10, 40, "reading")
        assert Job.objects.get().percent == 25
        Job.objects.update(cancel=True)
        context.progress(20, 40)

    work["it"] = count
    ended = queue.run(start())
    assert (ended.state, ended.done, ended.note) == ("cancelled", 20, "")
    assert list(queue.visible(Actor("other", user_id=5))) == []


def test_a_file_is_whole_or_not_there(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path

    def broken():
        yield b"half"
        raise ConnectionError("the sender went away")

    for chunks, fault in ((broken(), ConnectionError), ([b"x" * 9], Refused)):
        monkeypatch.setattr(shelf, "LARGEST", 8)
        with pytest.raises(fault):
            shelf.store(SYSTEM, name="a.csv", chunks=chunks, purpose="test")
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    kept = shelf.store(SYSTEM, name="../../b.csv", chunks=[b"1,", b"2"], purpose="test")
    assert (shelf.path_of(kept).read_bytes(), kept.name, kept.size) == (b"1,2", "b.csv", 3)
    assert StoredFile.objects.count() == 1


def test_a_sheet_runs_nothing_and_links_nowhere():
    rows = [["=1+1", "http://example.com/", "external:\\\\host\\file", "\n=2", -5]]
    sheet = openpyxl.load_workbook(BytesIO(xlsx("x", ["a", "b", "c", "d", "e"], rows))).active
    cells = sheet[2]
    assert [cell.value for cell in cells[:3]] == ["'=1+1", "http://example.com/", "external:\\\\host\\file"]
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells[:4])
    assert cells[4].value == -5
    assert csv_text(["a"], [["\n=2"]]).splitlines()[1] == "\"'"
