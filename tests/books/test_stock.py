"""Sites, lots, transfers, promises and what is taken; X12, F17."""

import itertools
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongying.books.goods import post as goods
from gongying.books.places import post as places
from gongying.books.places import read as places_read
from gongying.books.stock import post as stock
from gongying.books.stock import read
from gongying.books.stock.models import Movement, Reservation, Shelf
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import joined
from gongying.core.refusal import Missing, Refused
from gongying.core.soundness import SOUND

DAY = date(2026, 3, 1)


@pytest.fixture
def house(network):
    """A warehouse with two lots of P1: 2 expire in May, 3 in June; and the goods in transit."""
    with joined("tests.write"):
        main, transit = places.house(SYSTEM)
        p1, p2 = network.skus["P1"], network.skus["P2"]
        made = SimpleNamespace(main=main.pk, transit=transit.pk, p1=p1, p2=p2, **vars(network))
        goods.lots(
            SYSTEM,
            [
                goods.LotIn(p1, "L1", expires_on=date(2026, 5, 1)),
                goods.LotIn(p1, "L2", expires_on=date(2026, 6, 1)),
            ],
        )
        receive(made, p1, 2, "L1")
        receive(made, p1, 3, "L2")
        yield made
        assert unsound() == []


def receive(house, product, quantity, lot="", key=None, kind="receipt", **more):
    row = stock.MoveIn(
        key or f"IN/{product}/{lot}/{quantity}", None, product, DAY, quantity, kind, lot, site_id=house.main, **more
    )
    return stock.moves(SYSTEM, [row], source="test")


def unsound():
    return [fault for name, each in SOUND.items() if name.startswith("stock.") for fault in each.ask()]


def free(house, product=None):
    product = product or house.p1
    on_hand, reserved = read.available(SYSTEM, site_id=house.main, product_ids=[product])[product]
    return on_hand - reserved


def promise(house, key, quantity, at_least=0, product=None):
    need = stock.Need(key, product or house.p1, quantity, at_least)
    return stock.reserve(SYSTEM, site_id=house.main, needs=[need], document="SO-1", on=DAY)[key]


def take(house, key, quantity, document="SH-1", **more):
    lots = more.pop("lots", ())
    return stock.take(
        SYSTEM, site_id=house.main, takes=[stock.Take(key, quantity, lots)], document=document, on=DAY,
        to_site_id=house.transit, **more,
    )  # fmt: skip


def test_f17_a_promise_of_five_is_taken_as_two_and_three(house):
    """X12, F17: batches of 2 and 3 serve a quantity of 5, what expires first before the rest."""
    assert promise(house, "a", 5) == 5
    assert take(house, "a", 5) == [stock.Picked("a", "L1", 2), stock.Picked("a", "L2", 3)]
    assert free(house) == 0
    on_the_way = read.lots(SYSTEM, None, house.transit, house.p1)
    assert [(each.lot, each.quantity) for each in on_the_way] == [("L1", 2), ("L2", 3)]


def test_f17_a_shortage_names_product_wanted_and_there(house):
    assert promise(house, "a", 9) == 5
    with pytest.raises(Refused) as no:
        take(house, "a", 6)
    assert no.value.code == "short"
    assert [word in str(no.value) for word in ("P1", "6", "5")] == [True] * 3


def test_a_unit_is_promised_once(house):
    assert [promise(house, key, 3) for key in "ab"] == [3, 2]
    assert promise(house, "c", 1) == 0
    assert promise(house, "a", 3) == 3, "the same key again is the same promise"
    assert free(house) == 0


def test_what_is_of_no_use_in_part_is_not_promised(house):
    assert promise(house, "a", 6, at_least=6) == 0
    assert free(house) == 5
    assert promise(house, "b", 6, at_least=5) == 5


def test_a_key_is_given_later_what_was_missing_and_never_more(house):
    assert promise(house, "a", 8) == 5
    receive(house, house.p1, 9, "L2", key="later")
    assert promise(house, "a", 8) == 8
    assert promise(house, "a", 8) == 8
    assert free(house) == 6


def test_a_key_stands_for_one_product(house):
    promise(house, "a", 1)
    with pytest.raises(Refused) as no:
        promise(house, "a", 1, product=house.p2)
    assert no.value.code == "key_reused"


