"""The pages of ordering: three taps on a phone, the sheet with its paste, an order's page, bulk approval; strangers see nothing."""

import json

import pytest
from django.test import Client

from gongying.areas.orders import queries as orders
from gongying.areas.orders.models import Order
from gongying.core.actor import SYSTEM
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.flows.ordering import actions as ordering

pytestmark = pytest.mark.django_db


def browser(shop, login, role, party="", region=""):
    user = User.objects.create_user(login, None, name=login, role=role, party_id=shop.ids.get(party))
    kind, key = ("party", str(shop.ids[party])) if party else ("region", region) if region else ("all", "")
    UserScope.objects.create(user=user, kind=kind, key=key)
    found = Client()
    found.force_login(user)
    return found


@pytest.fixture
def web(shop):
    sync_roles()
    shop.receive("P1", 100)
    shop.clerk = browser(shop, "clerk", "clerk", "D1")
    shop.other = browser(shop, "other", "owner", "D2")
    shop.boss = browser(shop, "boss", "director")
    return shop


def typed(*rows, **more):
    found = dict(more)
    for at, (code, quantity, pack) in enumerate(rows, 1):
        found |= {f"code.{at}": code, f"qty.{at}": quantity, f"pack.{at}": pack}
    return found


def test_three_taps_order_the_last_one_again(web):
    done = web.place(("P1", 3), who=None)
    sheet = web.clerk.get("/ordering/new/")  # first: order
    assert done.number in sheet.content.decode()
    draft = web.clerk.post(f"/ordering/{done.id}/again/", follow=True)  # second: again
    pk = Order.objects.unscoped("test").get(state="draft").pk
    assert draft.redirect_chain == [(f"/ordering/{pk}/review/", 302)]
    hashed = draft.context["v"].quote.hash
    placed = web.clerk.post(f"/ordering/{pk}/review/", {"do": "place", "hash": hashed, "once": "1"})  # third: place
    assert placed.status_code == 302, placed.context["error"]
    assert (placed.status_code, placed.url) == (302, f"/ordering/{pk}/")
    assert web.state(pk) == "allocated"


def test_a_sheet_keeps_what_it_cannot_read_and_orders_the_rest(web):
    bad = web.clerk.post("/ordering/new/", typed(("P1", "abc", ""), ("P2", "2", "CS"), do="review"))
    text = bad.content.decode()
    assert bad.status_code == 409
    assert 'value="abc"' in text
    assert "P1" in text
    assert not Order.objects.unscoped("test").exists()
    good = web.clerk.post("/ordering/new/", typed(("P1", "4", ""), ("P2", "2", "CS"), do="review"))
    order = Order.objects.unscoped("test").get()
    assert good.url == f"/ordering/{order.pk}/review/"
    assert [(x.product.code, x.quantity) for x in orders.lines(SYSTEM, order)] == [("P1", 4), ("P2", 8)]


def test_a_paste_fills_the_sheet_and_keeps_the_rest(web):
    page = web.clerk.post("/ordering/new/", {"do": "paste", "paste": "P1\t7\nNO\t1\n2\tP2\tCS"})
    assert page.status_code == 409
    rows = {(r.code, r.pack): r.quantity for r in page.context["rows"] if r.quantity}
    assert rows == {("P1", ""): "7", ("P2", "CS"): "2"}
    assert page.context["typed"].rest == "NO\t1"
    live = web.clerk.post("/ordering/paste/", {"text": "P1\t7\nNO\t1"})
    told = json.loads(live.content)
    assert told["lines"] == [{"code": "P1", "packs": 7, "pack": ""}]
    assert told["faults"][0]["row"] == 2


def test_the_price_follows_while_one_types_and_nothing_is_written(web):
    page = web.clerk.post(f"/ordering/price/{web.ids['D1']}/", typed(("P1", "10", "")))
    assert "1,130.00" in page.content.decode()
    assert not Order.objects.unscoped("test").exists()
    assert web.clerk.post(f"/ordering/price/{web.ids['D2']}/", typed(("P1", "1", ""))).status_code == 404


def test_the_house_orders_for_a_distributor_it_chooses(web):
    assert "CNRY-D2" in web.boss.get("/ordering/new/").content.decode()
    page = web.boss.post("/ordering/new/", typed(("P1", "2", ""), party=str(web.ids["D2"]), do="review"))
    assert page.status_code == 302
    assert Order.objects.unscoped("test").get().party_id == web.ids["D2"]


def test_a_changed_price_is_said_before_the_order_is_placed(web):
    web.clerk.post("/ordering/new/", typed(("P1", "4", ""), do="review"))
    pk = Order.objects.unscoped("test").get().pk
    page = web.clerk.post(f"/ordering/{pk}/review/", {"do": "place", "hash": "old"})
    assert page.status_code == 409
    assert web.state(pk) == "draft"
    bad = web.clerk.post(f"/ordering/{pk}/review/", {"do": "place", "requested_on": "2026-02-31"})
    assert bad.status_code == 409
    web.clerk.post(f"/ordering/{pk}/review/", {"do": "discard"})
    assert not Order.objects.unscoped("test").exists()


