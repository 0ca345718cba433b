"""Goods that pass from one distributor to another: a sale, agreed by both, consented to by the house, posted as one."""

from datetime import date
from decimal import Decimal

import pytest
from supplies import DIRECTOR, ON, PLANNER

from gongying.areas.supply import actions, queries
from gongying.areas.supply.models import Transfer
from gongying.books.trade import read as trade
from gongying.core.actor import SYSTEM
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(house):
    """D1 has 10 P1 and passes on 4 of them at 12.50 each."""
    house.deliver(house.ship(10))

    def make(actor=PLANNER, taker="D2", **more):
        said = {"product_id": house.p1, "quantity": 4, "price": Decimal("12.5")} | more
        line = actions.TransferLineIn(**said)
        taker_id = house.ids[taker] if taker else None
        return actions.offer_transfer(
            actor, giver_id=house.ids["D1"], lines=[line], taker_id=taker_id, reason="滞销", on=ON
        )

    house.make = make
    return house


def state(pk):
    return Transfer.objects.unscoped("test").get(pk=pk).state


def test_a_transfer_is_a_sale_that_both_and_the_house_agree_to(offer):
    """C087: price and tax, consent of three, then stock and the giver's sale in one transaction."""
    pk = offer.make()
    row = queries.transfer_row(offer.d2, pk)
    assert (row.number, row.units, row.net, row.tax) == ("DB-202607-0001", 4, 5000, 650)
    with pytest.raises(Refused):
        actions.consent_transfer(DIRECTOR, transfer_id=pk)
    assert actions.agree_transfer(offer.d1, transfer_id=pk) == "on offer"
    assert actions.agree_transfer(offer.d2, transfer_id=pk) == "agreed"
    with pytest.raises(Refused) as no:
        actions.consent_transfer(PLANNER, transfer_id=pk)
    assert no.value.code == "four_eyes"
    with pytest.raises(Refused):
        actions.take_over(offer.d2, transfer_id=pk)
    actions.consent_transfer(DIRECTOR, transfer_id=pk, tax_note="D1 开具增值税专用发票")
    with pytest.raises(Refused) as no:
        actions.take_over(offer.d1, transfer_id=pk)
    assert no.value.code == "side"
    assert actions.take_over(offer.d2, transfer_id=pk, on=date(2026, 7, 8)) == 4
    assert (offer.held(offer.ids["D1"]), offer.held(offer.ids["D2"])) == (6, 4)
    sold = trade.lines(SYSTEM, level="sell_through", start=date(2026, 7, 1), end=date(2026, 8, 1)).get()
    assert (sold.party_id, sold.counterparty, sold.place, sold.document) == (
        offer.ids["D1"],
        "D2",
        "HN",
        row.number,
    )
    assert (sold.quantity, sold.net_minor, sold.tax_minor) == (4, 5000, 650)
    with pytest.raises(Refused):
        actions.take_over(offer.d2, transfer_id=pk)
    with pytest.raises(Refused):
        actions.end_transfer(offer.d1, transfer_id=pk, reason="x")


def test_head_office_finds_a_taker_and_agrees_for_nobody(offer):
    """C087: a distributor offers without knowing the others; whoever is found agrees for himself."""
    with pytest.raises(Missing):
        offer.make(offer.d1)  # he does not see D2
    pk = offer.make(offer.d1, taker="")
    with pytest.raises(Missing):
        queries.transfer_row(offer.d2, pk)
    with pytest.raises(Refused) as no:
        actions.agree_transfer(offer.d1, transfer_id=pk)
    assert no.value.code == "no_taker"
    for bad in (offer.ids["D1"],):
        with pytest.raises(Refused):
            actions.name_taker(PLANNER, transfer_id=pk, taker_id=bad)
    actions.name_taker(PLANNER, transfer_id=pk, taker_id=offer.ids["D2"])
    with pytest.raises(Refused) as no:
        actions.agree_transfer(DIRECTOR, transfer_id=pk)
    assert no.value.code == "side"
    actions.agree_transfer(offer.d2, transfer_id=pk)
    actions.name_taker(PLANNER, transfer_id=pk, taker_id=offer.ids["D2"])
    assert queries.transfer_row(offer.d2, pk).taker_by == "", "another taker, or the same anew: agreed by nobody"


def test_a_transfer_ends_with_a_reason_and_its_lines_have_limits(offer):
    pk = offer.make()
    with pytest.raises(Refused):
        actions.end_transfer(offer.d2, transfer_id=pk, reason=" ")
    actions.end_transfer(offer.d2, transfer_id=pk, reason="价格过高")
    assert state(pk) == "declined"
    pk = offer.make()
    actions.end_transfer(offer.d1, transfer_id=pk, reason="已售出")
    assert state(pk) == "withdrawn"
    for bad in (
        {"quantity": 0},
        {"price": Decimal(-1)},
        {"price": Decimal("0.0000001")},
        {"per": 0},
        {"product_id": 10**6},
    ):
        with pytest.raises(Refused):
            offer.make(**bad)
    with pytest.raises(Missing):
        offer.make(offer.d2)


def test_a_price_for_a_pack_is_rounded_once(offer):
    """F7: 5 cases of 4 at 182,193.74 a case come to 910,968.70."""
    pk = offer.make(quantity=20, price=Decimal("182193.74"), per=4)
    assert queries.transfer_row(PLANNER, pk).net == 91096870