def test_promises_are_given_back_in_part_and_whole(house):
    promise(house, "a", 5)
    assert stock.release(SYSTEM, keys=["a"], quantities={"a": 2}) == {"a": 2}
    assert free(house) == 2
    assert stock.release(SYSTEM, keys=["a", "unknown"]) == {"a": 3}
    assert stock.release(SYSTEM, keys=["a"]) == {}
    assert free(house) == 5


def test_one_call_takes_a_whole_shipment_and_shares_the_lots(house):
    needs = [stock.Need("a", house.p1, 1), stock.Need("b", house.p1, 3)]
    stock.reserve(SYSTEM, site_id=house.main, needs=needs, document="SO-1", on=DAY)
    picked = stock.take(
        SYSTEM, site_id=house.main, takes=[stock.Take("a", 1), stock.Take("b", 3)], document="SH-1", on=DAY,
        to_site_id=house.transit,
    )  # fmt: skip
    assert picked == [("a", "L1", 1), ("b", "L1", 1), ("b", "L2", 2)]


def test_chosen_lots_are_taken_and_must_add_up(house):
    promise(house, "a", 4)
    assert take(house, "a", 2, lots=(("L2", 2),)) == [("a", "L2", 2)]
    with pytest.raises(Refused) as no:
        take(house, "a", 2, "SH-2", lots=(("L2", 1),))
    assert no.value.code == "lots"
    with pytest.raises(Refused) as no:
        take(house, "a", 2, "SH-2", lots=(("L2", 2),))
    assert (no.value.code, "L2" in str(no.value)) == ("short", True)


def test_nobody_takes_more_than_he_was_promised(house):
    promise(house, "a", 2)
    with pytest.raises(Refused):
        take(house, "a", 3)
    with pytest.raises(Missing):
        take(house, "nobody", 1)


def test_goods_must_keep_long_enough_on_the_day_of_delivery(house):
    """X12: minimum remaining shelf life; the day of expiry is usable until its end."""
    promise(house, "a", 5)
    with pytest.raises(Refused) as no:
        take(house, "a", 5, min_life_days=90)
    assert (no.value.code, "3" in str(no.value)) == ("short", True)
    assert take(house, "a", 3, min_life_days=90) == [("a", "L2", 3)]
    on_its_last_day = {"delivery_on": date(2026, 5, 1)}
    with pytest.raises(Refused):
        take(house, "a", 2, "SH-2", delivery_on=date(2026, 5, 2))
    assert take(house, "a", 2, "SH-2", **on_its_last_day) == [("a", "L1", 2)]


def test_a_delivery_moves_goods_to_the_distributor_and_sums_to_zero(house):
    promise(house, "a", 5)
    take(house, "a", 5)
    d1 = house.ids["D1"]
    legs = [
        stock.Leg(f"DN-1/{lot}", house.p1, lot, n, None, house.transit, d1, None)
        for lot, n in (("L1", 2), ("L2", 3))
    ]
    for created in (2, 0):
        assert stock.transfer(SYSTEM, legs=legs, source="delivery", document="DN-1", on=DAY).created == created
    assert (
        sum(Movement.objects.unscoped("test").filter(kind__in=("out", "in")).values_list("quantity", flat=True))
        == 0
    )
    assert [(b.lot, b.quantity) for b in read.balances(SYSTEM, holder_id=d1)] == [("L1", 2), ("L2", 3)]
    with pytest.raises(Refused) as no:
        stock.transfer(SYSTEM, legs=[legs[0]._replace(quantity=1)], source="delivery", document="DN-1", on=DAY)
    assert no.value.code == "key_reused"


@pytest.mark.parametrize("wrong", ["more", "promised", "stranger"])
def test_a_transfer_does_not_give_what_is_not_there_or_promised_or_to_a_strangers_site(house, wrong):
    n, to_site = 3, house.transit
    if wrong == "promised":
        promise(house, "a", 3)
    if wrong == "more":
        n = 4
    if wrong == "stranger":
        to_site = places.sites(SYSTEM, [places.SiteIn("D1-A", "甲", party_id=house.ids["D1"])])["D1-A"]
    leg = stock.Leg("t", house.p1, "L2", n, None, house.main, None, to_site)
    with pytest.raises(Refused) as no:
        stock.transfer(SYSTEM, legs=[leg], source="test", document="T-1", on=DAY)
    assert no.value.code == {"stranger": "site"}.get(wrong, "short")


