"""The journal: facts are told once, sealed in order without a gap, heard once; whatever is changed later is found and named."""

from dataclasses import dataclass, replace

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from gongying.areas.accounts.actions import create_user
from gongying.core.actor import SYSTEM
from gongying.core.doors import joined
from gongying.core.journal import book, witness
from gongying.core.journal.fact import FACTS, Fact
from gongying.core.journal.models import Cursor, Entry, Head
from gongying.core.notices.models import Notice
from gongying.engines import chain

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Counted(Fact):
    """A number was counted."""

    name = "tests.counted"
    number: int


FACTS.pop("tests.counted")


def tell(*numbers):
    with transaction.atomic(), joined("tests.tell"):
        book.record_all(SYSTEM, [Counted(number) for number in numbers])


def at(position):
    return Entry.objects.filter(position=position)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def five(tamper):
    """Five sealed facts that somebody can get at, and the witness of them."""
    tell(1, 2, 3)
    assert book.seal() == 3
    tell(4, 5)
    assert book.seal() == 2
    for position in (3, 5):
        witness.note(position, at(position).get().link)
    assert book.verify().whole
    tamper("journal_entry")


def found():
    report = book.verify()
    return report.broken, report.broken_id, report.what


FLIPPED = ["name", "actor", "via", "told_at", "nonce", "payload", "link"]


@pytest.mark.parametrize("field", FLIPPED)
@pytest.mark.parametrize("position", [1, 3, 5])
def test_a_flipped_byte_in_any_text_is_found_and_named(five, field, position):
    row = at(position).get()
    old = getattr(row, field)
    at(position).update(**{field: old[:-1] + chr(ord(old[-1]) ^ 1)})
    assert found() == (position, row.pk, "changed")
    assert book.verify().broken_name == at(position).get().name
    at(position).update(**{field: old})
    assert book.verify().whole


def test_every_stored_field_is_one_that_is_tried():
    tried = {*FLIPPED, "position", "version", "id"}
    assert {field.name for field in Entry._meta.fields} == tried
    assert set(Entry().body()) == tried - {"position", "link", "id"}, (
        "the place is added, and the number says nothing"
    )


@pytest.mark.parametrize("position", [1, 3, 5])
def test_another_version_or_position_is_found_and_named(five, position):
    row = at(position).get()
    at(position).update(version=2)
    assert found() == (position, row.pk, "changed")
    Entry.objects.filter(pk=row.pk).update(version=1)
    for other in (0, 7, 90, None):
        Entry.objects.filter(pk=row.pk).update(position=other)
        assert found() == (1 if other == 0 else position, row.pk, "moved"), other
        assert book.seal() == 0, "what was sealed once is not sealed again"
    Entry.objects.filter(pk=row.pk).update(position=position)
    assert book.verify().whole


def test_a_missing_fact_a_swapped_pair_and_a_cut_end_are_found(five):
    two, three = at(2).get(), at(3).get()
    at(2).delete()
    assert found() == (2, None, "missing")
    two.save(force_insert=True)
    assert book.verify().whole
    at(2).update(position=90)
    at(3).update(position=2)
    at(90).update(position=3)
    assert found() == (2, three.pk, "changed")
    for position, row in ((91, two), (3, three), (2, two)):
        Entry.objects.filter(pk=row.pk).update(position=position)
    assert book.verify().whole
    at(5).delete()
    assert found() == (5, None, "cut")


def test_an_end_cut_off_together_with_its_head_is_seen_by_the_witness(five):
    at(5).delete()
    at(4).delete()
    Head.objects.update(position=3, link=at(3).get().link)
    assert found() == (4, None, "cut")
    witness.home().unlink()
    assert book.verify().whole, "nobody outside the database knows better"


def test_a_chain_written_anew_is_seen_by_the_witness_and_by_a_copy_of_it(five, tmp_path):
    copy = tmp_path / "noted.txt"
    copy.write_bytes(witness.home().read_bytes())
    at(3).update(payload=chain.canonical({"number": 33}).decode())
    link = at(2).get().link
    for position in (3, 4, 5):
        link = chain.link(link, at(position).get().body() | {"position": position})
        at(position).update(link=link)
    Head.objects.update(link=link)
    assert found() == (3, at(3).get().pk, "rewritten")
    witness.home().write_text(f"{copy.read_text().splitlines()[0][:20]}")  # half a line, as a crash leaves it
    assert book.verify().whole
    assert book.verify(copy).what == "rewritten"


def test_a_head_that_was_changed_is_found(five):
    Head.objects.update(link="0" * 64)
    assert found() == (5, None, "head")
    Head.objects.all().delete()
    assert found() == (5, None, "head")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps no text that is none")
