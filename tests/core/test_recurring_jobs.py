"""The clock begins the work of the day: once, from its hour on, whoever else began the same."""

import inspect
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from gongying.areas.channel import jobs as _channel
from gongying.areas.reconciliation import jobs as _reconciliation
from gongying.core.actor import Actor
from gongying.core.jobs import queue, recurring
from gongying.core.jobs.models import Job
from gongying.core.jobs.registry import JOBS, Recurs, job
from gongying.core.people.models import User

ROOMS = (_channel, _reconciliation)  # they declare theirs
DECLARED = dict(JOBS)
CHINA = timedelta(hours=8)
pytestmark = pytest.mark.django_db


def at(monkeypatch, day, hour):
    """It is this hour of a day of December in China."""
    now = datetime(2026, 12, day, hour, 30, tzinfo=UTC) - CHINA
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.fixture(autouse=True)
def _only_ours(monkeypatch):
    """Two jobs recur here: one every day, one on the 7th; a third does not."""
    for code in list(JOBS):
        monkeypatch.delitem(JOBS, code)
    job("test.daily", label="每日", recurs=Recurs(hour=8))(lambda context: {"for": context.actor.name})
    job("test.monthly", label="每月", recurs=Recurs(hour=5, days=(7,)))(lambda context: None)
    job("test.never", label="从不")(lambda context: None)


def kinds():
    return sorted(Job.objects.values_list("kind", flat=True))


def test_a_job_waits_for_its_hour_and_is_begun_once_a_day(monkeypatch):
    at(monkeypatch, 1, 7)
    assert (recurring.turn(), kinds()) == (0, [])
    at(monkeypatch, 1, 8)
    assert (recurring.turn(), recurring.turn(), kinds()) == (1, 0, ["test.daily"])
    at(monkeypatch, 1, 23)
    assert recurring.turn() == 0
    at(monkeypatch, 2, 0)
    assert recurring.turn() == 0
    at(monkeypatch, 2, 9)
    assert (recurring.turn(), kinds()) == (1, ["test.daily"] * 2)


def test_a_job_of_some_days_of_the_month_is_begun_on_these(monkeypatch):
    at(monkeypatch, 7, 6)
    assert (recurring.turn(), kinds()) == (1, ["test.monthly"])
    at(monkeypatch, 8, 6)
    assert recurring.turn() == 0


def test_it_runs_in_the_name_of_the_house_and_says_what_it_is(monkeypatch):
    at(monkeypatch, 1, 9)
    recurring.turn()
    row = queue.run(Job.objects.get().pk)
    assert (row.state, row.title, row.user_id, row.result) == ("done", "每日", None, {"for": "system"})


def test_what_a_person_began_does_not_stand_in_for_it(monkeypatch):
    at(monkeypatch, 1, 9)
    user = User.objects.create_user("planner", None, name="planner", role="planner")
    queue.start(Actor("planner", role="planner", user_id=user.pk), "test.daily", title="x")
    assert recurring.turn() == 1


def test_the_work_of_channel_data_and_of_statements_recurs_and_asks_for_nothing():
    """C099: declarations are asked for, trust is graded and both ledgers are matched without anybody's asking."""
    recurs = {code: kind for code, kind in DECLARED.items() if kind.recurs}
    assert {"channel.remind", "channel.grade_month", "reconciliation.tick"} <= set(recurs)
    for kind in recurs.values():
        _context, *others = inspect.signature(kind.work).parameters.values()
        assert all(each.default is not each.empty for each in others), kind.code
