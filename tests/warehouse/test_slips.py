"""Receipts, moves and adjustments; X12."""

from datetime import date, timedelta

import pytest

from gongying.areas.warehouse import actions, queries
from gongying.areas.warehouse.models import Slip
from gongying.books.goods import post as goods
from gongying.books.stock import read as book
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import call, joined
from gongying.core.journal.models import Entry
from gongying.core.policies import actions as policies
from gongying.core.refusal import Forbidden, Missing, Refused
from gongying.core.soundness import SOUND
from gongying.core.ui import todo

from .conftest import DIRECTOR, KEEPER, browser, deliver, later, of, promise, receive, today


def lots(house, site=None):
    return {each.lot: each.quantity for each in book.lots(SYSTEM, None, site or house.main, house.p1)}


def adjust(house, quantity, lot="L1", reason="damage", actor=KEEPER, **more):
    line = actions.MoveLine("P1", quantity, lot)
    return actions.adjust(actor, site_id=house.main, lines=[line], reason=reason, note="摔坏", **more)


def sound():
    return [fault for name, each in SOUND.items() if name.startswith("stock.") for fault in each.ask()]


def test_what_is_received_is_on_the_shelf_under_its_number(house):
    """X12: a receipt makes the lot known, with its days, and every movement carries the slip's number."""
    assert lots(house) == {"L1": 40, "L2": 60}
    slip = Slip.objects.unscoped("test").order_by("pk").first()
    assert (slip.kind, slip.state, slip.units, slip.reference) == ("receipt", "posted", 40, "DN-9")
    (row,) = book.movements(SYSTEM, document=slip.number)
    assert (row.lot, row.quantity, row.site_id, row.kind) == ("L1", 40, house.main, "receipt")
    assert queries.stock(SYSTEM, site="WH-1")[0].free == 100
    assert sound() == []


def test_a_case_is_received_as_its_pieces(house):
    receive(house, 3, "L3", later(90), pack="CS")
    assert lots(house)["L3"] == 12
    with pytest.raises(Refused) as no:
        receive(house, 3, "L3", later(90), pack="BOX")
    assert no.value.field == "pack"


def test_a_lot_expires_its_shelf_life_after_it_was_made(house):
    receive(house, 1, "L4", made_on=date(2026, 3, 1))
    (lot,) = [each for each in book.lots(SYSTEM, None, house.main, house.p1) if each.lot == "L4"]
    assert lot.expires_on == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (actions.ReceiveLine("NOPE", 1), "product"),
        (actions.ReceiveLine("P1", 0, "L1"), "quantity"),
        (actions.ReceiveLine("P1", 1, ""), "expires_on"),
        (actions.ReceiveLine("P1", 1, "NEW"), "expires_on"),
        (actions.ReceiveLine("P1", 1, "L1", expires_on=date(2020, 1, 1)), "expires_on"),
        (actions.ReceiveLine("P1", 10**15, "L1"), "quantity"),
    ],
)
def test_a_receipt_that_cannot_be_right_is_refused_by_field(house, line, field):
    with pytest.raises(Refused) as no:
        actions.receive(KEEPER, site_id=house.main, lines=[line])
    assert no.value.field == field
    assert Slip.objects.unscoped("test").count() == 2


def test_a_piece_is_in_the_house_once(house):
    with joined("tests.write"):
        goods.products(SYSTEM, [goods.ProductIn("P2", "电风扇", "FAN", tracking="serial")])
    receive(house, 2, "", product="P2", serials=["S1", "S2"])
    for serials in (["S1"], ["S3", "S3"]):
        with pytest.raises(Refused) as no:
            receive(house, len(serials), "", product="P2", serials=serials)
        assert no.value.field == "serials"


def test_goods_are_received_where_goods_are_kept(house):
    for site in (house.transit, 987_654):
        with pytest.raises((Refused, Missing)):
            actions.receive(KEEPER, site_id=site, lines=[actions.ReceiveLine("P2", 1)])


