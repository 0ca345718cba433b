"""Recalls: every holder of a lot, told, answering, blocked; C098, X11."""

import pytest

from gongying.areas.warehouse import actions, queries
from gongying.areas.warehouse.models import RecallNotice
from gongying.books.stock import read as book
from gongying.core.actor import SYSTEM
from gongying.core.notices.models import Notice
from gongying.core.refusal import Missing, Refused

from .conftest import DIRECTOR, browser, deliver, of, promise, sell


def recall(product="P1", lots=("L1",), severity="safety", **more):
    return actions.open_recall(
        DIRECTOR,
        product=product,
        lots=list(lots),
        title="漏电风险",
        title_en="Shock hazard",
        severity=severity,
        **more,
    )


@pytest.fixture
def out(house):
    """Ten of L1 at D1, of which four were sold without naming a lot; five at D2."""
    deliver(house, "D1", "L1", 10)
    deliver(house, "D2", "L1", 5, "DN-2")
    sell(house, "D1", 4)
    return house


def notice(house, code):
    return RecallNotice.objects.unscoped("test").get(party_id=house.ids[code])


def test_a_recall_finds_every_holder_and_what_was_sold_on(out):
    """C098: house sites, transit and distributors, with what is left after sales that named no lot."""
    made = queries.recall_of(recall())
    found = {
        (each.party.code if each.party else each.site.code): (each.received, each.on_hand, each.gone)
        for each in queries.trace(SYSTEM, made)
    }
    assert found == {"WH-1": (40, 25, 15), "D1": (10, 6, 4), "D2": (5, 5, 0)}
    rows = queries.traced(SYSTEM, recall_id=made.pk)
    assert {row.distributor for row in rows} == {"", "D1", "D2"}


def test_a_recalled_lot_is_promised_to_nobody(out):
    assert promise(out, 85) == 85
    recall()
    assert book.available(SYSTEM, site_id=out.main, product_ids=[out.p1])[out.p1] == (60, 60), "25 gave way"
    assert promise(out, 10, "b") == 0
    assert [each.blocked for each in queries.shelf_lots(SYSTEM, out_day(), product_id=out.p1)] == [True, False]


def out_day():
    from django.utils import timezone

    return timezone.localdate()


def test_distributors_are_told_and_answer(out):
    browser(out, "owner", "D1")
    made = recall()
    assert Notice.objects.filter(level="danger").count() == 1
    told = notice(out, "D1")
    assert (told.received, told.held, told.state) == (10, 6, "sent")
    actions.acknowledge(of(out, "D1"), notice_id=told.pk)
    assert notice(out, "D1").state == "acknowledged"
    assert actions.answer(of(out, "D1"), notice_id=told.pk, kept_apart=2, returned=4, sold_on=3) == 1
    assert actions.answer(of(out, "D1"), notice_id=told.pk, kept_apart=2, returned=4, sold_on=4) == 0
    row = queries.recall_of(made)
    assert (row.told, row.answered, row.received, row.accounted, row.back) == (2, 1, 15, 10, 4)
    assert [(each.number, each.missing) for each in queries.told(of(out, "D1"))] == [(row.number, 0)]


@pytest.mark.parametrize("wrong", [{"sold_on": 11}, {"returned": -1}, {"kept_apart": 6, "destroyed": 5}])
def test_an_answer_adds_up_to_no_more_than_was_received(out, wrong):
    recall()
    with pytest.raises(Refused):
        actions.answer(of(out, "D1"), notice_id=notice(out, "D1").pk, **wrong)
    assert notice(out, "D1").state == "sent"


def test_goods_that_arrive_later_are_found_when_one_looks_again(out):
    made = recall(lots=["L1", "L2"])
    assert actions.trace_again(DIRECTOR, recall_id=made) == 0
    out.join(["D3"])
    deliver(out, "D3", "L2", 1, "DN-3")
    assert actions.trace_again(DIRECTOR, recall_id=made) == 1
    assert notice(out, "D3").received == 1


def test_a_recall_is_closed_when_all_have_answered_or_for_a_reason(out):
    made = recall()
    with pytest.raises(Refused) as no:
        actions.close_recall(DIRECTOR, recall_id=made, note="")
    assert no.value.code == "unanswered"
    for code in ("D1", "D2"):
        actions.answer(of(out, code), notice_id=notice(out, code).pk, returned=5)
    actions.close_recall(DIRECTOR, recall_id=made, note="", free=True)
    assert promise(out, 85) == 85, "the lot was let go"
    with pytest.raises(Refused) as no:
        actions.answer(of(out, "D1"), notice_id=notice(out, "D1").pk, returned=1)
    assert no.value.code == "closed"


@pytest.mark.parametrize(
    "wrong", [{"product": "X"}, {"lots": []}, {"lots": ["NOPE"]}, {"severity": "bad"}, {"lots": list(map(str, range(101)))}]
)  # fmt: skip
def test_a_recall_names_goods_that_exist(out, wrong):
    with pytest.raises(Refused):
        recall(**wrong)
    assert not queries.recalls().exists()


def test_a_notice_is_nobody_elses(out):
    recall()
    foreign = notice(out, "D2").pk
    for ask in (
        lambda: queries.notice_of(of(out, "D1"), foreign),
        lambda: actions.acknowledge(of(out, "D1"), notice_id=foreign),
        lambda: actions.answer(of(out, "D1"), notice_id=foreign, returned=1),
    ):
        with pytest.raises(Missing):
            ask()


def test_head_office_opens_and_a_distributor_answers_on_their_pages(out):
    hq, portal = browser(out), browser(out, "owner", "D1")
    given = {"product": "P1", "lots": "L1, L2", "title": "漏电风险", "severity": "safety", "instruction": "停售"}
    made = hq.post("/warehouse/recalls/", given)
    assert made.status_code == 302
    page = hq.get(made["Location"]).content.decode()
    assert all(word in page for word in ("ZH-", "L1, L2", "D1", "D2"))
    assert "ZH-" in hq.get("/warehouse/recalls/").content.decode()
    assert "ZH-" in portal.get("/warehouse/notices/").content.decode()
    own, foreign = notice(out, "D1").pk, notice(out, "D2").pk
    assert portal.get(f"/warehouse/notices/{foreign}/").status_code == 404
    assert portal.get(made["Location"]).status_code == 403
    assert portal.post(f"/warehouse/notices/{own}/", {"verdict": "acknowledge"}).status_code == 302
    assert portal.post(f"/warehouse/notices/{own}/", {"returned": "99"}).status_code == 409
    assert portal.post(f"/warehouse/notices/{own}/", {"returned": "6", "sold_on": "4"}).status_code == 302
    assert notice(out, "D1").state == "answered"
    closing = hq.post(made["Location"] + "decide/", {"verdict": "close", "note": "D2 停业", "free": "1"})
    assert closing.status_code == 302
    assert queries.recalls().get().state == "closed"
    assert hq.get(made["Location"]).status_code == 200
    assert portal.get(f"/warehouse/notices/{own}/").status_code == 200
