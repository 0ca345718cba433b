"""Counting a site: blind, while goods go on moving, posted by a second person where much differs; X03."""

import pytest

from gongying.areas.warehouse import actions, queries
from gongying.books.stock import read as book
from gongying.core.actor import SYSTEM
from gongying.core.refusal import Missing, Refused

from .conftest import DIRECTOR, KEEPER, browser, deliver, of, promise


@pytest.fixture
def count(house):
    return actions.start_count(KEEPER, site_id=house.main)


def enter(count, **lots):
    entries = [actions.TallyEntry("P1", lot, counted) for lot, counted in lots.items()]
    return actions.enter_count(KEEPER, count_id=count, entries=entries)


def held(house):
    return {each.lot: each.quantity for each in book.lots(SYSTEM, None, house.main, house.p1)}


def test_what_was_counted_becomes_what_is_held(house, count):
    assert enter(count, L1=38, L2=60) == 2
    assert actions.submit_count(KEEPER, count_id=count) is True
    assert held(house) == {"L1": 38, "L2": 60}
    (row,) = book.movements(SYSTEM, document=queries.tally_of(SYSTEM, count).number)
    assert (row.quantity, row.reason, row.lot) == (-2, "count", "L1")


def test_goods_go_on_moving_while_they_are_counted(house, count):
    enter(count, L1=40)
    deliver(house, "D1", "L1", 5)
    enter(count, L2=59)
    actions.submit_count(KEEPER, count_id=count)
    assert held(house) == {"L1": 35, "L2": 59}, "what left after it was counted is not lost"


def test_every_lot_is_counted_or_said_to_be_gone(house, count):
    enter(count, L1=40)
    with pytest.raises(Refused) as no:
        actions.submit_count(KEEPER, count_id=count)
    assert no.value.code == "uncounted"
    enter(count, L2=0, FOUND=1)
    with pytest.raises(Refused):  # a lot of a tracked product that nobody knows
        actions.submit_count(KEEPER, count_id=count)
    assert held(house) == {"L1": 40, "L2": 60}


def test_a_large_difference_waits_for_a_second_person(house, count):
    promise(house, 90)
    enter(count, L1=0, L2=0)
    actions.enter_count(KEEPER, count_id=count, entries=[actions.TallyEntry("P2", "", 1)])
    assert actions.submit_count(KEEPER, count_id=count) is False
    assert held(house) == {"L1": 40, "L2": 60}
    with pytest.raises(Refused) as no:
        actions.post_count(KEEPER, count_id=count)
    assert no.value.code == "four_eyes"
    actions.post_count(DIRECTOR, count_id=count)
    assert held(house) == {}
    assert book.available(SYSTEM, site_id=house.main, product_ids=[house.p1])[house.p1] == (0, 0)


def test_a_site_is_counted_once_at_a_time(house, count):
    with pytest.raises(Refused) as no:
        actions.start_count(KEEPER, site_id=house.main)
    assert no.value.code == "open"
    actions.cancel_count(KEEPER, count_id=count)
    with pytest.raises(Refused):
        actions.cancel_count(KEEPER, count_id=count)
    again = actions.start_count(KEEPER, site_id=house.main, category="FAN")
    assert queries.tally_of(SYSTEM, again).many == 0


def test_a_stranger_has_no_count(house, count):
    with pytest.raises(Missing):
        queries.tally_of(of(house, "D1"), count)
    with pytest.raises(Missing):
        actions.submit_count(of(house, "D1"), count_id=count)


def test_the_sheet_is_blind_until_it_is_handed_in(house, count):
    window = browser(house)
    lines = {line.lot: line.pk for line in queries.tally_of(SYSTEM, count).lines.unscoped("test")}
    sheet = window.get(f"/warehouse/counts/{count}/").content.decode()
    assert ">60<" not in sheet
    assert ">40<" not in sheet
    given = {f"counted-{lines['L1']}": "39", f"counted-{lines['L2']}": "60", f"note-{lines['L1']}": "湿损"}
    assert window.post(f"/warehouse/counts/{count}/", given).status_code == 302
    wrong = window.post(f"/warehouse/counts/{count}/", {f"counted-{lines['L1']}": "x"})
    assert wrong.status_code == 409
    assert window.post(f"/warehouse/counts/{count}/decide/", {"verdict": "submit"}).status_code == 302
    done = window.get(f"/warehouse/counts/{count}/").content.decode()
    assert "湿损" in done
    assert held(house) == {"L1": 39, "L2": 60}
    started = window.post("/warehouse/counts/", {"site": house.apart})
    assert started.status_code == 302
