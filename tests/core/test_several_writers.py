"""Several connections at once, on PostgreSQL: SQLite has one writer at a time, and nothing of this can happen there."""

import threading
from dataclasses import dataclass

import pytest
from django.db import connection, transaction

from gongying.core.actor import SYSTEM
from gongying.core.doors import joined
from gongying.core.jobs import queue
from gongying.core.jobs.models import Job
from gongying.core.jobs.registry import JOBS, job
from gongying.core.journal import book, witness
from gongying.core.journal.fact import FACTS, Fact
from gongying.core.journal.models import Entry

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


@dataclass(frozen=True)
class Noted(Fact):
    """A number was noted."""

    name = "tests.noted"
    number: int


FACTS.pop("tests.noted")


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def tell(*numbers):
    with transaction.atomic(), joined("tests.tell"):
        book.record_all(SYSTEM, [Noted(number) for number in numbers])


def test_many_tell_and_many_seal_at_once_and_the_numbers_have_no_gap(transactional_db, together):
    def work(number):
        for each in range(10):
            tell(100 * number + each)
            book.seal(limit=3)

    together(work, 8)
    while book.seal():
        pass
    assert list(Entry.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 81))
    assert book.verify().whole
    assert max(witness.heads()) == 80


def test_many_readers_deliver_a_fact_once(transactional_db, monkeypatch, together):
    seen = []
    monkeypatch.setattr(book, "LISTENERS", {})
    book.on(Noted)(lambda fact, entry: seen.append(fact.number))
    tell(*range(40))
    book.seal()
    together(lambda _number: book.deliver(), 6)
    assert seen == list(range(40))


def test_a_fact_with_a_lower_number_that_is_committed_later_is_sealed_and_heard(
    transactional_db, monkeypatch, together
):
    seen, recorded, go = [], threading.Event(), threading.Event()
    monkeypatch.setattr(book, "LISTENERS", {})
    book.on(Noted)(lambda fact, entry: seen.append(fact.number))

    def work(number):
        if number:
            assert recorded.wait(10)
            tell(2)
            assert book.seal() == 1
            book.deliver()
            before = book.watermark()
            go.set()
            return before
        with transaction.atomic(), joined("tests.tell"):
            book.record(SYSTEM, Noted(1))
            recorded.set()
            assert go.wait(10)
        return None

    _late, before = together(work, 2)
    assert book.watermark() != before
    book.seal()
    book.deliver()
    assert seen == [2, 1]
    first, second = Entry.objects.order_by("id")
    assert (first.position, second.position) == (2, 1)
    assert book.verify().whole


def test_a_job_is_claimed_by_one_of_many_workers(transactional_db, together):
    runs = []
    job("tests.once", label="x")(lambda context: runs.append(context.attempt) or {})
    try:
        number = queue.start(SYSTEM, "tests.once", title="once")
        together(lambda _number: queue.run(number), 8)
    finally:
        JOBS.pop("tests.once")
    assert runs == [1]
    assert Job.objects.get().state == "done"
