"""The way of the goods: shipped from a promise, followed, received with proof; what is missing is written off and claimed."""

from datetime import UTC, date, datetime

import pytest
from supplies import ON, PLANNER

from gongying.areas.supply import actions, queries
from gongying.areas.supply.models import CarrierEvent, Claim, Delivery, Shipment, ShipmentLine
from gongying.books.places import read as places
from gongying.books.stock import read as stock
from gongying.books.stock.models import Movement
from gongying.core.actor import Actor
from gongying.core.journal.models import Entry
from gongying.core.refusal import Forbidden, Missing, Refused

pytestmark = pytest.mark.django_db


def lines_of(made):
    return list(ShipmentLine.objects.unscoped("test").filter(shipment_id=made.id).order_by("id"))


def way():
    return places.transit().pk


def test_what_is_shipped_leaves_the_site_and_is_on_its_way(house):
    """X08 C089: the notice of the shipment is its lines by lot; the promise is used up, the goods are in transit."""
    made = house.ship(70, lots=(("B", 40), ("A", 30)))
    assert made.number == "FH-202607-0001"
    assert sorted((p.order_line, p.lot, p.quantity) for p in made.picked) == [
        ("SO-1-1", "A", 30),
        ("SO-1-1", "B", 40),
    ]
    assert house.held(None, site_id=house.site) == 30
    assert house.held(None, site_id=way()) == 70
    assert stock.available(PLANNER, site_id=house.site, product_ids=[house.p1]) == {house.p1: (30, 0)}
    row = Shipment.objects.unscoped("test").get()
    assert (row.state, row.order, row.carrier, row.eta) == ("shipped", "SO-1", "顺丰", date(2026, 7, 4))
    told = Entry.objects.get(name="supply.shipment_sent")
    assert '"units":70' in told.payload.replace(" ", "")


def test_what_cannot_be_shipped_is_refused_and_nothing_is_written(house):
    cases = [
        {"lines": []},
        {"lines": [actions.ShipLineIn("L", "K", house.p1, 0)]},
        {"lines": [actions.ShipLineIn("L", "K", house.p1, 1)] * 2},
    ]
    said = {"site_id": house.site, "party_id": house.ids["D1"], "ship_to_id": None, "order": "X", "carrier": "",
            "tracking": "", "eta": None, "on": ON}  # fmt: skip
    for case in cases:
        with pytest.raises(Refused):
            actions.ship(PLANNER, **said | case)
    with pytest.raises(Missing):  # nobody promised these
        actions.ship(PLANNER, **said, lines=[actions.ShipLineIn("L", "nobody's", house.p1, 1)])
    with pytest.raises(Missing):
        actions.ship(PLANNER, **said | {"site_id": 10**6}, lines=[actions.ShipLineIn("L", "K", house.p1, 1)])
    with pytest.raises(Missing):
        actions.ship(PLANNER, **said | {"party_id": 10**6}, lines=[actions.ShipLineIn("L", "K", house.p1, 1)])
    with pytest.raises(Missing):
        actions.ship(
            PLANNER, **said | {"ship_to_id": house.site}, lines=[actions.ShipLineIn("L", "K", house.p1, 1)]
        )
    assert not Shipment.objects.unscoped("test").exists()
    assert house.held(None, site_id=house.site) == 100


def test_a_carrier_tells_everything_once_and_in_any_order(house):
    """C089: the newest event by its own time decides; the same number again changes nothing."""
    made = house.ship()

    def tell(number, kind, hour, **more):
        at = datetime(2026, 7, 2, hour, tzinfo=UTC)
        return actions.carrier_event(PLANNER, shipment_id=made.id, event_id=number, kind=kind, at=at, **more)

    assert tell("e3", "arrived", 12, place="杭州") == "arrived"
    assert tell("e1", "picked_up", 8) == "arrived", "it came late, and tells of earlier"
    assert tell("e3", "exception", 20) == "arrived", "a number that was told already"
    assert tell("e4", "note", 21, note="call first") == "arrived"
    assert tell("e5", "exception", 22) == "exception"
    assert CarrierEvent.objects.unscoped("test").count() == 4
    assert Entry.objects.filter(name="supply.carrier_event_told").count() == 4
    for bad in ({"kind": "flew"}, {"event_id": " "}, {"event_id": "x" * 65}):
        with pytest.raises(Refused):
            actions.carrier_event(
                PLANNER,
                **{"shipment_id": made.id, "event_id": "e9", "kind": "arrived", "at": datetime.now(UTC)} | bad,
            )


