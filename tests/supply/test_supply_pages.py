"""Pages of supply: what people click, on both sides, and what a stranger gets."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from supplies import DIRECTOR, PLANNER

from gongying.areas.supply import actions
from gongying.areas.supply.models import (
    AllocationLine,
    AllocationRun,
    Claim,
    Delivery,
    Return,
    ReturnLine,
    Shipment,
    ShipmentLine,
    Transfer,
)
from gongying.core.people.models import User, UserScope
from gongying.core.ui import todo

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture
def browsers(house, settings, tmp_path):
    settings.DATA_DIR = tmp_path

    def browser(name, role, code=""):
        party = house.ids.get(code)
        user = User.objects.create_user(name, None, name=name, role=role, party_id=party)
        UserScope.objects.create(user=user, kind="party" if code else "all", key=str(party or ""))
        found = Client(raise_request_exception=True)
        found.force_login(user)
        return found

    house.admin, house.director = browser("root", "admin"), browser("dora", "director")
    house.owner, house.other = browser("own", "owner", "D1"), browser("oth", "owner", "D2")
    return house


def today():
    return f"{timezone.localdate():%Y-%m-%d}"


def test_the_distributor_confirms_on_his_phone_with_a_photograph(browsers):
    """X08: one page, everything stands as shipped; what differs is typed, the paper is kept and shown to both sides only."""
    made = browsers.ship(10)
    line = ShipmentLine.objects.unscoped("test").get()
    address = f"/supply/shipments/{made.id}/receive/"
    shown = browsers.owner.get(address)
    assert f'name="received.{line.pk}"' in shown.content.decode()
    form = {f"received.{line.pk}": "8", f"reason.{line.pk}": "damaged", "signed_by": "王", "on": today()}
    photo = SimpleUploadedFile("签收.png", PNG, content_type="image/png")
    assert browsers.other.get(address).status_code == 404
    assert browsers.other.post(address, form).status_code == 404
    done = browsers.owner.post(address, form | {"proof": photo})
    assert done.status_code == 302
    row = Delivery.objects.unscoped("test").get()
    assert (row.received, row.signed_by, row.confirmed_by) == (8, "王", "own")
    paper = f"/supply/photos/{row.proof_id}/"
    assert browsers.owner.get(paper).content == PNG
    assert browsers.owner.get(paper)["Content-Type"] == "image/png"
    assert browsers.admin.get(paper).status_code == 200
    assert browsers.other.get(paper).status_code == 404
    claim = Claim.objects.unscoped("test").get()
    page = browsers.owner.get(f"/supply/shipments/{made.id}/").content.decode()
    assert f"/supply/claims/{claim.pk}/" in page
    assert browsers.other.post(f"/supply/claims/{claim.pk}/", {"note": "x"}).status_code == 404
    browsers.owner.post(
        f"/supply/claims/{claim.pk}/", {"note": "外箱破损", "photo": SimpleUploadedFile("b.png", PNG)}
    )
    browsers.admin.post(f"/supply/claims/{claim.pk}/", {"step": "settle", "fault": "carrier", "answer": "赔付"})
    claim.refresh_from_db()
    assert (claim.note, claim.state, bool(claim.file_id)) == ("外箱破损", "closed", True)
    assert browsers.owner.get(address).status_code == 302, "it is confirmed: nothing left to confirm"


def test_a_form_that_is_wrong_says_so_and_keeps_what_was_typed(browsers):
    made = browsers.ship(10)
    line = ShipmentLine.objects.unscoped("test").get()
    form = {f"received.{line.pk}": "99", "signed_by": "李四", "on": today()}
    address = f"/supply/shipments/{made.id}/receive/"
    answer = browsers.owner.post(address, form)
    assert answer.status_code == 409
    assert 'value="99"' in answer.content.decode()
    assert "李四" in answer.content.decode()
    for bad in ({f"received.{line.pk}": "a few"}, {"on": "2199-01-01"}, {"on": "soon"}, {"signed_by": ""}):
        assert browsers.owner.post(address, form | {f"received.{line.pk}": "9"} | bad).status_code == 409
    wrong = SimpleUploadedFile("a.png", b"<script>alert(1)</script>", content_type="image/png")
    assert browsers.owner.post(address, form | {f"received.{line.pk}": "9", "proof": wrong}).status_code == 409
    assert not Delivery.objects.unscoped("test").exists()


def test_lists_and_the_board_show_each_side_its_own(browsers):
    first, second = browsers.ship(10), browsers.ship(5, code="D2", order="SO-2")
    assert actions.VERBS == {}
    for address in ("/supply/", "/supply/board/", "/supply/?late=yes", "/supply/?state=shipped", "/supply/?q=SO-1"):
        text = browsers.owner.get(address).content.decode()
        assert first.number in text
        assert second.number not in text
    sheet = browsers.admin.get("/supply/?export=csv").content.decode()
    assert first.number in sheet
    assert second.number in sheet
    assert browsers.owner.get(f"/supply/shipments/{second.id}/").status_code == 404
    assert first.number not in browsers.admin.get("/supply/?state=delivered").content.decode()


def paper_of(answer):
    """What the first page of a PDF says."""
    return PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().replace("\x00", "")


def test_the_delivery_note_travels_with_the_goods_and_is_signed(browsers):
    """C089: the paper names order, lots and quantities; once received it says what came and who signed."""
    made = browsers.ship(10, lots=(("B", 10),))
    address = f"/supply/shipments/{made.id}/?export=pdf"
    text = paper_of(browsers.owner.get(address))
    assert made.number in text
    assert "SO-1" in text
    assert "王收货" not in text
    browsers.deliver(made)
    text = paper_of(browsers.owner.get(address))
    assert "王收货" in text
    assert browsers.other.get(address).status_code == 404


def test_shipments_and_returns_are_found_by_their_numbers(browsers):
    made = browsers.ship(10)
    for text in (made.number, "SO-1", "SF1"):
        assert made.number in browsers.owner.get(reverse("ui:find") + f"?q={text}").content.decode(), text
        assert (
            f"/supply/shipments/{made.id}/"
            not in browsers.other.get(reverse("ui:find") + f"?q={text}").content.decode()
        )


def test_head_office_notes_what_the_carrier_says(browsers):
    made = browsers.ship(10)
    address = f"/supply/shipments/{made.id}/"
    form = {"kind": "exception", "at": f"{today()}T08:30", "place": "嘉兴", "note": "爆胎", "event_id": "K1"}
    assert browsers.admin.post(address, form).status_code == 302
    browsers.admin.post(address, form)
    assert Shipment.objects.unscoped("test").get().state == "exception"
    assert browsers.admin.get(address).content.decode().count("爆胎") == 1
    assert browsers.admin.post(address, form | {"at": "later", "event_id": ""}).status_code == 409
    assert browsers.owner.post(address, form).status_code == 403


def test_a_return_from_the_form_to_the_inspection(browsers):
    """X11: asked on a phone with a photograph, decided in part, sent, inspected; every step on one page."""
    browsers.deliver(browsers.ship(10))
    line = ShipmentLine.objects.unscoped("test").get()
    shown = browsers.owner.get("/supply/returns/new/").content.decode()
    assert f'name="back.{line.pk}"' in shown
    form = {
        "party": browsers.ids["D1"], f"back.{line.pk}": "4", f"reason.{line.pk}": "defect", "text": "不亮",
        "product.1": "P2", "free.1": "2", "lot.1": "", "why.1": "unsold",
    }  # fmt: skip
    wrong = browsers.owner.post("/supply/returns/new/", form | {"product.1": "P77"})
    assert wrong.status_code == 409
    assert all(kept in wrong.content.decode() for kept in ('value="P77"', 'value="4"', 'value="2"')), (
        "nothing typed is lost"
    )
    done = browsers.owner.post("/supply/returns/new/", form | {"photos": SimpleUploadedFile("p.png", PNG)})
    row = Return.objects.unscoped("test").get()
    address = f"/supply/returns/{row.pk}/"
    assert done.url == address
    lines = list(ReturnLine.objects.unscoped("test").order_by("id"))
    assert [(x.product_id, x.asked, x.reason, x.shipped_id) for x in lines] == [
        (browsers.p1, 4, "defect", line.pk), (browsers.p2, 2, "unsold", None),
    ]  # fmt: skip
    assert browsers.other.get(address).status_code == 404
    assert "<img" in browsers.admin.get(address).content.decode()
    assert browsers.owner.post(address, {"step": "approve"}).status_code == 403
    decided = {"step": "approve", f"approved.{lines[0].pk}": "3", f"approved.{lines[1].pk}": "0"}
    assert browsers.admin.post(address, decided).status_code == 409, "a part wants an answer"
    assert browsers.admin.post(address, decided | {"answer": "只收坏件"}).status_code == 302
    browsers.owner.post(address, {"step": "send", "carrier": "德邦", "tracking": "X1"})
    found = {f"good.{lines[0].pk}": "2", f"damaged.{lines[0].pk}": "1", f"good.{lines[1].pk}": "0"}
    assert (
        browsers.admin.post(address, {"step": "inspect", "on": today(), "site": browsers.site} | found).status_code
        == 302
    )
    row.refresh_from_db()
    assert row.state == "inspected"
    assert browsers.held(browsers.ids["D1"]) == 7
    assert browsers.admin.post(address, {"step": "dance"}).status_code == 409
    for where in ("/supply/returns/", "/supply/returns/?state=inspected", f"/supply/returns/?q={row.number}"):
        assert row.number in browsers.owner.get(where).content.decode()
        assert row.number not in browsers.other.get(where).content.decode().replace(f"q={row.number}", "").replace(
            f'value="{row.number}"', ""
        )


def test_an_allocation_from_a_pasted_sheet_to_the_distributors_share(browsers):
    """C036: drawn, compared, changed by one, applied by another, read by everybody without the names of the others."""
    form = {
        "site": browsers.site, "rule": "max_min", "inside": "max_min", "title": "旺季", "step": "1", "smallest": "0",
        "wishes": "D1\tP1\t90\tSO-1/1\nD2,P1,60", "available": "", "classes": "gold，silver",
    }  # fmt: skip
    for bad in ("D1\tP1", "D9\tP1\t5", "D1\tP9\t5", "D1\tP1\tmany"):
        assert browsers.admin.post("/supply/allocations/new/", form | {"wishes": bad}).status_code == 409
    assert browsers.admin.post("/supply/allocations/new/", form).status_code == 302
    run = AllocationRun.objects.unscoped("test").get()
    assert AllocationLine.objects.unscoped("test").filter(need="SO-1/1", order="SO-1").exists()
    address = f"/supply/allocations/{run.pk}/"
    shown = browsers.admin.get(address).content.decode()
    assert shown.count('class="card chosen"') == 1
    assert shown.count("<dl>") == 3, "three rules side by side"
    assert browsers.owner.get(address).status_code == 404, "a draft is nobody's but head office's"
    change = {"step": "change", "rule": "proportional", "inside": "max_min", "classes": ""}
    change |= {f"available.{browsers.p1}": "100", f"step.{browsers.p1}": "1", f"smallest.{browsers.p1}": "0"}
    assert browsers.admin.post(address, change).status_code == 302
    assert browsers.admin.post(address, {"step": "apply"}).status_code == 409
    assert browsers.director.post(address, {"step": "apply"}).status_code == 302
    mine, other = browsers.owner.get(address).content.decode(), browsers.other.get(address).content.decode()
    assert "CNRY-D2" not in mine
    assert "CNRY-D1" not in other
    share = AllocationLine.objects.unscoped("test").get(need="SO-1/1")
    assert share.given == 60
    assert browsers.other.post(address, {"step": "object", "share": share.pk, "text": "x"}).status_code == 404
    assert browsers.owner.post(address, {"step": "object", "share": share.pk, "text": "太少"}).status_code == 302
    assert browsers.director.post(address, {"step": "answer", "share": share.pk, "text": "下次"}).status_code == 302
    assert "下次" in browsers.owner.get(address).content.decode()
    assert browsers.owner.get("/supply/allocations/").content.decode().count(run.number) == 1


def test_a_transfer_over_its_pages(browsers):
    """C087: the giver offers, head office finds a taker, both agree, head office consents, the taker has the goods."""
    browsers.deliver(browsers.ship(10))
    form = {
        "giver": browsers.ids["D1"],
        "product.1": "P1",
        "units.1": "4",
        "price.1": "12.50",
        "reason": "滞销",
    }
    assert browsers.owner.post("/supply/transfers/new/", form | {"price.1": "cheap"}).status_code == 409
    assert browsers.owner.post("/supply/transfers/new/", form | {"giver": browsers.ids["D2"]}).status_code == 404
    assert browsers.owner.post("/supply/transfers/new/", form).status_code == 302
    row = Transfer.objects.unscoped("test").get()
    address = f"/supply/transfers/{row.pk}/"
    assert browsers.other.get(address).status_code == 404
    assert browsers.admin.post(address, {"step": "name", "taker": browsers.ids["D2"]}).status_code == 302
    for who, step in (("owner", "agree"), ("other", "agree"), ("director", "consent"), ("other", "take")):
        assert getattr(browsers, who).post(address, {"step": step}).status_code == 302, (who, step)
    row.refresh_from_db()
    assert row.state == "done"
    assert browsers.held(browsers.ids["D2"]) == 4
    assert browsers.owner.post(address, {"step": "end", "reason": "x"}).status_code == 409
    for browser in (browsers.owner, browsers.other, browsers.admin):
        assert row.number in browser.get("/supply/transfers/?state=done").content.decode()
        assert browser.get(address).status_code == 200


def test_an_agreement_over_its_pages(browsers):
    """C183: drawn up by one, started by another; the distributor reads what is planned and left."""
    form = {"party": browsers.ids["D1"], "product": browsers.p1, "quantity": "30", "start": "2026-07", "months": "3",
            "plan": "10 10 10", "unit_value": "8", "tolerance": "5", "penalty": "3"}  # fmt: skip
    assert browsers.admin.post("/supply/agreements/new/", form | {"plan": "10 10"}).status_code == 409
    done = browsers.admin.post("/supply/agreements/new/", form)
    assert done.status_code == 302
    assert browsers.admin.post(done.url, {"step": "start"}).status_code == 409
    assert browsers.director.post(done.url, {"step": "start"}).status_code == 302
    assert browsers.owner.get(done.url).status_code == 200
    assert browsers.other.get(done.url).status_code == 404
    assert "GH-" in browsers.owner.get("/supply/agreements/").content.decode()
    assert browsers.director.post(done.url, {"step": "end"}).status_code == 302
    assert browsers.admin.post(done.url, {"step": "sing"}).status_code == 409


def test_a_flow_stands_behind_the_pages(browsers, monkeypatch):
    """Where a flow has put its verb, the page calls that one: an order and its invoice move with the delivery."""
    called = []
    monkeypatch.setitem(actions.VERBS, "deliver", lambda actor, **said: called.append(said))
    made = browsers.ship(10)
    form = {"signed_by": "王", "on": today()}
    assert browsers.owner.post(f"/supply/shipments/{made.id}/receive/", form).status_code == 302
    assert called[0]["shipment_id"] == made.id
    assert called[0]["received"] is None
    assert not Delivery.objects.unscoped("test").exists()


def test_english_and_chinese_are_both_whole(browsers):
    """No page shows the other language's words of the house."""
    made = browsers.ship(3)
    pages = ["/supply/", "/supply/board/", f"/supply/shipments/{made.id}/", f"/supply/shipments/{made.id}/receive/", "/supply/claims/",
             "/supply/returns/", "/supply/returns/new/", "/supply/allocations/", "/supply/allocations/new/", "/supply/transfers/",
             "/supply/transfers/new/", "/supply/agreements/", "/supply/agreements/new/"]  # fmt: skip
    for language, word in (("zh-hans", "发货"), ("en", "Shipments")):
        browsers.admin.cookies["django_language"] = language
        for page in pages:
            answer = browsers.admin.get(page)
            assert answer.status_code == 200, page
            assert word in answer.content.decode(), (page, language)


