"""What distributors hold: age, expiry, cover, capacity; C045, C098."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongying.areas.warehouse import actions, queries
from gongying.books.stock import post as stock
from gongying.books.trade import post as trade
from gongying.core.actor import SYSTEM
from gongying.core.doors import joined
from gongying.core.refusal import Missing

from .conftest import DIRECTOR, browser, deliver, later, of, sell, today


def came(house, rows, code="D1"):
    """Movements of a distributor: (days ago, units), below zero is sold."""
    made = [
        stock.MoveIn(f"m{n}/{days}/{units}", house.ids[code], house.p1, later(-days), units, "receipt" if units > 0 else "sale")
        for n, (days, units) in enumerate(rows)
    ]  # fmt: skip
    with joined("tests.write"):
        stock.moves(SYSTEM, made, source="test")


def buckets(house, on=None):
    return [row.buckets for row in queries.ageing(SYSTEM, on or today(), holder_id=house.ids["D1"])]


def test_what_is_there_is_what_came_in_last(house):
    """C098: first in, first out: 10 of 100 days ago and 10 of today, 12 sold, leave 8 of today's."""
    came(house, [(100, 10), (0, 10), (0, -12)])
    assert buckets(house) == [(8, 0, 0, 0, 0)]
    assert buckets(house, later(-1)) == [(0, 0, 0, 10, 0)]


def test_a_receipt_that_is_reversed_was_never_there(house):
    came(house, [(40, 10)])
    with joined("tests.write"):
        row = stock.MoveIn("r", house.ids["D1"], house.p1, today(), 5)
        stock.moves(SYSTEM, [row], source="wms", batch_id=77)
        stock.reverse_batch(SYSTEM, batch_id=77)
    assert buckets(house) == [(0, 10, 0, 0, 0)]


def by_hand(rows):
    """Layers, taken from the oldest."""
    layers = []
    for days, units in sorted(rows, reverse=True):
        if units > 0:
            layers.append([days, units])
    out = -sum(units for _days, units in rows if units < 0)
    for layer in layers:
        taken = min(out, layer[1])
        layer[1] -= taken
        out -= taken
    ages = [0] * 5
    for days, units in layers:
        place = next((n for n, most in enumerate((30, 60, 90, 180)) if days < most), 4)
        ages[place] += units
    return tuple(ages)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 250), st.integers(1, 30)), min_size=1, max_size=8), st.integers(0, 120))
def test_the_columnar_age_is_the_age_by_hand(house, rows, sold):
    sold = min(sold, sum(units for _days, units in rows) - 1)
    whole = [*rows, (0, -sold)] if sold else rows
    made = [
        stock.MoveIn(f"h{n}", house.ids["D1"], house.p1, later(-days), units, batch_id_kind(units))
        for n, (days, units) in enumerate(whole)
    ]
    with joined("tests.write"):
        stock.moves(SYSTEM, made, source="h", batch_id=5)
        assert buckets(house) == [by_hand(whole)]
        stock.reverse_batch(SYSTEM, batch_id=5)


def batch_id_kind(units):
    return "receipt" if units > 0 else "sale"


def test_a_distributors_stock_says_lots_expiry_and_how_long_it_lasts(house):
    deliver(house, "D1", "L1", 10)
    deliver(house, "D1", "L2", 20, "DN-2")
    sell(house, "D1", 4)
    with joined("tests.write"):
        line = trade.LineIn("sell_out", later(-7), house.ids["D1"], house.p1, 91, "CNY", 900, 0, "O1")
        trade.lines(SYSTEM, [line], source="test")
    found = queries.holding(SYSTEM, house.ids["D1"], today())
    lots = {each.lot: (each.quantity, each.reckoned, each.horizon) for each in found.lots if each.lot}
    assert lots == {"L1": (10, 6, "d30"), "L2": (20, 20, "later")}
    assert (found.units, found.near, found.expired) == (26, 6, 0)
    assert found.cover == pytest.approx(26.0), "91 in 91 days is one a day"
    assert queries.holding(SYSTEM, house.ids["D1"], later(30)).expired == 6


def test_capacity_of_a_distributor_is_his_sites_together(house):
    """C045: a limit that is shown beside the stock."""
    deliver(house, "D1", "L1", 10)
    for code, units in (("D1-A", 15), ("D1-B", 5)):
        actions.save_site(DIRECTOR, code=code, name=code, party_id=house.ids["D1"], capacity_units=units)
    (row,) = [each for each in queries.holders(SYSTEM, today()) if each.party.code == "D1"]
    assert (row.units, row.capacity_units, row.full_units) == (10, 20, 0.5)
    assert queries.holding(SYSTEM, house.ids["D1"], today()).full_units == 0.5


def test_the_same_by_the_api(house):
    deliver(house, "D1", "L1", 10)
    (row,) = queries.held(of(house, "D1"), party_id=house.ids["D1"])
    assert (row.product, row.lot, row.quantity, row.expires_on) == ("P1", "L1", 10, later(20))
    assert [each.distributor for each in queries.aged(SYSTEM, on=today())] == ["D1"]


def test_a_stranger_sees_no_stock_of_another(house):
    deliver(house, "D1", "L1", 10)
    stranger = of(house, "D2")
    assert queries.holders(stranger, today()) == []
    for ask in (queries.holding, lambda actor, party, on: queries.held(actor, party_id=party)):
        with pytest.raises(Missing):
            ask(stranger, house.ids["D1"], today())
    window = browser(house, "owner", "D2")
    assert window.get(f"/warehouse/distributors/{house.ids['D1']}/").status_code == 404
    assert window.get("/warehouse/").status_code == 403


def test_the_portal_shows_ones_own_stock(house):
    deliver(house, "D1", "L1", 10)
    window = browser(house, "clerk", "D1")
    moved = window.get("/warehouse/mine/")
    assert moved["Location"] == f"/warehouse/distributors/{house.ids['D1']}/"
    page = window.get(moved["Location"]).content.decode()
    assert "L1" in page
    assert window.get(f"/warehouse/distributors/{house.ids['D1']}/?export=csv").content.decode().count("L1") == 1


def test_an_age_is_of_a_day(house):
    assert queries.ageing(SYSTEM, date(2020, 1, 1)) == []
    assert timedelta(0) == later(0) - today()