def test_a_move_leaves_what_is_promised(house):
    promise(house, 90)
    line = actions.MoveLine("P1", 10, "L2")
    actions.move(KEEPER, site_id=house.main, to_site_id=house.apart, lines=[line])
    assert lots(house, house.apart) == {"L2": 10}
    with pytest.raises(Refused) as no:
        actions.move(KEEPER, site_id=house.main, to_site_id=house.apart, lines=[line])
    assert (no.value.code, "90" in str(no.value)) == ("short", True)
    assert sound() == []


def test_an_adjustment_has_a_reason_of_the_policy(house):
    adjust(house, -3)
    assert lots(house)["L1"] == 37
    (row,) = book.movements(SYSTEM, product_id=house.p1).filter(kind="adjust")
    assert row.reason == "damage"
    for wrong in ({"reason": "because"}, {"quantity": 0}, {"quantity": -41}):
        with pytest.raises(Refused):
            adjust(house, **{"quantity": -1, **wrong})


def test_a_large_adjustment_waits_for_a_second_person(house):
    """Four eyes above the limit of the policy: nothing moves before, and whoever asked cannot approve."""
    slip = adjust(house, 101, reason="found")
    assert (lots(house)["L1"], queries.slip_of(SYSTEM, slip).state) == (40, "pending")
    with pytest.raises(Refused) as no:
        actions.approve(KEEPER, slip_id=slip)
    assert no.value.code == "four_eyes"
    actions.approve(DIRECTOR, slip_id=slip)
    assert lots(house)["L1"] == 141
    with pytest.raises(Refused) as no:
        actions.approve(DIRECTOR, slip_id=slip)
    assert no.value.code == "decided"
    other = adjust(house, -140)
    actions.reject(DIRECTOR, slip_id=other)
    assert (lots(house)["L1"], queries.slip_of(SYSTEM, other).state) == (141, "rejected")


def test_the_limit_is_the_policys(house):
    version = policies.draft(
        SYSTEM, kind="warehouse.rules", key="warehouse.rules", title="仓库规则",
        document={"four_eyes_units": 2, "min_life_days": 45}, effective_from=today() - timedelta(days=1),
    )  # fmt: skip
    policies.publish(SYSTEM, version_id=version)
    slip = adjust(house, -3)
    assert queries.slip_of(SYSTEM, slip).state == "pending"
    assert queries.min_life(SYSTEM, party_id=house.ids["D1"], on=today()) == 45
    with pytest.raises(Missing):
        queries.min_life(of(house, "D2"), party_id=house.ids["D1"], on=today())


def test_what_is_lost_takes_its_promise_back_and_tells(house):
    promise(house, 100)
    adjust(house, -4)
    assert book.available(SYSTEM, site_id=house.main, product_ids=[house.p1])[house.p1] == (96, 96)
    assert Entry.objects.filter(name="stock.promises_cut").count() == 1


def test_lots_whose_last_day_is_over_are_blocked(house):
    """X12: the day of expiry is usable until its end."""
    assert actions.block_expired(KEEPER, on=later(20)) == 0
    assert actions.block_expired(KEEPER, on=later(21)) == 1
    assert promise(house, 100) == 60
    assert actions.block_expired(KEEPER, on=later(21)) == 0
    assert sound() == []


def test_the_radar_and_the_card_say_what_lies_where(house):
    deliver(house, "D1", "L1", 10)
    found = queries.shelf_lots(SYSTEM, today(), product_id=house.p1)
    assert [(each.lot, each.quantity, each.left, each.horizon) for each in found] == [
        ("L1", 30, 20, "d30"),
        ("L2", 60, 300, "later"),
    ]
    card = queries.card(SYSTEM, product_id=house.p1)
    assert [row.balance for row in card] == [90, 100, 40]
    assert queries.history(card) == [(today(), 90)]


def test_capacity_is_shown_as_a_limit(house):
    """C045: how full a site is of what it can hold."""
    room = next(each for each in queries.rooms(SYSTEM, today()) if each.site.pk == house.main)
    assert (room.units, room.full_units, room.full_value) == (100, 0.5, None)
    assert actions.save_site(DIRECTOR, code="WH-1", name="主仓库", capacity_units=50) == house.main
    assert queries.rooms(SYSTEM, today())[0].full_units == 2.0, "it may be exceeded: it is a limit to be seen"


