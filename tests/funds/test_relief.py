"""Price protection, stock rotation, ship and debit on the books (X37, C111)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from gongying.areas.funds import actions, queries
from gongying.areas.funds.models import ReliefLine
from gongying.books.money import read as money
from gongying.books.prices import post as prices
from gongying.books.stock import post as stock
from gongying.core.actor import SYSTEM
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db


def refused(call, *args, **inputs):
    with pytest.raises(Refused) as no:
        call(*args, **inputs)
    return no.value.code


@pytest.fixture
def shelves(funds):
    """P1 falls from 100 to 90 today. D1 has 100 of 150 that came in lots 20 and 200 days ago; D2 has 30 that came yesterday."""
    today, p1, p2 = funds.today, funds.skus["P1"], funds.skus["P2"]
    base = prices.PriceIn(
        "L", "dealer", p1, "CNY", Decimal(100), valid_from=today - timedelta(days=900), valid_to=today
    )
    funds.price(
        base,
        base._replace(list_code="L2", price=Decimal(90), valid_from=today, valid_to=None),
        base._replace(product_id=p2, price=Decimal(40), valid_to=None),
    )

    def move(code, units, days, lot="", kind="receipt", product=p1):
        return stock.MoveIn(
            holder_id=funds.ids[code], product_id=product, quantity=units, business_date=today - timedelta(days=days),
            key=f"{code}-{kind}-{units}-{days}-{lot}", lot=lot, kind=kind,
        )  # fmt: skip

    funds.move = move
    funds.moves(
        move("D1", 80, 200, "OLD"), move("D1", 70, 20, "NEW"), move("D1", -50, 10, kind="sale"),
        move("D2", 30, 1), move("D2", 10, 0), move("D1", 500, 5, product=p2),
    )  # fmt: skip
    return funds


def test_lots_on_hand_at_the_change_that_came_within_the_window_are_credited(shelves):
    """X37: protection from the books, explained lot by lot; what came on the day itself was bought at the new price."""
    found = queries.preview(SYSTEM, on=shelves.today, product_ids=[shelves.skus["P1"], shelves.skus["P2"]])
    assert found.unknown == set()
    lots = {
        (each.party_id, each.of.lot): (each.of.on_hand, each.of.units, each.of.amount_minor, each.of.why)
        for each in found.lots
    }
    d1, d2 = shelves.ids["D1"], shelves.ids["D2"]
    held = lots[d1, "NEW"][0] + lots[d1, "OLD"][0]
    assert held == 100
    assert lots[d1, "OLD"][1:] == (0, 0, "old")
    assert lots[d1, "NEW"][1:] == (lots[d1, "NEW"][0], lots[d1, "NEW"][0] * 10_00, "")
    assert lots[d2, ""] == (30, 30, 300_00, "")
    assert found.sums == {d1: lots[d1, "NEW"][2], d2: 300_00}
    capped = queries.preview(SYSTEM, on=shelves.today, product_ids=[shelves.skus["P1"]], cap=12)
    assert {each.of.units for each in capped.lots if each.of.amount_minor} == {12}
    none = queries.preview(SYSTEM, on=shelves.today, product_ids=[shelves.skus["P2"]])
    assert (none.lots, none.total) == ([], 0)  # its price does not fall


def test_it_is_drawn_by_one_and_approved_by_another_from_a_fund(shelves):
    drawn = actions.protect(
        shelves.people.finance, fund="market", title="P1 down", on=shelves.today, product_ids=[shelves.skus["P1"]]
    )
    row = queries.relief(SYSTEM, drawn)
    assert shelves.bar().requested == row.amount_minor
    again = {"fund": "market", "title": "again", "on": shelves.today, "product_ids": [shelves.skus["P1"]]}
    assert refused(actions.protect, shelves.people.finance, **again) == "twice"
    assert (
        refused(actions.settle_relief, shelves.people.finance, relief_id=drawn, verdict="approved") == "authority"
    )
    assert actions.settle_relief(shelves.people.director, relief_id=drawn, verdict="approved") == row.amount_minor
    paid = money.balance(SYSTEM, kind="rebate", holder_id=shelves.ids["D2"], currency="CNY")
    assert paid == 300_00
    assert (shelves.bar().paid, shelves.bar().whole) == (row.amount_minor, True)
    mine = queries.relief_lines(shelves.owner["D2"])
    assert {line.party_id for line in mine} == {shelves.ids["D2"]}
    with pytest.raises(Missing):
        queries.relief(shelves.owner["D2"], drawn)


def test_a_rejected_one_frees_the_money_and_may_be_drawn_again(shelves):
    term = {"fund": "market", "title": "P1", "on": shelves.today, "product_ids": [shelves.skus["P1"]]}
    drawn = actions.protect(shelves.people.finance, **term)
    assert refused(actions.settle_relief, shelves.people.director, relief_id=drawn, verdict="rejected") == "reason"
    assert (
        actions.settle_relief(shelves.people.director, relief_id=drawn, verdict="rejected", answer="wrong day") == 0
    )
    assert shelves.bar().requested == 0
    assert actions.protect(shelves.people.finance, **term) > drawn
    assert (
        refused(actions.protect, shelves.people.finance, **term | {"on": shelves.today + timedelta(days=1)})
        == "refused"
    )


def test_a_fund_that_cannot_pay_refuses_and_keeps_nothing(shelves):
    shelves.publish("small", budget="5")
    actions.budget(SYSTEM, fund="small", on=shelves.today, reason="x")
    term = {"fund": "small", "title": "P1", "on": shelves.today, "product_ids": [shelves.skus["P1"]]}
    assert refused(actions.protect, shelves.people.finance, **term) == "budget"
    assert ReliefLine.objects.unscoped("test").count() == 0


def test_stock_rotation_is_a_share_of_net_purchases(funds):
    """X37: allowed return value, less what came back."""
    day = funds.today - timedelta(days=30)
    funds.sell(
        funds.line(yuan=10_000, on=day, doc="S1"), funds.line(yuan=-100, on=day, doc="R1", qty=-1),
        funds.line(yuan=5_000, on=funds.today - timedelta(days=400), doc="S0"),
    )  # fmt: skip
    found = queries.rotation(funds.owner["D1"], party_id=funds.ids["D1"], on=funds.today)
    assert (found.bought_minor, found.returned_minor, found.allowed_minor, found.left_minor) == (
        10_000_00,
        100_00,
        495_00,
        395_00,
    )
    with pytest.raises(Missing):
        queries.rotation(funds.owner["D2"], party_id=funds.ids["D1"], on=funds.today)


def agree(funds, **more):
    asked = {
        "party_id": funds.ids["D1"], "product_id": funds.skus["P1"], "customer": "Hotel Lakeside", "fund": "market",
        "acquisition": Decimal(100), "agreed": Decimal("92.5"), "units": 100, "start": funds.today - timedelta(days=20),
        "end": funds.today + timedelta(days=20), "reason": "tender",
    }  # fmt: skip
    return actions.ask_debit(funds.owner["D1"], **(asked | more))


def sold(funds, units, days, doc, customer="Hotel Lakeside"):
    line = funds.line(yuan=units * 92, on=funds.today - timedelta(days=days), doc=doc, qty=units)
    return line._replace(level="sell_through", counterparty=customer)


def test_sales_to_the_named_customer_are_compensated_once_and_within_the_pool(shelves):
    """C111: ship and debit, checked against opening + sell-in − other claims."""
    funds = shelves
    made = agree(funds)
    assert (
        refused(actions.claim_debit, funds.owner["D1"], agreement_id=made, start=funds.today, end=funds.today)
        == "state"
    )
    assert refused(actions.decide_debit, funds.people.director, agreement_id=made, verdict="maybe") == "choice"
    actions.decide_debit(funds.people.director, agreement_id=made, verdict="approved")
    funds.sell(funds.line(yuan=4_000, on=funds.today - timedelta(days=15), doc="IN", qty=40))
    funds.sell(sold(funds, 30, 12, "T1"), sold(funds, 90, 9, "T2"), sold(funds, 40, 8, "T3", "Somebody else"))
    span = {"start": funds.today - timedelta(days=20), "end": funds.today}
    row = queries.agreement(funds.owner["D1"], made)
    found = queries.debit_preview(funds.owner["D1"], row, **span)
    assert [(each.document, each.paid_units) for each in found.lines] == [("T1", 30), ("T2", 70)]  # 100 were agreed
    assert found.amount_minor == 750_00
    claim = actions.claim_debit(funds.owner["D1"], agreement_id=made, **span)
    assert refused(actions.claim_debit, funds.owner["D1"], agreement_id=made, **span) == "nothing"
    assert actions.settle_relief(funds.people.director, relief_id=claim, verdict="approved") == 750_00
    assert money.balance(SYSTEM, kind="rebate", holder_id=funds.ids["D1"], currency="CNY") == 750_00


def test_more_than_can_have_been_in_stock_is_not_compensated(funds):
    made = agree(funds)
    actions.decide_debit(funds.people.director, agreement_id=made, verdict="approved")
    day = funds.today - timedelta(days=15)
    funds.sell(funds.line(yuan=1_000, on=day, doc="IN", qty=10), sold(funds, 60, 12, "T1"))
    found = queries.debit_preview(SYSTEM, queries.agreement(SYSTEM, made), day, funds.today)
    assert (found.pool.opening, found.pool.sell_in, found.room, found.units) == (0, 10, 10, 10)


def test_what_an_agreement_refuses(funds):
    assert refused(agree, funds, agreed=Decimal(100)) == "refused"
    assert refused(agree, funds, units=0) == "refused"
    made = agree(funds)
    assert refused(actions.decide_debit, funds.people.director, agreement_id=made, verdict="rejected") == "reason"
    with pytest.raises(Missing):
        queries.agreement(funds.owner["D2"], made)
    with pytest.raises(Missing):
        actions.claim_debit(
            funds.owner["D2"], agreement_id=made, start=funds.today, end=funds.today + timedelta(days=1)
        )