def test_bytes_that_are_no_text_any_more_are_found_and_named(five):
    row = at(4).get()
    for value in ("CAST(x'7bff7d' AS TEXT)", "x'00'", "1.5"):
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE journal_entry SET payload = {value} WHERE id = %s", [row.pk])  # noqa: S608
        assert found() == (4, row.pk, "changed"), value


def test_a_told_fact_cannot_be_changed_even_by_hand():
    tell(1)
    (row,) = Entry.objects.all()
    for rows in (Entry.objects.all(), Entry.objects.filter(pk=row.pk)):
        for change in ({"payload": "{}"}, {"actor": "x"}, {"told_at": "x"}, {"version": 9}):
            with pytest.raises(DatabaseError, match="told once"), transaction.atomic():
                rows.update(**change)
        with pytest.raises(DatabaseError, match="told once"), transaction.atomic():
            rows.delete()
    assert book.seal() == 1
    with pytest.raises(DatabaseError, match="told once"), transaction.atomic():
        Entry.objects.update(position=9)


def test_the_witness_is_told_after_the_commit_and_laid_aside_for_a_new_journal(django_capture_on_commit_callbacks):
    assert book.begins()
    with django_capture_on_commit_callbacks(execute=True):
        tell(1, 2)
        book.seal()
        assert not witness.home().exists(), "what is not committed was not seen"
    assert witness.heads() == {2: at(2).get().link}
    assert not book.begins()
    witness.put_by()
    assert witness.heads() == {}
    assert len(list(witness.home().parent.iterdir())) == 1, "nothing is thrown away"


@pytest.fixture
def heard(monkeypatch):
    """A reaction that hears of numbers and falters at the third."""
    seen, falters = [], {3}

    def hear(fact, entry):
        if fact.number in falters:
            raise ValueError("falters")
        seen.append(fact.number)
        create_user(SYSTEM, login=f"u{fact.number}", name="n", role="finance", password="correct-horse-9")

    monkeypatch.setattr(book, "LISTENERS", {})
    book.on(Counted)(hear)
    return seen, falters


def test_a_reaction_acts_once_in_order_and_goes_on_after_a_fault(heard):
    seen, falters = heard
    tell(1, 2, 3, 4)
    assert book.deliver() == 0, "what is not sealed is not heard"
    book.seal()
    for _round in range(3):
        book.deliver()
    (cursor,) = Cursor.objects.all()
    assert (seen, cursor.position, cursor.attempts) == ([1, 2], 2, 3)
    assert "falters" in cursor.error
    assert book.verify().sealed == 4, "what it told stayed untold with it"
    for _round in range(9):
        book.deliver()
    assert [(name.rsplit(".", 1)[1], why[:2]) for name, why in book.stopped()] == [("hear", "3:")]
    falters.clear()
    assert book.deliver() == 0, "it waits for a mended version"
    assert book.try_again() == 1
    assert book.deliver() == 2
    book.rebuild()
    assert book.deliver() == 0, "a reaction is never replayed"
    assert seen == [1, 2, 3, 4]


def test_a_lock_is_no_fault_of_a_listener_and_nothing_is_passed_over(heard, monkeypatch):
    seen, _falters = heard
    tell(*range(10, 18))
    book.seal()
    (listener,) = book.LISTENERS.values()

    def locked(fact, entry):
        raise OperationalError("database is locked")

    monkeypatch.setattr(book, "LISTENERS", {listener.key: replace(listener, work=locked)})
    for _round in range(9):
        assert book.deliver() == 0
    assert book.stopped() == []
    monkeypatch.setattr(book, "LISTENERS", {listener.key: listener})
    Cursor.objects.update(position=0)
    assert [book.deliver(limit=3) for _round in range(4)] == [3, 3, 2, 0]
    assert seen == list(range(10, 18))
    head = Head.objects.get().position
    create_user(SYSTEM, login="other", name="n", role="finance", password="correct-horse-9")
    book.seal()
    book.deliver()
    assert Cursor.objects.get(listener=listener.key).position > head, (
        "what is for others is passed once and not looked through again"
    )


def test_a_projection_is_thrown_away_and_read_again_and_tells_nothing(heard):
    def look(fact, entry):
        Notice.objects.create(user_id=1, title=str(fact.number))

    def tells(fact, entry):
        book.record(SYSTEM, Counted(9))

    book.LISTENERS.clear()
    book.project(Counted, clear=Notice)(look)
    tell(1, 2)
    book.seal()
    assert book.deliver() == 2
    Notice.objects.create(user_id=1, title="stray")
    book.rebuild()
    assert list(Notice.objects.order_by("id").values_list("title", flat=True)) == ["1", "2"]
    book.LISTENERS.clear()
    book.project(Counted, clear=Notice)(tells)
    book.deliver()
    assert "outside an action" in Cursor.objects.get(listener__endswith="tells").error
