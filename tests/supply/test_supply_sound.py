"""What `gongying fsck` asks of supply: it is quiet after a whole story, and speaks when a document says another thing than moved."""

from datetime import date
from decimal import Decimal

import pytest
from supplies import DIRECTOR, PLANNER

from gongying.areas.supply import actions, queries
from gongying.areas.supply.models import Claim, ReturnLine, ShipmentLine, TransferLine
from gongying.core.soundness import faults

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 5)


@pytest.fixture
def story(house):
    """A delivery that lacks something, a return three ways, a transfer, and goods on their way."""
    made = house.ship(10)
    line = ShipmentLine.objects.unscoped("test").get()
    house.deliver(made, received={str(line.pk): 7})
    back = actions.ReturnLineIn(house.p1, 3, "defect", line.lot, line.pk)
    asked = actions.request_return(house.d1, party_id=house.ids["D1"], lines=[back], on=DAY)
    actions.decide_return(PLANNER, return_id=asked, on=DAY)
    found = actions.Finding(ReturnLine.objects.unscoped("test").get().pk, 1, 1, 1)
    actions.inspect(PLANNER, return_id=asked, findings=[found], site_id=house.site, on=DAY)
    goods = actions.TransferLineIn(house.p1, 2, Decimal(1), lot=line.lot)
    passed = actions.offer_transfer(
        PLANNER, giver_id=house.ids["D1"], taker_id=house.ids["D2"], lines=[goods], on=DAY
    )
    for who in (house.d1, house.d2):
        actions.agree_transfer(who, transfer_id=passed)
    actions.consent_transfer(DIRECTOR, transfer_id=passed)
    actions.take_over(house.d2, transfer_id=passed, on=DAY)
    house.ship(4, order="SO-2")
    house.line = line
    return house


def test_a_whole_story_is_sound(story):
    assert [
        fault for sound, found in faults() if sound.name.split(".")[0] in ("supply", "stock") for fault in found
    ] == []


def test_a_document_that_says_another_thing_is_found(story):
    assert not [*queries.unmoved(), *queries.lacking()]
    ShipmentLine.objects.unscoped("test").filter(pk=story.line.pk).update(received=8)
    assert [(fault.said, fault.moved) for fault in queries.unmoved()] == [(8, 7)]
    assert {(fault.said, fault.moved) for fault in queries.lacking()} == {(2, 3)}
    ShipmentLine.objects.unscoped("test").filter(pk=story.line.pk).update(received=7)
    Claim.objects.unscoped("test").update(quantity=1)
    assert [(fault.said, fault.moved) for fault in queries.lacking()] == [(3, 1)]
    ReturnLine.objects.unscoped("test").update(good=2)
    TransferLine.objects.unscoped("test").update(quantity=1)
    assert sorted((fault.document[:2], fault.said, fault.moved) for fault in queries.unmoved()) == [
        ("DB", 1, 2),
        ("TH", 3, 2),
    ]