def test_what_waits_is_told_to_whom_it_waits_for(browsers):
    """Late shipments, claims, returns, runs and transfers wait for head office; deliveries and transfers for the distributor."""
    browsers.ship(10)
    done = browsers.deliver(browsers.ship(4, order="SO-2"))
    line = ShipmentLine.objects.unscoped("test").get(pk=done.lines[0].line_id)
    back = actions.ReturnLineIn(browsers.p1, 1, "defect", shipped_line_id=line.pk)
    actions.request_return(browsers.d1, party_id=browsers.ids["D1"], lines=[back])
    wish = actions.WishIn("a", browsers.ids["D1"], browsers.p1, 1)
    actions.draft_allocation(PLANNER, site_id=browsers.site, wishes=[wish])
    house = {item.url: item.count for item in todo.todos(DIRECTOR)}
    assert house["/supply/?late=yes"] == 1
    assert house["/supply/returns/?state=requested"] == 1
    assert house["/supply/allocations/?state=draft"] == 1
    assert "/supply/allocations/?state=draft" not in {item.url for item in todo.todos(PLANNER)}, "not one's own"
    theirs = {item.url: item.count for item in todo.todos(browsers.d1)}
    assert theirs["/supply/"] == 1
    assert "/supply/" not in {item.url for item in todo.todos(browsers.d2)}