def test_the_page_of_an_order_has_one_next_step_for_each(web):
    done = web.place(("P1", 10))
    for who, verb in ((web.boss, "ship"), (web.clerk, "")):
        assert who.get(f"/ordering/{done.id}/").context["next"].verb == verb
    sent = web.boss.post(f"/ordering/{done.id}/do/", {"verb": "ship", "carrier": "SF"})
    assert sent.status_code == 302
    step = web.clerk.get(f"/ordering/{done.id}/").context["next"]
    assert step.href.startswith("/supply/")
    assert web.clerk.get(f"/ordering/{done.id}/?export=pdf").content[:4] == b"%PDF"
    panel = web.clerk.get(f"/ordering/{done.id}/lines/1/").content.decode()
    assert "1,000.00" in panel


def test_a_step_that_cannot_be_taken_says_why_on_the_page(web):
    done = web.place(("P1", 10))
    page = web.boss.post(f"/ordering/{done.id}/do/", {"verb": "cancel", "reason": ""})
    assert page.status_code == 409
    assert str(page.context["error"].message) in page.content.decode()
    assert web.boss.post(f"/ordering/{done.id}/do/", {"verb": "nonsense"}).status_code == 409
    assert web.clerk.post(f"/ordering/{done.id}/do/", {"verb": "ship"}).status_code == 403
    assert (
        web.boss.post(
            f"/ordering/{done.id}/do/", {"verb": "cancel", "place": "1", "quantity": "4", "reason": "x"}
        ).status_code
        == 302
    )
    assert web.lines(done.id)[0].cancelled == 4


def test_an_amendment_on_the_sheet_keeps_the_version(web):
    done = web.place(("P1", 10))
    page = web.clerk.get(f"/ordering/{done.id}/amend/")
    assert {r.code: r.quantity for r in page.context["rows"] if r.quantity} == {"P1": "10"}
    saved = web.clerk.post(f"/ordering/{done.id}/amend/", typed(("P1", "6", ""), do="amend", reason="少要"))
    assert saved.status_code == 302
    assert web.order(done.id).version == 2
    old = web.boss.get(f"/ordering/{done.id}/versions/1/").content.decode()
    assert "少要" in old
    assert "1,130.00" in old


def test_comments_and_files_of_both_sides(web, settings, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.DATA_DIR = tmp_path
    done = web.place(("P1", 1))
    file = SimpleUploadedFile("po.txt", b"hello", content_type="text/plain")
    web.clerk.post(f"/ordering/{done.id}/say/", {"text": "请尽快", "file": file})
    web.boss.post(f"/ordering/{done.id}/say/", {"text": "内部", "internal": "1"})
    mine, theirs = (who.get(f"/ordering/{done.id}/").content.decode() for who in (web.clerk, web.boss))
    assert "请尽快" in theirs
    assert "内部" in theirs
    assert "内部" not in mine
    pk = next(e.ref_id for e in orders.timeline(SYSTEM, web.order(done.id)) if e.ref_kind == "file")
    got = web.boss.get(f"/ordering/{done.id}/files/{pk}/")
    assert got.content == b"hello"
    assert web.other.get(f"/ordering/{done.id}/files/{pk}/").status_code == 404


def test_several_are_approved_from_the_list(web):
    web.publish("orders.rules", "orders", {"auto_approve_up_to": "0"})
    one, two = web.place(("P1", 1)), web.place(("P1", 2))
    page = web.boss.get("/ordering/?state=submitted")
    assert page.content.decode().count('name="key"') == 2
    web.boss.post("/ordering/approve/", {"key": [str(one.id), str(two.id)]})
    assert {web.state(one.id), web.state(two.id)} == {"allocated"}
    board = web.boss.get("/ordering/board/").content.decode()
    assert one.number in board


def test_a_stranger_finds_no_order_and_no_page_of_it(web):
    done = web.place(("P1", 10))
    ordering.amend(SYSTEM, order_id=done.id, lines=[ordering.basket.DraftLine("P1", 5)], reason="x")
    for path in ("", "amend/", "sheet/", "review/", "lines/2/", "versions/1/"):
        assert web.other.get(f"/ordering/{done.id}/{path}").status_code == 404, path
    for path in ("do/", "say/", "again/"):
        assert (
            web.other.post(
                f"/ordering/{done.id}/{path}", {"verb": "cancel", "reason": "x", "text": "x"}
            ).status_code
            == 404
        )
    assert web.other.get(f"/ordering/number/{done.number}/").status_code == 404
    assert web.clerk.get(f"/ordering/number/{done.number}/").url == f"/ordering/{done.id}/"
    for path in ("/ordering/", "/ordering/board/", "/ordering/?export=csv"):
        assert done.number not in web.other.get(path).content.decode()
    assert done.number in web.clerk.get("/ordering/?export=csv").content.decode()


def test_the_list_asks_the_same_questions_however_long_it_is(web, django_assert_max_num_queries):
    for _round in range(3):
        web.place(("P1", 1))
    web.boss.get("/ordering/")
    with django_assert_max_num_queries(16):
        web.boss.get("/ordering/")


def test_delegation_has_its_page(web):
    from datetime import timedelta

    from django.utils import timezone

    browser(web, "aide", "director")
    until = (timezone.localdate() + timedelta(days=3)).isoformat()
    assert web.boss.post("/approvals/lend/", {"receiver": "aide", "until": "", "reason": "x"}).status_code == 409
    assert (
        web.boss.post(
            "/approvals/lend/", {"receiver": "aide", "until": until, "reason": "休假", "limit": "1,000"}
        ).status_code
        == 302
    )
    page = web.boss.get("/approvals/")
    assert "休假" in page.content.decode()
    row = page.context["rows"][0][0]
    assert web.boss.post("/approvals/lend/", {"end": str(row.pk)}).status_code == 302
    assert web.clerk.get("/approvals/").status_code == 403