def test_the_database_itself_keeps_the_floor_of_a_house_site(house):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE stock_balance SET quantity = -1 WHERE site_id = %s", [house.main])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE stock_shelf SET reserved = on_hand + 1")


def test_a_distributors_stock_may_fall_below_zero(house):
    row = stock.MoveIn("s", house.ids["D1"], house.p1, DAY, -4, "sale")
    assert stock.moves(SYSTEM, [row], source="sales").created == 1
    assert [b.quantity for b in read.balances(SYSTEM, holder_id=house.ids["D1"])] == [-4]


def test_tracked_goods_come_in_with_a_lot_that_is_known(house):
    goods.products(SYSTEM, [goods.ProductIn("P1", "电饭煲", "COOK", tracking="lot")])
    for lot in ("", "NOBODY"):
        with pytest.raises(Refused) as no:
            receive(house, house.p1, 1, lot)
        assert no.value.code == "lot"
    assert receive(house, house.p1, 1, "L1", key="ok").created == 1


def test_a_serial_number_is_a_lot_of_one_that_carries_the_day_of_its_lot(house):
    goods.products(SYSTEM, [goods.ProductIn("P2", "电风扇", "FAN", tracking="serial")])
    goods.lots(SYSTEM, [goods.LotIn(house.p2, "B1", expires_on=date(2027, 1, 1))])
    goods.serials(SYSTEM, [goods.SerialIn(house.p2, f"SN{n}", "B1") for n in (1, 2)])
    for n in (1, 2):
        receive(house, house.p2, 1, f"SN{n}")
    assert [each.expires_on for each in read.lots(SYSTEM, None, house.main, house.p2)] == [date(2027, 1, 1)] * 2
    promise(house, "a", 1, product=house.p2)
    assert take(house, "a", 1) == [("a", "SN1", 1)]
    held = read.holders_of(house.p2, "B1")
    assert [(each.site_id, each.on_hand) for each in held] == [(house.main, 1), (house.transit, 1)]


def test_a_blocked_lot_is_neither_promised_nor_taken_and_the_youngest_promise_gives_way(house):
    assert [promise(house, "a", 3), promise(house, "b", 2)] == [3, 2]
    cut = stock.block(SYSTEM, product_id=house.p1, lots=["L1"], reason="recall", document="RC-1", on=DAY)
    assert cut == {"b": 2}
    assert promise(house, "c", 1) == 0
    assert take(house, "a", 3) == [("a", "L2", 3)]
    with pytest.raises(Refused):
        take(house, "b", 1, "SH-2")
    assert stock.unblock(SYSTEM, product_id=house.p1, lots=["L1"], document="RC-1", on=DAY) == 1
    assert promise(house, "c", 9) == 2


def test_goods_of_a_blocked_lot_that_come_in_are_blocked(house):
    stock.block(SYSTEM, product_id=house.p1, lots=["L1"], reason="recall", document="RC-1", on=DAY)
    receive(house, house.p1, 4, "L1", key="more")
    assert free(house) == 3
    leg = stock.Leg("t", house.p1, "L1", 6, None, house.main, None, house.transit)
    stock.transfer(SYSTEM, legs=[leg], source="test", document="T-1", on=DAY)
    assert free(house) == 3


def test_what_is_lost_takes_promises_with_it_when_told_to(house):
    promise(house, "a", 4)
    loss = stock.MoveIn("loss", None, house.p1, DAY, -3, "adjust", "L2", site_id=house.main, reason="damage")
    with pytest.raises(Refused) as no:
        stock.moves(SYSTEM, [loss], source="test")
    assert no.value.code == "short"
    assert stock.moves(SYSTEM, [loss], source="test", cut_promises=True).created == 1
    assert Reservation.objects.unscoped("test").get(key="a").open == 2


def test_every_holder_of_a_lot_is_found_and_what_was_sold_on(house):
    """C098, X11: house, transit and distributors, with what is left of the lot after sales that name none."""
    promise(house, "a", 2)
    take(house, "a", 2)
    d1 = house.ids["D1"]
    legs = [stock.Leg("d", house.p1, "L1", 2, None, house.transit, d1, None)]
    stock.transfer(SYSTEM, legs=legs, source="delivery", document="DN-1", on=DAY)
    stock.moves(SYSTEM, [stock.MoveIn("s", d1, house.p1, DAY, -1, "sale")], source="sales")
    found = {
        (each.holder_id, each.site_id): (each.received, each.on_hand, each.gone)
        for each in read.holders_of(house.p1, "L1")
    }
    assert found == {(None, house.main): (2, 0, 2), (None, house.transit): (2, 0, 2), (d1, None): (2, 1, 1)}


