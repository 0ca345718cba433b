"""Goods that come back: asked, decided in part, sent, inspected; what is good, damaged and rejected goes three ways."""

from datetime import date

import pytest
from supplies import DIRECTOR, ON, PLANNER

from gongying.areas.supply import actions, queries
from gongying.areas.supply.models import Return, ReturnLine, ShipmentLine
from gongying.books.places import read as places
from gongying.core.actor import SYSTEM
from gongying.core.files import shelf
from gongying.core.journal.models import Entry
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 10)


@pytest.fixture
def back(house):
    """10 P1 were delivered to D1, who asks to send some of them back."""
    made = house.ship(10)
    house.deliver(made)
    house.line = ShipmentLine.objects.unscoped("test").get(shipment_id=made.id)

    def ask(quantity=6, actor=None, on=DAY, **more):
        said = {"product_id": house.p1, "quantity": quantity, "reason": "defect", "lot": house.line.lot}
        line = actions.ReturnLineIn(**said | {"shipped_line_id": house.line.pk} | more)
        return actions.request_return(
            actor or house.d1, party_id=house.ids["D1"], lines=[line], note="按键失灵", on=on
        )

    def only(pk):
        return str(ReturnLine.objects.unscoped("test").get(of_id=pk).pk)

    house.ask, house.only = ask, only
    return house


def row(pk):
    return Return.objects.unscoped("test").get(pk=pk)


def test_a_return_goes_its_whole_way_and_the_goods_three_ways(back):
    """X11: 6 asked, 5 allowed; 3 good into the warehouse, 1 damaged into quarantine, 1 rejected stays the distributor's."""
    pk = back.ask()
    held = row(pk)
    assert (held.number, held.state, held.order, held.due_on) == (
        "TH-202607-0001",
        "requested",
        "SO-1",
        date(2026, 7, 13),
    )
    assert held.delivery.number == "QS-202607-0001"
    line = back.only(pk)
    assert (
        actions.decide_return(PLANNER, return_id=pk, approved={line: 5}, answer="一台已使用", on=DAY) == "approved"
    )
    assert row(pk).send_by == date(2026, 7, 24)
    actions.send_return(back.d1, return_id=pk, carrier="德邦", tracking="DB1", on=date(2026, 7, 12))
    assert back.held(back.ids["D1"]) == 10, "until they are inspected they are the distributor's"
    found = actions.Finding(int(line), 3, 1, 1, "一台进水")
    done = actions.inspect(DIRECTOR, return_id=pk, findings=[found], site_id=back.site, on=date(2026, 7, 15))
    assert [(x.order_line, x.good, x.damaged, x.rejected, x.credited) for x in done.lines] == [
        ("SO-1-1", 3, 1, 1, 4)
    ]
    assert done.lines[0].shipped_line_id == back.line.pk
    apart = places.house_sites("quarantine").get().pk
    assert back.held(None, site_id=back.site) == 93
    assert back.held(None, site_id=apart) == 1
    assert back.held(back.ids["D1"]) == 6
    actions.credited(DIRECTOR, return_id=pk, document="HZ-1")
    assert (row(pk).state, row(pk).credit) == ("credited", "HZ-1")
    told = [e.name for e in Entry.objects.filter(name__startswith="supply.return").order_by("id")]
    assert told == [f"supply.return_{step}" for step in ("requested", "decided", "sent", "inspected")]
    assert queries.return_view(back.d1, return_id=pk).lines[0]["good"] == 3


def test_nobody_returns_more_than_he_received(back):
    """X11: what other returns have taken or may still take is gone; a refusal gives it free again."""
    first = back.ask(6)
    with pytest.raises(Refused) as no:
        back.ask(5)
    assert no.value.code == "returned"
    back.ask(4)
    actions.decide_return(PLANNER, return_id=first, approved={}, answer="超过时限", on=DAY)
    assert row(first).state == "refused"
    back.ask(6)
    for bad in ({"product_id": back.p2}, {"reason": "ugly"}, {"quantity": 0}):
        with pytest.raises(Refused):
            back.ask(**bad)
    with pytest.raises(Refused):
        actions.request_return(back.d1, party_id=back.ids["D1"], lines=[])
    with pytest.raises(Missing):
        back.ask(1, shipped_line_id=10**6)


