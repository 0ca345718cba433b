"""First expired, first out, with a split; X12."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.picking import Held, Portion, days_left, fefo, named, nominal, usable

DAY = date(2026, 3, 1)
LOTS = st.lists(
    st.builds(
        Held,
        st.sampled_from("ABCDEFGH"),
        st.integers(0, 40),
        st.none() | st.integers(-5, 40).map(lambda n: DAY + timedelta(days=n)),
    ),
    max_size=8,
    unique_by=lambda held: held.lot,
)


def test_f17_two_lots_of_two_and_three_serve_five():
    """X12, F17: a lot that does not suffice is emptied and the next one is opened."""
    stock = [Held("L2", 3, date(2026, 6, 1)), Held("L1", 2, date(2026, 5, 1))]
    assert fefo(stock, 5, DAY).portions == (Portion("L1", 2), Portion("L2", 3))


def test_f17_a_shortage_is_named_before_anything_is_taken():
    pick = fefo([Held("L1", 2, date(2026, 5, 1)), Held("L2", 3, date(2026, 6, 1))], 6, DAY)
    assert (pick.wanted, pick.there, pick.short, pick.unfit) == (6, 5, 1, 0)


@pytest.mark.parametrize(("days", "fits"), [(0, True), (30, True), (31, False)])
def test_the_last_day_counts_and_so_does_the_last_day_of_a_remaining_life(days, fits):
    """X12: one rule, used everywhere: usable until the end of the day of expiry."""
    assert usable(date(2026, 3, 31), DAY, days) is fits
    assert days_left(date(2026, 3, 31), DAY) == 30


def test_what_expires_too_early_is_left_and_said():
    pick = fefo([Held("OLD", 9, date(2026, 3, 5)), Held("NEW", 4, date(2026, 9, 1))], 6, DAY, min_days=30)
    assert pick.portions == (Portion("NEW", 4),)
    assert (pick.short, pick.there, pick.unfit) == (2, 4, 9)


@given(LOTS, st.integers(1, 200), st.integers(0, 30))
def test_a_pick_takes_the_earliest_and_never_more_than_is_there(stock, wanted, days):
    pick = fefo(stock, wanted, DAY, days)
    there = {held.lot: held for held in stock}
    assert sum(p.quantity for p in pick.portions) == min(wanted, pick.there)
    assert pick.there + pick.unfit == sum(held.quantity for held in stock)
    for portion in pick.portions:
        assert 0 < portion.quantity <= there[portion.lot].quantity
        assert usable(there[portion.lot].expires_on, DAY, days)
    taken = {p.lot: p.quantity for p in pick.portions}
    last = max((there[lot].expires_on or date.max for lot in taken), default=date.min)
    for held in stock:  # what expires before the last lot touched is empty
        if usable(held.expires_on, DAY, days) and (held.expires_on or date.max) < last:
            assert taken.get(held.lot, 0) == held.quantity


def test_lots_that_somebody_chose_are_taken_as_chosen():
    stock = [Held("A", 5, date(2026, 4, 1)), Held("B", 5, date(2026, 3, 2))]
    assert named(stock, [("A", 2), ("A", 2)], DAY)[0].portions == (Portion("A", 4),)
    assert named(stock, [("A", 6)], DAY)[1] == "A"
    assert named(stock, [("B", 1)], DAY, 30)[1] == "B", "expires too early"
    assert named(stock, [("C", 1)], DAY)[1] == "C", "nobody knows it"


@given(LOTS, st.integers(0, 300))
def test_goods_that_went_out_without_a_lot_are_taken_from_the_lots(stock, sold):
    left = nominal([*stock, Held("", -sold)])
    assert sum(held.quantity for held in left) == sum(held.quantity for held in stock) - sold
    assert all(held.quantity >= 0 for held in left if held.lot)