def test_a_carrier_tells_of_many_shipments_by_their_tracking_numbers(house):
    """C089: one call for a carrier's list; what is not taken is named, the rest is taken, and all of it again changes nothing."""
    first, second = house.ship(order="SO-1", tracking="T1"), house.ship(order="SO-2", tracking="T2")
    at = datetime(2026, 7, 2, tzinfo=UTC)
    events = [
        actions.CarrierEventIn("T1", "a", "picked_up", at),
        actions.CarrierEventIn(second.number, "b", "arrived", at),
        actions.CarrierEventIn("T9", "c", "arrived", at),
        actions.CarrierEventIn("T1", "d", "flew", at),
        actions.CarrierEventIn("T1", "", "arrived", at),
    ]
    for _again in range(2):
        told = actions.carrier_events(PLANNER, events=events)
        assert told == ["in transit", "arrived", "unknown", "kind", "event_id"]
    assert CarrierEvent.objects.unscoped("test").count() == 2
    assert queries.shipment(PLANNER, shipment_id=first.id).state == "in transit"
    assert actions.carrier_events(house.d2, events=events[:1]) == ["unknown"]
    with pytest.raises(Refused):
        actions.carrier_events(PLANNER, events=events * 101)


def test_a_delivery_is_confirmed_once_and_the_goods_are_the_distributors(house):
    """X08 C089: proof of delivery; the distributor's own click moves the goods from the way into his stock."""
    made = house.ship(10)
    done = house.deliver(made, note="放前台")
    assert (done.number, done.on_time, done.in_full, done.claims) == ("QS-202607-0001", True, True, 0)
    assert [(x.order_line, x.lot, x.shipped, x.received) for x in done.lines] == [
        ("SO-1-1", done.lines[0].lot, 10, 10)
    ]
    assert house.held(house.ids["D1"]) == 10
    assert house.held(None, site_id=way()) == 0
    row = Delivery.objects.unscoped("test").get()
    assert (row.signed_by, row.confirmed_by, row.delivered_on) == ("王收货", "owner-D1", date(2026, 7, 3))
    assert Shipment.objects.unscoped("test").get().state == "delivered"
    with pytest.raises(Refused, match=r"已签收|confirmed already"):
        house.deliver(made)
    actions.carrier_event(
        PLANNER, shipment_id=made.id, event_id="z", kind="arrived", at=datetime(2026, 7, 5, tzinfo=UTC)
    )
    assert Shipment.objects.unscoped("test").get().state == "delivered"
    assert {
        m.document for m in Movement.objects.unscoped("test").filter(kind__in=("in", "out"), holder=house.ids["D1"])
    } == {done.number}


def test_what_is_missing_is_written_off_on_the_way_and_claimed(house):
    """X11: 3 of 10 do not arrive well: they leave the books with their reason, and head office says whose fault it was."""
    made = house.ship(10)
    line = lines_of(made)[0]
    done = house.deliver(made, received={str(line.pk): 7}, reasons={str(line.pk): "damaged"}, on=date(2026, 7, 6))
    assert (done.on_time, done.in_full, done.claims) == (False, False, 1)
    assert house.held(house.ids["D1"]) == 7
    assert house.held(None, site_id=way()) == 0
    lost = Movement.objects.unscoped("test").get(kind="adjust")
    assert (lost.quantity, lost.reason, lost.document, lost.site_id) == (-3, "damaged", done.number, way())
    claim = Claim.objects.unscoped("test").get()
    assert (claim.quantity, claim.reason, claim.state) == (3, "damaged", "open")
    actions.explain_claim(house.d1, claim_id=claim.pk, note="外箱破损")
    with pytest.raises(Missing):
        actions.explain_claim(house.d2, claim_id=claim.pk, note="x")
    for bad in ({"fault": "weather", "answer": "x"}, {"fault": "carrier", "answer": " "}):
        with pytest.raises(Refused):
            actions.settle_claim(PLANNER, claim_id=claim.pk, **bad)
    actions.settle_claim(PLANNER, claim_id=claim.pk, fault="carrier", answer="承运商赔付")
    with pytest.raises(Refused):
        actions.settle_claim(PLANNER, claim_id=claim.pk, fault="nobody", answer="x")
    with pytest.raises(Refused):
        actions.explain_claim(house.d1, claim_id=claim.pk, note="more")
    claim.refresh_from_db()
    assert (claim.state, claim.fault, claim.note) == ("closed", "carrier", "外箱破损")


