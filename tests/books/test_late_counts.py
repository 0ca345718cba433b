"""A count sheet that arrives late speaks of its own evening; C099, X03."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongying.books.stock import post as stock
from gongying.books.stock import read
from gongying.books.stock.models import Movement
from gongying.core.actor import SYSTEM
from gongying.core.doors import joined

DAY = date(2026, 3, 31)


@pytest.fixture
def shop(network):
    with joined("tests.write"):
        yield network
        assert read.check() == []


def move(shop, quantity, day, key, lot="", party="D1"):
    row = stock.MoveIn(key, shop.ids[party], shop.skus["P1"], day, quantity, "receipt", lot)
    stock.moves(SYSTEM, [row], source="test")


def count(shop, quantity, day=DAY, lot="", **more):
    row = stock.CountIn(shop.ids["D1"], shop.skus["P1"], day, quantity, lot)
    return stock.counts(SYSTEM, [row], source="declared", **more)


def held(shop):
    return {row.lot: row.quantity for row in read.balances(SYSTEM, holder_id=shop.ids["D1"])}


def on_evening(shop, day):
    rows = read.movements(SYSTEM, holder_id=shop.ids["D1"]).filter(business_date__lte=day)
    return sum(row.quantity for row in rows)


def counted():
    rows = Movement.objects.unscoped("test").filter(kind="count").order_by("id")
    return [(row.lot, row.business_date, row.quantity) for row in rows]


def test_what_moved_after_the_evening_of_a_late_count_stays(shop):
    """C099: counted 38 on the 31st and typed in on the 6th: 40 of that evening become 38, the 25 of the 3rd and the 10 sold on
    the 5th are not in the count and are not touched by it."""
    move(shop, 40, DAY, "before")
    move(shop, 25, DAY + timedelta(days=3), "after")
    move(shop, -10, DAY + timedelta(days=5), "sold")
    move(shop, 7, DAY + timedelta(days=3), "other", party="D2")
    count(shop, 38)
    assert counted() == [("", DAY, -2)]
    assert held(shop) == {"": 38 + 25 - 10}
    count(shop, 53, DAY + timedelta(days=6))
    assert held(shop) == {"": 53}


def test_a_late_count_by_lot_leaves_later_movements_of_every_lot(shop):
    move(shop, 5, DAY, "L1", "L1")
    move(shop, -2, DAY, "sold then")
    move(shop, 6, DAY + timedelta(days=1), "later", "L1")
    move(shop, -1, DAY + timedelta(days=2), "sold later")
    count(shop, 3, lot="L1")
    assert held(shop) == {"L1": 3 + 6, "": -1}, (
        "what was sold without a lot until then is accounted for, the rest waits"
    )
    assert on_evening(shop, DAY) == 3


def test_a_late_count_of_all_lots_reckons_every_lot_back(shop):
    for lot in ("L1", "L2"):
        move(shop, 5, DAY, lot, lot)
        move(shop, 4, DAY + timedelta(days=1), f"{lot} later", lot)
    count(shop, 7)
    assert on_evening(shop, DAY) == 7
    assert sum(held(shop).values()) == 7 + 8


def test_lots_counted_on_different_days_are_each_measured_on_their_own(shop):
    for lot in ("L1", "L2"):
        move(shop, 5, DAY, lot, lot)
        move(shop, 1, DAY + timedelta(days=2), f"{lot} later", lot)
    rows = [
        stock.CountIn(shop.ids["D1"], shop.skus["P1"], DAY + timedelta(days=days), 4, lot)
        for lot, days in (("L1", 0), ("L2", 3))
    ]
    stock.counts(SYSTEM, rows, source="declared")
    assert held(shop) == {"L1": 5, "L2": 4}


def test_a_late_count_corrected_and_withdrawn_gives_back_what_it_took(shop):
    move(shop, 40, DAY, "before")
    move(shop, 25, DAY + timedelta(days=3), "after")
    count(shop, 30, batch_id=7)
    count(shop, 33, batch_id=8)
    assert held(shop) == {"": 33 + 25}
    stock.reverse_batch(SYSTEM, batch_id=8)
    stock.reverse_batch(SYSTEM, batch_id=7)
    assert held(shop) == {"": 40 + 25}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(st.integers(-9, 9).filter(bool), st.integers(-3, 3), st.sampled_from(["", "L1", "L2"])), max_size=9),
    st.integers(0, 40),
)  # fmt: skip
def test_whatever_moved_a_count_of_all_lots_is_true_on_its_evening(shop, rows, quantity):
    """The sum of everything up to the evening is what was counted, and what moved later has moved."""
    last = read.last_declared(SYSTEM, shop.ids["D1"]).get(shop.ids["D1"], DAY)
    day = last + timedelta(days=10)
    for place, (units, days, lot) in enumerate(rows):
        move(shop, units, day + timedelta(days=days), f"{day}/{place}", lot)
    count(shop, quantity, day)
    assert on_evening(shop, day) == quantity
    assert sum(held(shop).values()) == quantity + sum(units for units, days, _lot in rows if days > 0)