def test_the_terms_say_until_when_and_how_soon(back):
    """Days to return and to answer are a policy of the network, a region, a level or one distributor."""
    version = policies.draft(
        SYSTEM, kind="supply.rules", key="supply.rules", title="退货", effective_from=ON, scope_kind="party", scope_key="D1",
        document={"return_days": 30, "answer_days": 1, "send_days": 2},
    )  # fmt: skip
    policies.publish(SYSTEM, version_id=version)
    pk = back.ask(1)
    assert row(pk).due_on == date(2026, 7, 11)
    with pytest.raises(Refused) as no:
        back.ask(1, on=date(2026, 8, 3))
    assert no.value.code == "late"
    assert row(back.ask(1, on=date(2026, 8, 3), shipped_line_id=None)).order == "", (
        "without a delivery head office decides"
    )
    actions.decide_return(PLANNER, return_id=pk, on=DAY)
    with pytest.raises(Refused) as no:
        actions.send_return(back.d1, return_id=pk, on=date(2026, 7, 13))
    assert no.value.code == "late"


def test_a_decision_has_its_limits_and_its_answer(back):
    pk = back.ask(6)
    line = back.only(pk)
    for bad in (
        {"approved": {line: 7}},
        {"approved": {line: -1}},
        {"approved": {"999999": 1}},
        {"approved": {line: 5}},
    ):
        with pytest.raises(Refused):
            actions.decide_return(PLANNER, return_id=pk, **bad)
    with pytest.raises(Refused):
        actions.send_return(back.d1, return_id=pk)
    assert actions.decide_return(PLANNER, return_id=pk) == "approved"
    with pytest.raises(Refused):
        actions.decide_return(PLANNER, return_id=pk)
    mine = back.ask(1, PLANNER)
    with pytest.raises(Refused) as no:
        actions.decide_return(PLANNER, return_id=mine)
    assert no.value.code == "four_eyes"
    actions.cancel_return(back.d1, return_id=mine)
    with pytest.raises(Refused):
        actions.cancel_return(back.d1, return_id=mine)


def test_an_inspection_counts_every_line_and_no_more_than_was_approved(back):
    pk = back.ask(6)
    line = int(back.only(pk))
    actions.decide_return(PLANNER, return_id=pk, approved={str(line): 4}, answer="四台")
    said = {"return_id": pk, "site_id": back.site, "on": DAY}
    for findings in ([], [actions.Finding(line, 4, 1)], [actions.Finding(line, -1)], [actions.Finding(10**6, 1)],
                     [actions.Finding(line, 1), actions.Finding(line, 1)]):  # fmt: skip
        with pytest.raises(Refused):
            actions.inspect(PLANNER, findings=findings, **said)
    with pytest.raises(Missing):
        actions.inspect(PLANNER, findings=[actions.Finding(line, 1)], **said | {"site_id": places.transit().pk})
    assert back.held(back.ids["D1"]) == 10
    actions.inspect(PLANNER, findings=[actions.Finding(line, 0, 0, 6)], **said)
    assert back.held(back.ids["D1"]) == 10, "all of it was rejected"
    with pytest.raises(Refused):
        actions.inspect(PLANNER, findings=[actions.Finding(line, 1)], **said)


def test_a_stranger_sees_no_return_and_asks_none_for_others(back, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    pk = back.ask()
    with pytest.raises(Missing):
        back.ask(1, back.d2)
    line = actions.ReturnLineIn(back.p1, 1, "defect", shipped_line_id=back.line.pk)
    with pytest.raises(Missing):
        actions.request_return(back.d2, party_id=back.ids["D2"], lines=[line], on=DAY)
    for verb in (actions.send_return, actions.cancel_return, queries.return_view):
        with pytest.raises(Missing):
            verb(back.d2, return_id=pk)
    theirs = shelf.store(back.d1, name="a.jpg", chunks=[b"x"], purpose="supply", party_id=back.ids["D1"])
    line = actions.ReturnLineIn(back.p1, 1, "defect")
    with pytest.raises(Missing):
        actions.request_return(back.d2, party_id=back.ids["D2"], lines=[line], file_ids=[theirs.pk])
    assert not queries.returns(back.d2).exists()
    assert not queries.returnable(back.d2, back.ids["D1"], ON).exists()
    assert [d.shipment.got[0].pk for d in queries.returnable(back.d1, back.ids["D1"], ON)] == [back.line.pk]