def test_a_declaration_without_a_lot_speaks_of_all_lots(house):
    d1, later = house.ids["D1"], DAY + timedelta(days=30)
    rows = [stock.MoveIn(lot, d1, house.p1, DAY, 5, "receipt", lot) for lot in ("L1", "L2")]
    stock.moves(SYSTEM, rows, source="test")
    stock.counts(SYSTEM, [stock.CountIn(d1, house.p1, later, 7)], source="declared")
    assert sum(b.quantity for b in read.balances(SYSTEM, holder_id=d1)) == 7
    left = [(each.lot, each.reckoned) for each in read.lots(SYSTEM, d1, None, house.p1) if each.lot]
    assert left == [("L1", 2), ("L2", 5)], "what expires first has gone first"
    named = [stock.CountIn(d1, house.p1, later + timedelta(days=30), n, lot) for lot, n in (("L1", 1), ("L2", 4))]
    stock.counts(SYSTEM, named, source="declared")
    assert {b.lot: b.quantity for b in read.balances(SYSTEM, holder_id=d1)} == {"L1": 1, "L2": 4}


def test_a_stranger_sees_neither_lots_nor_shelves(house):
    other = Actor("x", may=frozenset({"*"}), parties=frozenset({house.ids["D2"]}))
    assert read.lots(other, house.ids["D1"], None, house.p1) == []
    assert read.lots(other, None, house.main, house.p1) == []
    assert not read.shelves(other).exists()
    assert not places_read.sites(other).exists()
    assert read.available(other, site_id=house.main, product_ids=[house.p1]) == {house.p1: (5, 0)}


def test_ten_lines_are_promised_and_taken_in_as_many_questions_as_one(house, django_assert_max_num_queries):
    """An order is promised in five statements and a shipment taken in a bounded number, however many lines it has."""
    needs = [stock.Need(f"n{n}", house.p1 if n % 2 else house.p2, 1) for n in range(10)]
    receive(house, house.p2, 50)
    receive(house, house.p1, 50, "L2", key="more")
    with django_assert_max_num_queries(5):
        got = stock.reserve(SYSTEM, site_id=house.main, needs=needs, document="SO-9", on=DAY)
    assert set(got.values()) == {1}
    takes = [stock.Take(need.key, 1) for need in needs]
    with django_assert_max_num_queries(26):
        stock.take(SYSTEM, site_id=house.main, takes=takes, document="SH-9", on=DAY, to_site_id=house.transit)


SALTS = itertools.count(1)
STEPS = st.lists(
    st.tuples(st.sampled_from(["in", "reserve", "release", "take", "lose", "block", "free"]), st.integers(1, 6), st.integers(0, 3)),
    max_size=14,
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(STEPS)
def test_whatever_is_done_the_books_stay_sound(house, steps):
    salt = next(SALTS)  # keys of their own for every example
    for place, (verb, n, which) in enumerate(steps):
        key, lot = f"{salt}-{which}", ("L1", "L2")[which % 2]
        try:
            with transaction.atomic():
                if verb == "in":
                    receive(house, house.p1, n, lot, key=f"{salt}/{place}")
                elif verb == "reserve":
                    promise(house, key, n)
                elif verb == "release":
                    stock.release(SYSTEM, keys=[key], quantities={key: n})
                elif verb == "take":
                    take(house, key, n, f"SH-{salt}-{place}")
                elif verb == "lose":
                    receive(house, house.p1, -n, lot, key=f"{salt}/{place}", kind="adjust")
                elif verb == "block":
                    stock.block(SYSTEM, product_id=house.p1, lots=[lot], reason="x", document="RC", on=DAY)
                else:
                    stock.unblock(SYSTEM, product_id=house.p1, lots=[lot], document="RC", on=DAY)
        except (Refused, Missing):
            continue
    assert unsound() == []
    for shelf in Shelf.objects.unscoped("test"):
        assert 0 <= shelf.reserved <= shelf.on_hand - shelf.blocked
