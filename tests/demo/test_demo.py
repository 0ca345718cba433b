"""The demonstration: it is deterministic, it loads, and its truth can be seen in the books."""

from gongying.areas.rewards.models import Run
from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.books.trade.models import Line
from gongying.core.doors.registry import ROLES
from gongying.core.journal import book
from gongying.core.people.models import User
from gongying.flows.demo.seeds import story
from gongying.flows.demo.seeds.codes import ean13

from .conftest import END


def test_the_same_end_tells_the_same_story(small):
    assert story.write(END, small=True).sales == small.sales


def test_barcodes_carry_their_check_digit(small):
    assert all(ean13(p.barcode[:12]) == p.barcode for p in small.catalogue)


def test_the_story_has_three_levels_and_loads_whole(loaded, small):
    ids = parties.ids_by_code(seat.code for seat in small.seats)
    depth = {len(parties.ancestors(pk, END)) for pk in ids.values()}
    assert depth == {0, 1, 2}
    newest = {(s.level, s.party, s.document, s.line): s.net for s in small.sales}
    assert sum(Line.objects.unscoped("test").values_list("net_minor", flat=True)) == sum(newest.values())
    assert Run.objects.filter(state="posted").exists()
    assert money.check() == []
    assert set(User.objects.values_list("role", flat=True)) == set(ROLES)
    while book.seal():
        pass
    assert book.verify().whole