def test_a_delivery_says_only_what_can_be(house):
    made = house.ship(10)
    line = str(lines_of(made)[0].pk)
    for bad in (
        {"received": {line: 11}},
        {"received": {line: -1}},
        {"received": {"999999": 1}},
        {"received": {line: 5}, "reasons": {line: "eaten"}},
        {"signed_by": "  "},
        {"on": date(2026, 6, 30)},
    ):
        with pytest.raises(Refused):
            house.deliver(made, **bad)
    with pytest.raises(Missing):
        house.deliver(made, file_id=10**6)
    assert house.held(house.ids["D1"]) == 0
    assert house.held(None, site_id=way()) == 10


def test_a_stranger_neither_sees_nor_receives_a_shipment(house):
    made = house.ship(10)
    with pytest.raises(Missing):
        house.deliver(made, house.d2)
    with pytest.raises(Missing):
        queries.shipment(house.d2, shipment_id=made.id)
    with pytest.raises(Missing):
        actions.carrier_event(
            house.d2, shipment_id=made.id, event_id="1", kind="note", at=datetime(2026, 7, 2, tzinfo=UTC)
        )
    assert not queries.shipments(house.d2).exists()
    assert queries.by_state(house.d2)["shipped"] == 0
    with pytest.raises(Forbidden):
        actions.ship(Actor("nobody", parties=None))
    assert queries.shipment(house.d1, shipment_id=made.id).number == made.number


def test_on_time_and_in_full_are_kept_apart_and_together(house):
    """C089: by the day that was asked for, else the day announced; a shipment without either counts only for in full."""
    wanted = date(2026, 7, 2)
    late = house.ship(5, order="SO-1", wanted_on=wanted, ordered=5)
    part = house.ship(5, order="SO-2", wanted_on=date(2026, 7, 9), ordered=8)
    good = house.ship(5, order="SO-3", eta=date(2026, 7, 3))
    undated = house.ship(5, order="SO-4", eta=None)
    done = [house.deliver(each) for each in (late, part, good, undated)]
    assert [(d.on_time, d.in_full) for d in done] == [(False, True), (True, False), (True, True), (None, True)]
    told = queries.reliability(house.d1, start=ON, end=date(2026, 8, 1))
    assert (told.deliveries, told.dated, told.in_full) == (4, 3, 0.75)
    assert told.on_time == pytest.approx(2 / 3)
    assert told.otif == pytest.approx(1 / 3)
    assert queries.reliability(house.d2, start=ON, end=date(2026, 8, 1)).deliveries == 0
    assert queries.reliability(PLANNER, start=date(2026, 8, 1), end=date(2026, 9, 1)).otif is None


def test_the_notice_is_read_by_programs(house):
    made = house.ship(10)
    line = lines_of(made)[0]
    told = queries.open_shipments(house.d1, order="SO-1")
    assert [each.number for each in told] == [made.number]
    assert told[0].lines[0] == {"id": line.pk, "order_line": "SO-1-1", "product": "P1", "lot": line.lot, "quantity": 10, "received": None}  # fmt: skip
    assert queries.open_shipments(house.d1, order="SO-9") == []
    house.deliver(made)
    assert queries.open_shipments(house.d1) == []
    assert queries.shipment(house.d1, shipment_id=made.id).signed_by == "王收货"


def test_a_flow_may_stand_behind_a_page_but_only_behind_those_there_are():
    with pytest.raises(RuntimeError):
        actions.through("sing", print)