def test_strangers_reach_nothing_of_the_house(house):
    stranger = of(house, "D1")
    assert list(queries.stock(stranger)) == []
    assert queries.shelf_lots(stranger, today()) == []
    slip = Slip.objects.unscoped("test").first()
    for ask in (
        lambda: queries.slip_of(stranger, slip.pk),
        lambda: actions.approve(stranger, slip_id=slip.pk),
        lambda: actions.receive(stranger, site_id=house.main, lines=[actions.ReceiveLine("P2", 1)]),
    ):
        with pytest.raises(Missing):
            ask()
    with pytest.raises(Forbidden):
        actions.save_site(stranger, code="X", name="X")
    with pytest.raises(Forbidden):
        actions.receive(Actor("x", parties=None), site_id=house.main, lines=[])


def test_the_api_receives_what_the_form_receives(house):
    body = {
        "site_id": house.main,
        "lines": [{"product": "P1", "quantity": 2, "lot": "L9", "expires_on": str(later(9))}],
    }
    for _again in range(2):
        made = call("warehouse.receive", KEEPER, body, idempotency_key="k-1")
    assert lots(house)["L9"] == 2
    assert queries.slip_of(SYSTEM, made).created_by == "keeper"


def test_the_form_receives_typed_and_pasted_lines_and_keeps_what_was_typed(house):
    window = browser(house)
    given = {
        "site": house.main, "product": ["P1", ""], "quantity": ["5", ""], "lot": ["L5", ""],
        "expires_on": [str(later(50)), ""], "made_on": ["", ""], "pack": ["", ""], "serials": ["", ""],
        "paste": f"P1\t1,000\tL6\t{later(60)}".replace(",", ""),
    }  # fmt: skip
    answer = window.post("/warehouse/receive/", given)
    assert answer.status_code == 302
    assert window.get(answer["Location"]).status_code == 200
    assert (lots(house)["L5"], lots(house)["L6"]) == (5, 1000)
    wrong = window.post("/warehouse/receive/", given | {"quantity": ["five", ""], "paste": ""})
    assert (wrong.status_code, 'value="five"' in wrong.content.decode()) == (409, True)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_shows_its_rows(house, language):
    deliver(house, "D1", "L1", 10)
    waiting = adjust(house, 500, reason="found")
    window = browser(house)
    window.post("/language/", {"language": language})
    for address, shown in (
        ("/warehouse/", "P1"),
        ("/warehouse/?site=WH-1&is=none", ""),
        ("/warehouse/lots/", "L1"),
        ("/warehouse/ageing/", "P1"),
        (f"/warehouse/ageing/?on={later(-1)}", ""),
        (f"/warehouse/products/{house.p1}/", "DN-1"),
        (f"/warehouse/products/{house.p1}/?site=WH-1&lot=L2", "L2"),
        ("/warehouse/slips/", "RK-"),
        (f"/warehouse/slips/{waiting}/", "TZ-"),
        ("/warehouse/sites/", "WH-1"),
        (f"/warehouse/sites/{house.main}/", "WH-1"),
        ("/warehouse/receive/", ""),
        ("/warehouse/move/", ""),
        ("/warehouse/adjust/", ""),
        ("/warehouse/distributors/", "D1"),
        (f"/warehouse/distributors/{house.ids['D1']}/", "L1"),
    ):
        answer = window.get(address)
        assert answer.status_code == 200, address
        assert shown in answer.content.decode(), address
    assert "RK-" in window.get("/warehouse/slips/?export=csv").content.decode()


def test_what_waits_is_told_in_one_question(house, django_assert_num_queries):
    adjust(house, 500, reason="found")
    with joined("tests.write"):
        goods.lots(SYSTEM, [goods.LotIn(house.p1, "OLD", expires_on=today() - timedelta(days=1))])
    receive(house, 1, "OLD")
    with django_assert_num_queries(1):
        held = queries.waiting(DIRECTOR, today(), approves=True, keeps=True)
    assert held == {"slips": 1, "expired": 1}
    assert queries.waiting(KEEPER, today(), approves=True, keeps=False) == {}
    shown = {each.url: each.count for each in todo.todos(DIRECTOR)}
    assert shown["/warehouse/slips/?state=pending"] == shown["/warehouse/lots/?horizon=expired"] == 1
